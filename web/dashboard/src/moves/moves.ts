import type { Status } from "../runs/statuses";

/** What people call the move to a status. */
export const MOVE_NAMES: Readonly<Record<Status, string>> = {
  ACTIVE: "Resume",
  PAUSED: "Pause",
  COMPLETED: "Complete",
  FAILED: "Fail",
  CANCELLED: "Cancel",
  ARCHIVED: "Archive",
};

export const MOVE_PAST: Readonly<Record<Status, string>> = {
  ACTIVE: "resumed",
  PAUSED: "paused",
  COMPLETED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
  ARCHIVED: "archived",
};

const BACK: Readonly<Partial<Record<Status, Status>>> = { PAUSED: "ACTIVE", ACTIVE: "PAUSED" };

/** The status to which a run goes back from a move; undefined when the table has no such move, as for all that end a run. */
export function reverseOf(from: Status, to: Status): Status | undefined {
  return BACK[to] === from ? from : undefined;
}

/** Whether a move is to be confirmed: nothing brings a run back from it, or a text is needed. */
export function asksFirst(from: Status, to: Status): boolean {
  return to === "FAILED" || reverseOf(from, to) === undefined;
}
