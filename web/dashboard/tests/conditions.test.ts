import { describe, expect, test } from "vitest";

import { type Condition, readCondition, withValues, writeCondition } from "../src/runs/conditions";
import { filterOf, scalar } from "../src/runs/filter";
import { conditionsOfFilter } from "../src/runs/read-filter";

const EXAMPLES: readonly Condition[] = [
  { field: "status", op: "any", values: ["FAILED", "PAUSED"] },
  { field: "status", op: "not", values: ["ACTIVE"] },
  { field: "tag", op: "all", values: ["env:prod", "a|b", "50%"] },
  { field: "tag", op: "any", values: ["x"] },
  { field: "tag", op: "not", values: ["x", "y"] },
  { field: "tag", op: "prefix", values: ["env:"] },
  { field: "name", op: "contains", values: ["night"] },
  { field: "dataset", op: "any", values: ["a", "b"] },
  { field: "dataset", op: "not", values: ["golden/set"] },
  { field: "created", op: "range", values: ["2026-11-01T00:00:00.000Z", ""] },
  { field: "duration", op: "range", values: ["1.5", "60"] },
  { field: "error", op: "any", values: ["no"] },
  { field: "root", op: "any", values: ["yes"] },
  { field: "id", op: "any", values: ["default"] },
  { field: "metadata.model.name", op: "any", values: ["small", "2"] },
  { field: "metadata.a\\.b:c|d", op: "gt", values: ["0.5"] },
  { field: "metadata.lr", op: "missing", values: [] },
];

describe("a condition", () => {
  test.each(EXAMPLES)("is the same after the address: %o", (condition) => {
    expect(readCondition(writeCondition(condition))).toEqual(condition);
  });

  test.each(EXAMPLES)("is the same after the API's filter: %o", (condition) => {
    expect(conditionsOfFilter(filterOf([condition]))).toEqual([condition]);
  });

  test.each(["", "status", "status:maybe:x", ":any:x", "a:any:%"])("is none in %j", (text) => {
    expect(readCondition(text)).toBeUndefined();
  });

  test("is replaced, added and taken away by its values", () => {
    const tag: Condition = { field: "tag", op: "any", values: ["x"] };
    const status: Condition = { field: "status", op: "any", values: ["FAILED"] };
    expect(withValues([tag], "status", "any", ["FAILED"])).toEqual([tag, status]);
    expect(withValues([tag, status], "tag", "any", ["y"])).toEqual([{ ...tag, values: ["y"] }, status]);
    expect(withValues([tag, status], "tag", "any", [])).toEqual([status]);
  });
});

describe("a filter", () => {
  test("hides archived runs unless they are asked for", () => {
    expect(filterOf([])).toEqual({});
    expect(filterOf([{ field: "tag", op: "any", values: ["x"] }]).includeArchived).toBeUndefined();
    expect(filterOf([{ field: "status", op: "not", values: ["FAILED"] }]).includeArchived).toBeUndefined();
    expect(filterOf([{ field: "status", op: "any", values: ["ARCHIVED"] }]).includeArchived).toBe(true);
  });

  test("that no chip can say is kept as JSON", () => {
    const filter = { targetType: "AGENT" as const, tags: { any: ["a"], none: ["b"] } };
    const conditions = conditionsOfFilter(filter);
    expect(conditions.map(({ field }) => field)).toEqual(["filter", "filter"]);
    expect(filterOf(conditions)).toEqual({ and: [{ targetType: "AGENT" }, { tags: { any: ["a"], none: ["b"] } }] });
  });

  test("takes numbers, booleans and quoted texts as what they are", () => {
    expect(["1", "-2.5", "true", '"1"', "small", "null", "{}"].map(scalar)).toEqual([1, -2.5, true, "1", "small", "null", "{}"]);
  });
});
