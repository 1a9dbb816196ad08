import type { Change } from "./change";
import { type Condition, valuesOf } from "./conditions";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const SPANS = [
  { hours: 1, label: "Last hour" },
  { hours: 24, label: "Last 24 hours" },
  { hours: 24 * 7, label: "Last 7 days" },
  { hours: 24 * 30, label: "Last 30 days" },
] as const;

export type Interval = "MINUTE" | "HOUR" | "DAY" | "WEEK";

/** The time that is shown, in milliseconds; `to` is undefined when it goes on. */
export type Range = {
  readonly span: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly isChosen: boolean;
};

/** A bucket of the timeline; `start` is in milliseconds. */
export type Bucket = { readonly start: number; readonly created: number; readonly completed: number; readonly failed: number };

/** The time that the conditions choose, else the last stretch. */
export function shownRange(conditions: readonly Condition[], span: number): Range {
  const [from, to] = valuesOf(conditions, "created", "range").map((text) => (text ? Date.parse(text) : undefined));
  if (from === undefined) return { span, from: undefined, to: undefined, isChosen: false };
  return { span: (to ?? Date.now()) - from, from, to, isChosen: true };
}

/** The length of buckets that makes a few dozens to a few hundreds of a span. */
export function intervalOf(span: number): Interval {
  if (span <= 4 * HOUR) return "MINUTE";
  if (span <= 8 * DAY) return "HOUR";
  return span <= 400 * DAY ? "DAY" : "WEEK";
}

/** In milliseconds. */
export const LENGTHS: Readonly<Record<Interval, number>> = { MINUTE, HOUR, DAY, WEEK: 7 * DAY };
const MONDAY = 4 * DAY; // 1970-01-05, where weeks begin

/** The start of the bucket that an instant is in; buckets are those of UTC. */
export function bucketStart(at: number, interval: Interval): number {
  const length = LENGTHS[interval];
  const origin = interval === "WEEK" ? MONDAY : 0;
  return Math.floor((at - origin) / length) * length + origin;
}

/** The buckets with changes counted in; changes beyond the last bucket add buckets. */
export function countedIn(buckets: readonly Bucket[], changes: readonly Change[], interval: Interval): readonly Bucket[] {
  const result = [...buckets];
  for (const { kind, status, at } of changes) {
    const field = kind === "CREATED" ? "created" : kind !== "STATUS" ? undefined : FIELDS[status];
    if (field === undefined || result.length === 0) continue;
    const start = bucketStart(Date.parse(at), interval);
    while (result.at(-1)!.start < start) {
      result.push({ start: result.at(-1)!.start + LENGTHS[interval], created: 0, completed: 0, failed: 0 });
    }
    const place = result.findIndex((bucket) => bucket.start === start);
    if (place >= 0) result[place] = { ...result[place]!, [field]: result[place]![field] + 1 };
  }
  return result;
}

const FIELDS: Readonly<Record<string, "completed" | "failed" | undefined>> = { COMPLETED: "completed", FAILED: "failed" };
