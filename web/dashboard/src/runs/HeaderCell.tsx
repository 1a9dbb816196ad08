import type { Header } from "@tanstack/react-table";
import type { KeyboardEvent } from "react";

import { Button } from "../ui/Button";
import type { Order } from "./order";
import type { Row } from "./rows";

const STEP = 16; // pixels for each press of an arrow

type Props = {
  readonly header: Header<Row, unknown>;
  readonly order: Order;
  readonly setOrder: (order: Order) => void;
  readonly move: (by: number) => void;
};

/** The head of a column: it sorts, is resized by its edge, and moves with Alt and the arrows. */
export function HeaderCell({ header, order, setOrder, move }: Props) {
  const { columnDef } = header.column;
  const by = (columnDef.meta as { order?: string } | undefined)?.order;
  const label = String(columnDef.header);
  const isOrder = by !== undefined && by === order.by;
  const sorted = isOrder ? (order.down ? "descending" : "ascending") : by ? "none" : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    const way = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (way === 0 || !event.altKey) return;
    event.preventDefault();
    move(way);
  };
  const onResizeKey = (event: KeyboardEvent) => {
    const way = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const { table } = header.getContext();
    table.setColumnSizing((sizes) => ({ ...sizes, [header.id]: Math.max(60, header.getSize() + way * STEP) }));
  };
  return (
    <div
      role="columnheader"
      className="head-cell"
      data-head={header.id}
      aria-sort={sorted}
      style={{ width: header.getSize() }}
      draggable
      onDragStart={(event) => event.dataTransfer.setData("text/x-column", header.id)}
      onKeyDown={onKeyDown}
    >
      {by ? (
        <Button tone="quiet" className="head-button" onPress={() => setOrder({ by, down: isOrder ? !order.down : by !== "name" })}>
          {label}
          <span className="sort-mark" aria-hidden="true">
            {isOrder ? (order.down ? "↓" : "↑") : ""}
          </span>
        </Button>
      ) : (
        <span className="head-label">{label}</span>
      )}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of ${label}`}
        aria-valuenow={header.getSize()}
        aria-valuemin={60}
        tabIndex={0}
        className={header.column.getIsResizing() ? "resizer resizing" : "resizer"}
        onPointerDown={(event) => event.stopPropagation()}
        onMouseDown={header.getResizeHandler()}
        onTouchStart={header.getResizeHandler()}
        onDragStart={(event) => event.preventDefault()}
        draggable={false}
        onKeyDown={onResizeKey}
      />
    </div>
  );
}
