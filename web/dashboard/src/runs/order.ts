import { METADATA_PREFIX, valueAt } from "./metadata-paths";

/** The order of the list; `by` is a field, or a path of metadata behind `metadata.`. */
export type Order = { readonly by: string; readonly down: boolean };

/** What the order reads of a run. */
export type Sortable = {
  readonly id: string;
  readonly name?: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly duration?: number | null;
  readonly metadata?: unknown;
};

type Key = string | number | boolean | null;

export const DEFAULT_ORDER: Order = { by: "created", down: true };

const FIELDS = {
  created: "CREATED_AT",
  updated: "UPDATED_AT",
  started: "STARTED_AT",
  finished: "FINISHED_AT",
  name: "NAME",
  duration: "DURATION",
} as const;
const LONGEST_TEXT = 256; // code points of metadata that are compared

export function isSortable(by: string): boolean {
  return Object.hasOwn(FIELDS, by) || by.startsWith(METADATA_PREFIX);
}

/** The order as text: `created.desc`. */
export function writeOrder({ by, down }: Order): string {
  return `${by}.${down ? "desc" : "asc"}`;
}

export function readOrder(text: string): Order | undefined {
  const [, by, way] = /^(.+)\.(asc|desc)$/.exec(text) ?? [];
  return by !== undefined && isSortable(by) ? { by, down: way === "desc" } : undefined;
}

/** The order as the API takes it. */
export function orderBy({ by, down }: Order) {
  const direction = down ? ("DESC" as const) : ("ASC" as const);
  if (by.startsWith(METADATA_PREFIX)) {
    return { field: "METADATA" as const, path: by.slice(METADATA_PREFIX.length), direction };
  }
  return { field: FIELDS[by as keyof typeof FIELDS], direction };
}

/** Compares as the server sorts: nulls last in either direction, equals by id in the same direction. */
export function comparison({ by, down }: Order): (one: Sortable, other: Sortable) => number {
  const key = keyOf(by);
  const sign = down ? -1 : 1;
  return (one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === null || b === null) {
      if (a !== b) return a === null ? 1 : -1;
    } else if (a !== b) return sign * compare(a, b);
    return sign * compare(one.id, other.id);
  };
}

function keyOf(by: string): (run: Sortable) => Key {
  if (by.startsWith(METADATA_PREFIX)) {
    const path = by.slice(METADATA_PREFIX.length);
    return (run) => metadataKey(valueAt(run.metadata, path));
  }
  switch (by) {
    case "updated":
      return (run) => run.updatedAt;
    case "started":
      return (run) => run.startedAt ?? null;
    case "finished":
      return (run) => run.finishedAt ?? null;
    case "name":
      return (run) => run.name ?? null;
    case "duration":
      return (run) => run.duration ?? null;
    default:
      return (run) => run.createdAt;
  }
}

function metadataKey(value: unknown): Key {
  if (typeof value === "string") return value.length > LONGEST_TEXT ? [...value].slice(0, LONGEST_TEXT).join("") : value;
  return typeof value === "number" || typeof value === "boolean" ? value : null;
}

const RANKS: Readonly<Record<string, number>> = { boolean: 0, number: 1, string: 2 };

function compare(a: string | number | boolean, b: string | number | boolean): number {
  if (typeof a !== typeof b) return RANKS[typeof a]! - RANKS[typeof b]!;
  if (a === b) return 0;
  if (typeof a === "string") return byCodePoint(a, b as string);
  return a < b ? -1 : 1;
}

/** JavaScript compares halves of pairs, which puts marks beyond U+FFFF before those from U+E000 on. */
function byCodePoint(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
  if (Number.isNaN(one) || Number.isNaN(other)) return a.length - b.length;
  return isHalf(one) === isHalf(other) ? one - other : isHalf(one) ? 1 : -1;
}

function isHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
