export const STATUSES = ["ACTIVE", "PAUSED", "COMPLETED", "FAILED", "CANCELLED", "ARCHIVED"] as const;
export type Status = (typeof STATUSES)[number];

/** What people call a status. */
export const STATUS_NAMES: Readonly<Record<Status, string>> = {
  ACTIVE: "Active",
  PAUSED: "Paused",
  COMPLETED: "Completed",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
  ARCHIVED: "Archived",
};

export function isStatus(text: string): text is Status {
  return (STATUSES as readonly string[]).includes(text);
}

/** Whether a run with this status may still change by itself. */
export function isOpen(status: string): boolean {
  return status === "ACTIVE" || status === "PAUSED";
}
