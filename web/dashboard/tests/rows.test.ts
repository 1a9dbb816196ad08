import { describe, expect, test } from "vitest";

import { comparison, type Order } from "../src/runs/order";
import { type Row, Rows } from "../src/runs/rows";

const NEWEST: Order = { by: "created", down: true };

function row(id: string, at: number, more: Partial<Row> = {}): Row {
  const time = `2026-11-29T00:00:${String(at).padStart(2, "0")}.000000Z`;
  return { id, version: 1, isMeasured: false, createdAt: time, updatedAt: time, cells: {} as Row["cells"], ...more };
}

function loaded(order: Order, page: readonly Row[]): Rows {
  const rows = new Rows(comparison(order));
  rows.append(page);
  return rows;
}

const ids = (rows: Rows) => rows.all.map(({ id }) => id);

describe("rows", () => {
  test("that come are put where the order has them", () => {
    const rows = loaded(NEWEST, [row("e", 9), row("c", 5), row("a", 1)]);
    rows.change([row("b", 3), row("f", 10), row("d", 7)], []);
    expect(ids(rows)).toEqual(["f", "e", "d", "c", "b", "a"]);
  });

  test("beyond the loaded ones are left to the page that brings them", () => {
    const rows = loaded(NEWEST, [row("c", 5), row("b", 3)]);
    rows.change([row("a", 1)], []);
    expect(ids(rows)).toEqual(["c", "b"]);
    rows.complete = true;
    rows.change([row("a", 1)], []);
    expect(ids(rows)).toEqual(["c", "b", "a"]);
  });

  test("that a change brought before their page are there once", () => {
    const rows = loaded(NEWEST, [row("c", 5), row("a", 1)]);
    rows.change([row("b", 3)], []);
    rows.append([row("b", 3), row("0", 0)]);
    expect(ids(rows)).toEqual(["c", "b", "a", "0"]);
  });

  test("that change in place leave the array as it is, and know their version", () => {
    const rows = loaded(NEWEST, [row("b", 3), row("a", 1)]);
    const before = rows.all;
    rows.change([row("a", 1, { version: 7 })], []);
    expect(rows.all).toBe(before);
    expect(rows.get("a")?.version).toBe(7);
  });

  test("move when what sorts them changes, out of reach as well", () => {
    const rows = loaded({ by: "name", down: false }, [row("1", 1, { name: "b" }), row("2", 2, { name: "d" }), row("3", 3, { name: "f" })]);
    rows.change([row("1", 1, { name: "e" })], []);
    expect(ids(rows)).toEqual(["2", "1", "3"]);
    rows.change([row("2", 2, { name: "z" })], []);
    expect(ids(rows)).toEqual(["1", "3"]);
  });

  test("that leave are gone; those that never were change nothing", () => {
    const rows = loaded(NEWEST, [row("b", 3), row("a", 1)]);
    const before = rows.all;
    rows.change([], ["other"]);
    expect(rows.all).toBe(before);
    rows.change([], ["b"]);
    expect(ids(rows)).toEqual(["a"]);
    expect(rows.get("b")).toBeUndefined();
  });
});

describe("the order", () => {
  test("has nulls last both ways, and equals by id in its direction", () => {
    const runs = [row("a", 1, { duration: null }), row("b", 1, { duration: 2 }), row("c", 1, { duration: 2 }), row("d", 1, { duration: 1 })];
    const sorted = (down: boolean) => runs.toSorted(comparison({ by: "duration", down })).map(({ id }) => id);
    expect(sorted(false)).toEqual(["d", "b", "c", "a"]);
    expect(sorted(true)).toEqual(["c", "b", "d", "a"]);
  });

  test("is by code point", () => {
    const runs = ["\u{1f600}", "\uffee", "z"].map((name, at) => row(String(at), 1, { name }));
    expect(runs.toSorted(comparison({ by: "name", down: false })).map(({ name }) => name)).toEqual(["z", "\uffee", "\u{1f600}"]);
  });

  test("of metadata has booleans, then numbers, then texts, and the rest last", () => {
    const values = ["10", 9, true, null, [1], 10, false];
    const runs = values.map((value, at) => row(String(at), 1, { metadata: { a: { b: value } } }));
    const sorted = runs.toSorted(comparison({ by: "metadata.a.b", down: false }));
    expect(sorted.map(({ metadata }) => (metadata as { a: { b: unknown } }).a.b)).toEqual([false, true, 9, 10, "10", null, [1]]);
  });
});
