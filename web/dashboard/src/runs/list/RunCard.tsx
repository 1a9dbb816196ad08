
import { RunLink } from "../../ui/values/RunLink";
import { StatusIcon } from "../../ui/values/StatusIcon";
import { Time } from "../../ui/values/Time";
import { firstLine } from "../columns/columns";
import { DurationCell } from "../columns/DurationCell";
import { ProgressCell } from "../columns/ProgressCell";
import { MarkBox } from "./MarkBox";
import type { Row } from "./rows";
import { STATUS_NAMES, type Status } from "../statuses";
import { TagsCell } from "../columns/TagsCell";
import { useRunCells } from "../columns/useRunCells";

type Props = {
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly isMarked: boolean;
  readonly isActive: boolean;
  readonly mark: (id: string, marked: boolean) => void;
  readonly activate: (id: string) => void;
};

/** A run in a list that is too narrow for columns. */
export function RunCard({ row, index, top, isMarked, isActive, mark, activate }: Props) {
  const run = useRunCells(row.cells);
  const name = run.name ?? run.id;
  const status = run.status as Status;
  return (
    <div
      role="row"
      className="run-card"
      data-run={run.id}
      aria-rowindex={index + 2}
      aria-selected={isMarked}
      aria-label={`${name}, ${STATUS_NAMES[status] ?? status}`}
      tabIndex={isActive ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => activate(run.id)}
    >
      <div role="gridcell" className="card-top">
        <MarkBox name={name} isMarked={isMarked} mark={(marked) => mark(run.id, marked)} />
        <span className="status" data-status={status} title={STATUS_NAMES[status]}>
          <StatusIcon status={status} />
        </span>
        <RunLink id={run.id}>{name}</RunLink>
        <DurationCell run={run} />
      </div>
      <div role="gridcell" className="card-bottom">
        {run.error ? (
          <span className="error-line">{firstLine(run.error)}</span>
        ) : run.dataset ? (
          <ProgressCell run={run} />
        ) : (
          <TagsCell tags={run.tags} />
        )}
        <span className="card-time">
          <Time at={run.startedAt ?? run.createdAt} />
        </span>
      </div>
    </div>
  );
}
