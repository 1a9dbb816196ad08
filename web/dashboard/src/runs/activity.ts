import { isOpen } from "./statuses";

/** After so many seconds without a sign of life an active run is marked as silent. */
export const SILENT_AFTER = 300;

type Timed = {
  readonly status: string;
  readonly createdAt: string;
  readonly startedAt?: string | null | undefined;
  readonly finishedAt?: string | null | undefined;
  readonly duration?: number | null | undefined;
  readonly lastActivityAt: string;
};

/** Seconds that a run took, or takes until now; undefined when it was archived unfinished. */
export function secondsOf(run: Timed, now: number): number | undefined {
  if (run.duration !== null && run.duration !== undefined) return run.duration;
  if (!isOpen(run.status)) return undefined;
  return Math.max(0, (now - Date.parse(run.startedAt ?? run.createdAt)) / 1000);
}

/** Seconds for which nothing was heard of an active run, once that is long; else undefined. */
export function silence(run: Timed, now: number): number | undefined {
  if (run.status !== "ACTIVE") return undefined;
  const seconds = (now - Date.parse(run.lastActivityAt)) / 1000;
  return seconds >= SILENT_AFTER ? seconds : undefined;
}
