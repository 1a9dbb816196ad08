import { secondsOf } from "../runs/activity";

/** An interval in milliseconds. */
export type Span = { readonly from: number; readonly to: number };
type Timed = Parameters<typeof secondsOf>[0];

/** The time from the first start to the last end of runs; of an open one the end is now. */
export function spanOf(runs: readonly Timed[], now: number): Span {
  const from = Math.min(...runs.map(({ startedAt, createdAt }) => Date.parse(startedAt ?? createdAt)));
  const to = Math.max(...runs.map((run) => (run.finishedAt ? Date.parse(run.finishedAt) : secondsOf(run, now) === undefined ? from : now)));
  return { from, to: Math.max(to, from + 1) };
}
