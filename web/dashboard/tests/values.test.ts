import { describe, expect, test } from "vitest";

import { factsOf, leavesOf } from "../src/compare/differences";
import { worstFirst } from "../src/compare/worst";
import { columnsOf, writeColumn } from "../src/runs/column-choices";
import { silence, secondsOf } from "../src/runs/activity";
import { keysOf, pathOf, valueAt } from "../src/runs/metadata-paths";
import { validSearch } from "../src/runs/search";
import { bucketStart, countedIn, intervalOf } from "../src/runs/timeline";
import { parseSearch, stringifySearch } from "../src/shell/addresses";
import { diffLines } from "../src/ui/diff";
import { logBins } from "../src/ui/histogram";
import { ago, inDuration } from "../src/ui/times";
import type { Change } from "../src/runs/change";

describe("paths of metadata", () => {
  test.each([
    ["model.name", ["model", "name"]],
    ["model\\.name", ["model.name"]],
    ["C:\\\\data.size", ["C:\\data", "size"]],
    ["a..b", ["a", "", "b"]],
    ["", [""]],
    ["a\\n", ["a\\n"]],
  ])("%j are keys", (path, keys) => expect(keysOf(path)).toEqual(keys));

  test("are those of their keys", () => {
    const keys = ["a.b", "c\\", "", "d"];
    expect(keysOf(pathOf(keys))).toEqual(keys);
  });

  test("enter no lists and nothing inherited", () => {
    expect(valueAt({ a: [{ b: 1 }] }, "a.0.b")).toBeUndefined();
    expect(valueAt({}, "constructor")).toBeUndefined();
    expect(valueAt({ a: { "": null } }, "a.")).toBeNull();
  });
});

describe("the address", () => {
  test("keeps lists of texts as they are", () => {
    const search = { q: "a b&c", where: ["tag:any:x|y", "name:contains:ü%3A"], columns: ["status,name@200"] };
    expect(parseSearch(stringifySearch(search))).toEqual({ ...search, columns: "status,name@200" });
  });

  test("leaves out what is wrong", () => {
    expect(validSearch({ where: ["nonsense", "tag:any:x"], order: "up.desc", q: "" })).toEqual({ where: ["tag:any:x"] });
  });

  test("has columns with their widths, each once", () => {
    const choices = [{ id: "name", width: 210 }, { id: "metadata.a,b@c" }];
    expect(columnsOf([...choices, { id: "name" }].map(writeColumn))).toEqual(choices);
  });
});

describe("times", () => {
  test.each([
    [0.0124, "12 ms"],
    [1, "1.0 s"],
    [59.7, "1 m 00 s"],
    [125, "2 m 05 s"],
    [3_725, "1 h 02 m"],
    [200_000, "2 d 7 h"],
  ])("%d seconds", (seconds, words) => expect(inDuration(seconds)).toBe(words));

  test("are ago in one unit", () => expect([1, 65, 7_300, 100_000].map((seconds) => ago(0, seconds * 1000))).toEqual(["now", "1 m ago", "2 h ago", "1 d ago"]));

  test("tell how long a run takes, and whether it is silent", () => {
    const now = Date.parse("2026-11-29T10:10:00Z");
    const run = { status: "ACTIVE", createdAt: "2026-11-29T10:00:00Z", lastActivityAt: "2026-11-29T10:01:00Z" };
    expect(secondsOf(run, now)).toBe(600);
    expect(silence(run, now)).toBe(540);
    expect(silence({ ...run, status: "PAUSED" }, now)).toBeUndefined();
    expect(secondsOf({ ...run, status: "ARCHIVED" }, now)).toBeUndefined();
    expect(secondsOf({ ...run, status: "FAILED", duration: 3 }, now)).toBe(3);
  });
});

describe("the timeline", () => {
  const change = (kind: string, status: Change["status"], at: string) => ({ kind, status, at }) as Change;

  test("counts changes where they belong, and goes on", () => {
    const start = Date.parse("2026-11-29T10:00:00Z");
    const hour = 3_600_000;
    const buckets = countedIn(
      [{ start, created: 1, completed: 0, failed: 0 }],
      [
        change("CREATED", "ACTIVE", "2026-11-29T10:59:59Z"),
        change("STATUS", "FAILED", "2026-11-29T12:00:00Z"),
        change("TAGS", "FAILED", "2026-11-29T12:00:00Z"),
      ],
      "HOUR",
    );
    expect(buckets).toEqual([
      { start, created: 2, completed: 0, failed: 0 },
      { start: start + hour, created: 0, completed: 0, failed: 0 },
      { start: start + 2 * hour, created: 0, completed: 0, failed: 1 },
    ]);
  });

  test("has weeks that begin on Monday", () => {
    expect(new Date(bucketStart(Date.parse("2026-11-29T10:00:00Z"), "WEEK")).toISOString()).toBe("2026-11-23T00:00:00.000Z");
    expect(intervalOf(500 * 86_400_000)).toBe("WEEK");
  });
});

describe("comparisons", () => {
  test("find what differs", () => {
    const runs = [{ model: { name: "a" }, tags: [1] }, { model: { name: "b" }, tags: [1] }].map(leavesOf);
    expect(factsOf(runs)).toEqual([
      { name: "model.name", values: ["a", "b"], differs: true },
      { name: "tags", values: ["[1]", "[1]"], differs: false },
    ]);
  });

  test("put what became worse first", () => {
    const result = (latency: number, error: string | null = null, value = 1) => ({ latency, error, scores: [{ scorerId: "s", value }] });
    const rows = [
      { itemId: "same", results: [result(1), result(1)] },
      { itemId: "slower", results: [result(1), result(9)] },
      { itemId: "scored less", results: [result(1), result(1, null, 0.2)] },
      { itemId: "fails now", results: [result(1), result(1, "x")] },
      { itemId: "failed before", results: [result(1, "x"), result(1, "x")] },
    ];
    expect(worstFirst(rows).map(({ itemId }) => itemId)).toEqual(["fails now", "scored less", "failed before", "slower", "same"]);
  });
});

test("a difference keeps common lines, and gives both texts back", () => {
  const [one, other] = ["a\nb\nc\nd\ne", "a\nc\nx\nd\ny\ne"];
  const lines = diffLines(one, other);
  const without = (mark: string) => lines.filter((line) => line.mark !== mark).map(({ text }) => text).join("\n");
  expect(without("+")).toBe(one);
  expect(without("-")).toBe(other);
  expect(lines.filter(({ mark }) => mark === " ").map(({ text }) => text)).toEqual(["a", "c", "d", "e"]);
});

test("a histogram counts each value once", () => {
  const bins = logBins([1, 1, 10, 100, 1000], 3);
  expect(bins.map(({ count }) => count)).toEqual([2, 1, 2]);
  expect(logBins([], 3)).toEqual([]);
  expect(logBins([5, 5], 3).map(({ count }) => count)).toEqual([2, 0, 0]);
});
