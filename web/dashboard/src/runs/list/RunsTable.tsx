import { useNavigate } from "@tanstack/react-router";
import { type ColumnDef, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { Button } from "../../ui/Button";
import { inNumber } from "../../ui/values/times";
import { useMedia } from "../../ui/theme/useMedia";
import type { CellValue } from "../filters/cell-values";
import type { ColumnChoice } from "../columns/column-choices";
import { columnOf } from "../columns/columns";
import type { Condition } from "../filters/conditions";
import { HeaderCell } from "./HeaderCell";
import type { ListState, RunList } from "./list";
import type { Order } from "./order";
import { RunCard } from "./RunCard";
import { RunRow } from "./RunRow";
import type { Row } from "./rows";
import { useProgress } from "./useProgress";

const ValueMenu = lazy(() => import("../filters/ValueMenu"));

const ROW_HEIGHT = 36;
const CARD_HEIGHT = 64;
const AHEAD = 200; // rows before the end at which the next page is loaded
const MARK_WIDTH = 36;

type Props = {
  readonly list: RunList;
  readonly state: ListState;
  readonly columns: readonly ColumnChoice[];
  readonly order: Order;
  readonly conditions: readonly Condition[];
  readonly setConditions: (conditions: readonly Condition[]) => void;
  readonly marked: ReadonlySet<string>;
  readonly mark: (id: string, marked: boolean) => void;
  readonly setOrder: (order: Order) => void;
  readonly setColumns: (columns: readonly ColumnChoice[]) => void;
};

/** The table of runs: only the rows in sight are there; `j` and `k` move, `x` marks, `e` filters by a value, Enter opens. */
export function RunsTable({ list, state, columns, order, conditions, setConditions, marked, mark, setOrder, setColumns }: Props) {
  const narrow = useMedia("(max-width: 640px)");
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const [active, setActive] = useState<string>();
  const [asked, setAsked] = useState<readonly CellValue[]>();
  const askedAt = useRef<Element>(null);
  const ask = useCallback((element: Element, values: readonly CellValue[]) => {
    askedAt.current = element;
    setAsked(values);
  }, []);
  const height = narrow ? CARD_HEIGHT : ROW_HEIGHT;
  const { rows } = state;

  const definitions = useMemo(() => definitionsOf(columns), [columns]);
  const table = useReactTable<Row>({
    data: NO_ROWS, // rows are drawn from the list itself: the model of 100,000 rows would be made anew at each change
    columns: definitions,
    getCoreRowModel: getCoreRowModel(),
    columnResizeMode: "onEnd",
    state: { columnSizing: Object.fromEntries(columns.flatMap(({ id, width }) => (width ? [[id, width]] : []))) },
    onColumnSizingChange: (update) => {
      const sizes = typeof update === "function" ? update(table.getState().columnSizing) : update;
      setColumns(columns.map(({ id, width }) => (sizes[id] === undefined ? { id, ...(width ? { width } : {}) } : { id, width: sizes[id] })));
    },
  });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
  });
  useLayoutEffect(() => virtual.measure(), [height, virtual]);

  const items = virtual.getVirtualItems();
  useProgress(items.flatMap(({ index }) => (rows[index]?.isMeasured ? [rows[index].id] : [])));
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - AHEAD) void list.more();
  }, [last, rows.length, list, state.isLoading]);

  const place = () => (active === undefined ? -1 : rows.findIndex(({ id }) => id === active));
  const goTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(index, rows.length - 1))];
    if (!row) return;
    setActive(row.id);
    virtual.scrollToIndex(rows.indexOf(row));
    focusRow(scroller, row.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest("button, input, [role=separator]")) return;
    const move = MOVES[event.key];
    const at = move === undefined ? -1 : place();
    if (move !== undefined) goTo(at < 0 ? 0 : move === Infinity ? rows.length - 1 : move === -Infinity ? 0 : at + move);
    else if (event.key === "x" && active) mark(active, !marked.has(active));
    else if (event.key === "Enter" && active) void navigate({ to: "/runs/$id", params: { id: active } });
    else return;
    event.preventDefault();
  };
  // From anywhere on the page, j and k go into the table.
  useEffect(() => {
    const enter = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "j" && event.key !== "k" && event.key !== "x") return;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || scroller.current?.contains(event.target as Node)) return;
      if (document.querySelector("[role=dialog]")) return;
      goTo(Math.max(place(), 0));
    };
    document.addEventListener("keydown", enter);
    return () => document.removeEventListener("keydown", enter);
  });

  const sizes = sizesOf(table);
  const total = table.getTotalSize() + MARK_WIDTH;
  return (
    <div className="runs-table-frame">
      {state.waiting > 0 && (
        <Button
          tone="primary"
          className="waiting"
          onPress={() => {
            scroller.current?.scrollTo({ top: 0 });
            list.showWaiting();
          }}
        >
          {inNumber(state.waiting)} new
        </Button>
      )}
      <div
        ref={scroller}
        className={narrow ? "runs-table cards" : "runs-table"}
        role="grid"
        aria-label="Runs"
        aria-rowcount={state.isComplete ? rows.length + 1 : -1}
        aria-busy={state.isLoading}
        aria-multiselectable="true"
        onScroll={(event) => list.hold(event.currentTarget.scrollTop > height / 2)}
        onKeyDown={onKeyDown}
        tabIndex={rows.length ? -1 : 0}
      >
        <div className="runs-head" role="row" aria-rowindex={1} style={narrow ? undefined : { width: total }}>
          <div role="columnheader" className="mark-cell">
            <span className="visually-hidden">Marked</span>
          </div>
          {table.getFlatHeaders().map((header) => (
            <HeaderCell
              key={header.id}
              header={header}
              order={order}
              setOrder={setOrder}
              move={(by) => setColumns(moved(columns, header.id, by))}
            />
          ))}
        </div>
        <div className="runs-body" role="presentation" style={{ height: virtual.getTotalSize(), ...(narrow ? {} : { width: total }) }}>
          {items.map(({ index, key, start }) => {
            const row = rows[index];
            if (!row) return null;
            const shared = {
              row,
              index,
              top: start,
              isMarked: marked.has(row.id),
              isActive: active === undefined ? index === 0 : row.id === active,
              mark,
              activate: setActive,
              ask,
            };
            return narrow ? <RunCard key={key} {...shared} /> : <RunRow key={key} {...shared} columns={columns} sizes={sizes} />;
          })}
        </div>
      </div>
      {asked && (
        <Suspense>
          <ValueMenu anchor={askedAt} values={asked} conditions={conditions} setConditions={setConditions} close={() => setAsked(undefined)} />
        </Suspense>
      )}
    </div>
  );
}

const NO_ROWS: Row[] = [];
const MOVES: Readonly<Record<string, number>> = {
  j: 1,
  k: -1,
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -Infinity,
  End: Infinity,
};

function definitionsOf(columns: readonly ColumnChoice[]): ColumnDef<Row>[] {
  return columns.flatMap(({ id }) => {
    const column = columnOf(id);
    return column ? [{ id, header: column.label, size: column.width, minSize: 60, meta: { order: column.order } }] : [];
  });
}

function sizesOf(table: { getFlatHeaders: () => { id: string; getSize: () => number }[] }): Readonly<Record<string, number>> {
  return Object.fromEntries(table.getFlatHeaders().map((header) => [header.id, header.getSize()]));
}

function moved(columns: readonly ColumnChoice[], id: string, by: number): readonly ColumnChoice[] {
  const at = columns.findIndex((column) => column.id === id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= columns.length) return columns;
  return columns.toSpliced(at, 1).toSpliced(to, 0, columns[at]!);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** At once, so that the next key finds it there; until a row out of sight is drawn, the table takes the keys. */
function focusRow(scroller: { readonly current: HTMLElement | null }, id: string): void {
  const look = (frames: number) => {
    const table = scroller.current;
    const row = table?.querySelector<HTMLElement>(`[data-run="${CSS.escape(id)}"]`);
    (row ?? table)?.focus({ preventScroll: true });
    if (!row && frames > 0) requestAnimationFrame(() => document.activeElement === table && look(frames - 1));
  };
  look(10);
}
