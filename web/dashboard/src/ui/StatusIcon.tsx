import type { Status } from "../runs/statuses";

const SHAPES: Readonly<Record<Status, string>> = {
  ACTIVE: "M8 2a6 6 0 1 1-6 6",
  PAUSED: "M5.5 4v8M10.5 4v8",
  COMPLETED: "M3 8.5l3.5 3.5L13 4.5",
  FAILED: "M4 4l8 8M12 4l-8 8",
  CANCELLED: "M3.8 12.2L12.2 3.8M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2",
  ARCHIVED: "M2.5 4h11M4 4v8.5h8V4M6.5 7h3",
};

/** The mark of a status; its name stands beside it. */
export function StatusIcon({ status }: { status: Status }) {
  return (
    <svg className="status-icon" data-status={status} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={SHAPES[status]} fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
