import type { RunCells_run$key } from "../__generated__/RunCells_run.graphql";
import type { Sortable } from "./order";

/** A row of the list: what the order reads of its run, and the reference to its cells in the store. */
export type Row = Sortable & {
  readonly version: number;
  /** Whether results may still be recorded. */
  readonly isMeasured: boolean;
  readonly cells: RunCells_run$key;
};

type Compare = (one: Sortable, other: Sortable) => number;

/** Sorted rows, of which the list may have loaded only the first. */
export class Rows {
  readonly #compare: Compare;
  readonly #byId = new Map<string, Row>();
  #rows: readonly Row[] = [];
  /** Whether these are all rows that there are. */
  complete = false;

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  /** The rows in order; another array whenever one came, went or moved. */
  get all(): readonly Row[] {
    return this.#rows;
  }

  get(id: string): Row | undefined {
    return this.#byId.get(id);
  }

  /** Add a page behind the rows that are there; rows that came by a change before stay as they are. */
  append(page: readonly Row[]): void {
    const fresh = page.filter(({ id }) => !this.#byId.has(id));
    for (const row of fresh) this.#byId.set(row.id, row);
    this.#rows = [...this.#rows, ...fresh];
  }

  /** Whether a row belongs among the loaded ones, and not on a page that is still to come. */
  reaches(row: Sortable): boolean {
    const last = this.#rows.at(-1);
    return this.complete || (last !== undefined && this.#compare(row, last) < 0);
  }

  /** Put and remove rows; those put go where the order has them, and are left out when that is beyond the loaded ones. */
  change(put: readonly Row[], removed: Iterable<string>): void {
    const leaving = new Set([...removed].filter((id) => this.#byId.has(id)));
    const coming: Row[] = [];
    for (const row of put) {
      const former = this.#byId.get(row.id);
      if (former && this.#compare(former, row) === 0) {
        Object.assign(former, row, { cells: former.cells });
        continue;
      }
      if (former) leaving.add(row.id);
      if (this.reaches(row)) coming.push(row);
    }
    if (!leaving.size && !coming.length) return;
    const kept = leaving.size ? this.#rows.filter(({ id }) => !leaving.has(id)) : this.#rows;
    for (const id of leaving) this.#byId.delete(id);
    for (const row of coming) this.#byId.set(row.id, row);
    this.#rows = merged(kept, coming.sort(this.#compare), this.#compare);
  }
}

/** Merge a few rows into many, with as few comparisons as finding their places takes. */
function merged(rows: readonly Row[], few: readonly Row[], compare: Compare): readonly Row[] {
  if (!few.length) return rows;
  const parts: (readonly Row[])[] = [];
  let from = 0;
  for (const row of few) {
    const at = placeOf(rows, row, compare, from);
    parts.push(rows.slice(from, at), [row]);
    from = at;
  }
  return parts.concat([rows.slice(from)]).flat();
}

function placeOf(rows: readonly Row[], row: Row, compare: Compare, from: number): number {
  let [low, high] = [from, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(rows[middle]!, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
