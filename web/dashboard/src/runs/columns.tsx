import type { ReactNode } from "react";

import { RunLink } from "../ui/RunLink";
import { StatusBadge } from "../ui/StatusBadge";
import { Time } from "../ui/Time";
import { DEFAULT_RUN, DEFAULT_RUN_WORDS } from "./default-run";
import { DurationCell } from "./DurationCell";
import { METADATA_PREFIX, valueAt } from "./metadata-paths";
import { ProgressCell } from "./ProgressCell";
import type { Status } from "./statuses";
import { TagsCell } from "./TagsCell";
import type { RunCells } from "./useRunCells";

/** A column of the list; `order` is what its head sorts by. */
export type Column = {
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly order?: string;
  readonly cell: (run: RunCells) => ReactNode;
};

const text = (value: string | null | undefined) => value ?? <span className="faint">–</span>;

export const COLUMNS: readonly Column[] = [
  {
    id: "status",
    label: "Status",
    width: 116,
    cell: (run) => (
      <StatusBadge
        status={run.status as Status}
        note={run.status === "ARCHIVED" && run.outcome ? run.outcome.toLowerCase() : undefined}
      />
    ),
  },
  {
    id: "name",
    label: "Name",
    width: 280,
    order: "name",
    cell: (run) => (
      <RunLink id={run.id} title={run.id === DEFAULT_RUN ? DEFAULT_RUN_WORDS : (run.name ?? run.id)} className={run.id === DEFAULT_RUN ? "quiet-link" : "run-link"}>
        {run.name ?? <span className="mono">{run.id}</span>}
      </RunLink>
    ),
  },
  { id: "tags", label: "Tags", width: 190, cell: (run) => <TagsCell tags={run.tags} /> },
  { id: "results", label: "Results", width: 150, cell: (run) => <ProgressCell run={run} /> },
  { id: "duration", label: "Duration", width: 140, order: "duration", cell: (run) => <DurationCell run={run} /> },
  { id: "created", label: "Created", width: 130, order: "created", cell: (run) => <Time at={run.createdAt} /> },
  { id: "started", label: "Started", width: 130, order: "started", cell: (run) => <Time at={run.startedAt} /> },
  { id: "finished", label: "Finished", width: 130, order: "finished", cell: (run) => <Time at={run.finishedAt} /> },
  { id: "updated", label: "Changed", width: 130, order: "updated", cell: (run) => <Time at={run.updatedAt} /> },
  { id: "active", label: "Last active", width: 130, cell: (run) => <Time at={run.lastActivityAt} /> },
  {
    id: "error",
    label: "Error",
    width: 210,
    cell: (run) => run.error && <span className="error-line" title={run.error.slice(0, 2000)}>{firstLine(run.error)}</span>,
  },
  {
    id: "parent",
    label: "Parent",
    width: 180,
    cell: (run) =>
      run.parentId ? (
        <RunLink id={run.parentId} className="quiet-link">
          {run.parent?.name ?? run.parentId}
        </RunLink>
      ) : (
        text(null)
      ),
  },
  { id: "dataset", label: "Dataset", width: 160, cell: (run) => text(run.dataset?.datasetId) },
  { id: "target", label: "Target", width: 160, cell: (run) => text(run.dataset?.targetId) },
  { id: "trace", label: "Trace", width: 160, cell: (run) => text(run.traceId) },
  { id: "id", label: "Id", width: 300, cell: (run) => <span className="mono">{run.id}</span> },
];

const BY_ID = new Map(COLUMNS.map((column) => [column.id, column]));

/** The column of an id; a path of metadata is one, too. */
export function columnOf(id: string): Column | undefined {
  if (!id.startsWith(METADATA_PREFIX)) return BY_ID.get(id);
  const path = id.slice(METADATA_PREFIX.length);
  return { id, label: path, width: 160, order: id, cell: (run) => shown(valueAt(run.metadata, path)) };
}

function shown(value: unknown): ReactNode {
  if (value === undefined) return text(null);
  const said = typeof value === "string" ? value : JSON.stringify(value);
  return <span title={said}>{said}</span>;
}

/** The first line that says something. */
export function firstLine(error: string): string {
  return error.trimStart().split("\n", 1)[0] ?? "";
}
