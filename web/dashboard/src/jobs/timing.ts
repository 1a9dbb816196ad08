import { inDuration } from "../ui/times";

type Job = {
  readonly status: string;
  readonly runAt: string;
  readonly leaseExpiresAt?: string | null | undefined;
};

/** The states of a job, with that of one that is due or whose executor was lost, which are so by the clock. */
export type JobState = "PENDING" | "DUE" | "RUNNING" | "LOST" | "RETRYING" | "COMPLETED" | "FAILED";

const WORDS: Readonly<Record<JobState, string>> = {
  PENDING: "Pending",
  DUE: "Due",
  RUNNING: "Running",
  LOST: "Lease expired",
  RETRYING: "Retrying",
  COMPLETED: "Completed",
  FAILED: "Failed",
};

export function wordOf(state: JobState): string {
  return WORDS[state];
}

/** The state of a job at an instant. */
export function stateOf({ status, runAt, leaseExpiresAt }: Job, now: number): JobState {
  if (status === "PENDING") return Date.parse(runAt) <= now ? "DUE" : "PENDING";
  if (status === "RUNNING" && leaseExpiresAt && Date.parse(leaseExpiresAt) <= now) return "LOST";
  return status as JobState;
}

/** What happens next to a job that is not done, and when; undefined when nothing does. */
export function timingOf({ status, runAt, leaseExpiresAt }: Job, now: number): { readonly words: string; readonly at: string } | undefined {
  if (status === "PENDING" || status === "RETRYING") {
    const seconds = (Date.parse(runAt) - now) / 1000;
    const words = seconds <= 0 ? `due for ${inDuration(Math.floor(-seconds))}` : `due in ${inDuration(Math.ceil(seconds))}`;
    return { words, at: runAt };
  }
  if (status !== "RUNNING" || !leaseExpiresAt) return undefined;
  const seconds = (Date.parse(leaseExpiresAt) - now) / 1000;
  return { words: seconds <= 0 ? `expired for ${inDuration(Math.floor(-seconds))}` : `lease of ${inDuration(Math.ceil(seconds))}`, at: leaseExpiresAt };
}
