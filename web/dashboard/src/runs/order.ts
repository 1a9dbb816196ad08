/** The order of the list; `by` is a field or a path of metadata. */
export type Order = { readonly by: string; readonly down: boolean };

/** What the order reads of a run. */
export type Sortable = {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly finishedAt: string | null | undefined;
};

export const DEFAULT_ORDER: Order = { by: "created", down: true };

const FIELDS = { created: "CREATED_AT", updated: "UPDATED_AT", finished: "FINISHED_AT" } as const;

export function isSortable(by: string): boolean {
  return Object.hasOwn(FIELDS, by);
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
  return { field: FIELDS[by as keyof typeof FIELDS], direction: down ? ("DESC" as const) : ("ASC" as const) };
}

/** Compares as the server sorts: nulls last in either direction, equals by id in the same direction. */
export function comparison({ by, down }: Order): (one: Sortable, other: Sortable) => number {
  const key = keyOf(by);
  const sign = down ? -1 : 1;
  return (one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === null || b === null) {
      if (a !== b) return a === null ? 1 : -1;
    } else if (a !== b) return a < b ? -sign : sign;
    return one.id === other.id ? 0 : one.id < other.id ? -sign : sign;
  };
}

function keyOf(by: string): (run: Sortable) => string | number | null {
  switch (by) {
    case "updated":
      return (run) => run.updatedAt;
    case "finished":
      return (run) => run.finishedAt ?? null;
    default:
      return (run) => run.createdAt;
  }
}

