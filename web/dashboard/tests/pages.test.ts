import { describe, expect, test } from "vitest";

import { validCompareSearch } from "../src/compare/search";
import { countedOutcomes } from "../src/compare/worst";
import { validJobsSearch } from "../src/jobs/search";
import { stateOf, timingOf } from "../src/jobs/timing";
import { stepsOf } from "../src/overview/steps";
import { asCurl, asPython } from "../src/run/queries";
import { spanOf } from "../src/run/span";
import { laidOut } from "../src/ui/diff";
import { inFull, local } from "../src/ui/times";

describe("jobs", () => {
  const now = Date.parse("2026-11-29T10:00:00Z");
  const job = (status: string, runAt: string, leaseExpiresAt: string | null = null) => ({ status, runAt, leaseExpiresAt });

  test.each([
    [job("PENDING", "2026-11-29T09:59:00Z"), "DUE", "due for 1 m 00 s"],
    [job("PENDING", "2026-11-29T10:00:30Z"), "PENDING", "due in 30 s"],
    [job("RETRYING", "2026-11-29T10:00:30Z"), "RETRYING", "due in 30 s"],
    [job("RUNNING", "2026-11-29T09:00:00Z", "2026-11-29T10:02:00Z"), "RUNNING", "lease of 2 m 00 s"],
    [job("RUNNING", "2026-11-29T09:00:00Z", "2026-11-29T09:59:20Z"), "LOST", "expired for 40 s"],
    [job("COMPLETED", "2026-11-29T09:00:00Z"), "COMPLETED", undefined],
  ])("%j", (given, state, words) => {
    expect(stateOf(given, now)).toBe(state);
    expect(timingOf(given, now)?.words).toBe(words);
  });

  test("have a state and an order in the address", () => {
    expect(validJobsSearch({ state: "FAILED", order: "due" })).toEqual({ state: "FAILED", order: "due" });
    expect(validJobsSearch({ state: "ODD", order: "up" })).toEqual({});
  });
});

test("the steps of a run are in the order of time, of many the first and the last", () => {
  const move = (status: string, at: string) => ({ kind: "STATUS", status, at, reason: "r", actor: "a" });
  const created = "2026-11-29T10:00:00Z";
  const history = [{ kind: "CREATED", status: "ACTIVE", at: created, actor: "me" }, move("FAILED", "2026-11-29T10:00:07Z")];
  const steps = stepsOf({ createdAt: created, startedAt: "2026-11-29T10:00:02Z" }, history);
  expect(steps.map(({ what, after }) => [what, after])).toEqual([["Created", undefined], ["Started", 2], ["FAILED", 5]]);
  const many = Array.from({ length: 20 }, (_, at) => move(at % 2 ? "ACTIVE" : "PAUSED", `2026-11-29T10:01:${String(at + 10)}Z`));
  expect(stepsOf({ createdAt: created, startedAt: created }, many).map(({ at }) => at.slice(17, 19))).toEqual(["00", "00", "24", "25", "26", "27", "28", "29"]);
});

test("the span of runs ends with the last, of which an open one ends now", () => {
  const run = { status: "COMPLETED", createdAt: "2026-11-29T10:00:00Z", finishedAt: "2026-11-29T10:01:00Z", lastActivityAt: "", duration: 60 };
  const now = Date.parse("2026-11-29T11:00:00Z");
  expect(spanOf([run], now).to).toBe(Date.parse(run.finishedAt));
  expect(spanOf([run, { ...run, status: "ACTIVE", finishedAt: null, duration: null }], now).to).toBe(now);
});

test("the outcome of items counts what can be read", () => {
  const result = (error: string | null, value: number) => ({ error, latency: 1, scores: [{ scorerId: "s", value }] });
  const rows = [
    { itemId: "worse", results: [result(null, 1), result("x", 1)] },
    { itemId: "missing", results: [result(null, 1), null] },
    { itemId: "the same", results: [result(null, 1), result(null, 0.9999)] },
    { itemId: "better", results: [result("x", 0.5), result(null, 1)] },
    { itemId: "both", results: [result(null, 0.5), result(null, 1), result(null, 0)] },
  ];
  expect(countedOutcomes(rows)).toEqual({ worse: 3, better: 1 });
});

test("the address of a comparison has each run once", () => {
  expect(validCompareSearch({ ids: ["a", "b,c", "a"] }).ids).toEqual(["a", "b", "c"]);
  expect(validCompareSearch({}).ids).toEqual([]);
});

test("a difference does not come from the order of keys", () => {
  expect(laidOut({ b: [{ d: 1, c: 2 }], a: null })).toBe(laidOut({ a: null, b: [{ c: 2, d: 1 }] }));
  expect(laidOut("a text")).toBe("a text");
});

test("what is copied names the token only by its variable", () => {
  expect(asCurl("http://h", "i", false)).not.toContain("Authorization");
  expect(asCurl("http://h", "it's", true)).toContain('-H "Authorization: Bearer $RUNINDEX_TOKEN"');
  expect(asCurl("http://h", "it's", true)).toContain("it'\\''s");
  expect(asPython("http://h", "i", true)).toContain('os.environ["RUNINDEX_TOKEN"]');
});

test("an instant has the day when that is not today, and the year when it is another", () => {
  const now = new Date(2026, 10, 29, 15).getTime();
  const at = (...parts: [number, number, number, number]) => local(new Date(...parts).toISOString(), now);
  expect(at(2026, 10, 29, 14)).toMatch(/^14:00:00$/);
  expect(at(2026, 10, 28, 14)).toMatch(/28.*14:00$/);
  expect(at(2025, 10, 28, 14)).toMatch(/2025.*14:00$/);
  expect(inFull("2026-11-29T10:00:00.5Z")).toMatch(/\n2026-11-29 10:00:00\.5 UTC$/);
});
