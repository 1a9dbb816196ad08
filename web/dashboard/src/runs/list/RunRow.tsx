import { memo } from "react";

import { type CellValue, valuesOfRun } from "../filters/cell-values";
import type { ColumnChoice } from "../columns/column-choices";
import { columnOf } from "../columns/columns";
import { MarkBox } from "./MarkBox";
import type { Row } from "./rows";
import { STATUS_NAMES, type Status } from "../statuses";
import { useRunCells } from "../columns/useRunCells";

type Props = {
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly columns: readonly ColumnChoice[];
  readonly sizes: Readonly<Record<string, number>>;
  readonly isMarked: boolean;
  readonly isActive: boolean;
  readonly mark: (id: string, marked: boolean) => void;
  readonly activate: (id: string) => void;
  /** Offers values of the run to filter by, beside an element. */
  readonly ask: (element: Element, values: readonly CellValue[]) => void;
};

/** A run in the table. It follows its run in the store by itself. */
export const RunRow = memo(function RunRow(props: Props) {
  const { row, index, top, columns, sizes, isMarked, isActive, mark, activate, ask } = props;
  const run = useRunCells(row.cells);
  const name = run.name ?? run.id;
  const askForAll = (element: Element) => ask(element, valuesOfRun(run, columns.map(({ id }) => id)));
  return (
    <div
      role="row"
      className="run-row"
      data-run={run.id}
      data-status={run.status}
      aria-rowindex={index + 2}
      aria-selected={isMarked}
      aria-label={`${name}, ${STATUS_NAMES[run.status as Status] ?? run.status}`}
      tabIndex={isActive ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => activate(run.id)}
      onKeyDown={(event) => {
        if (event.key === "e" && !event.ctrlKey && !event.metaKey && !event.altKey) askForAll(event.currentTarget);
      }}
      onContextMenu={(event) => {
        if (event.shiftKey || (event.target as Element).closest("a")) return; // which have the browser's own menu
        event.preventDefault();
        askForAll(event.target as Element);
      }}
      onClick={(event) => {
        const tag = (event.target as Element).closest(".tag");
        if (tag?.textContent) ask(tag, [{ field: "tag", value: tag.textContent, label: tag.textContent }]);
      }}
    >
      <div role="gridcell" className="mark-cell">
        <MarkBox name={name} isMarked={isMarked} mark={(marked) => mark(run.id, marked)} />
      </div>
      {columns.map(({ id }) => (
        <div role="gridcell" key={id} className="cell" data-column={id} style={{ width: sizes[id] ?? 0 }}>
          {columnOf(id)?.cell(run)}
        </div>
      ))}
    </div>
  );
}, sameRow);

function sameRow(one: Props, other: Props): boolean {
  return (
    one.row === other.row &&
    one.index === other.index &&
    one.top === other.top &&
    one.columns === other.columns &&
    one.isMarked === other.isMarked &&
    one.isActive === other.isActive &&
    one.columns.every(({ id }) => one.sizes[id] === other.sizes[id])
  );
}
