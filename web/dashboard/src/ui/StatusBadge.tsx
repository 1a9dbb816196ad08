import { STATUS_NAMES, type Status } from "../runs/statuses";
import { StatusIcon } from "./StatusIcon";

/** A status with its mark. */
export function StatusBadge({ status, note }: { status: Status; note?: string | undefined }) {
  return (
    <span className="status" data-status={status}>
      <StatusIcon status={status} />
      {STATUS_NAMES[status] ?? status}
      {note && <span className="status-note">{note}</span>}
    </span>
  );
}
