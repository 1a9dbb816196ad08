import { describe, expect, it } from "vitest";

import { only, valuesOfRun, without } from "../src/runs/cell-values";
import type { Condition } from "../src/runs/conditions";
import { presetsAt } from "../src/runs/presets";

const run = {
  status: "FAILED",
  tags: ["ci"],
  dataset: { datasetId: "golden", targetId: "agent" },
  parentId: "p",
  parent: { id: "p", name: "nightly" },
  metadata: { model: { name: "5" }, epochs: 3, nothing: null },
} as unknown as Parameters<typeof valuesOfRun>[0];

describe("the values of a row", () => {
  it("are what it shows, and of metadata those with a column", () => {
    const shown = valuesOfRun(run, ["name", "metadata.model.name", "metadata.epochs", "metadata.nothing", "metadata.absent"]);
    expect(shown.map(({ field, value }) => `${field} ${value}`)).toEqual([
      "status FAILED",
      "tag ci",
      "dataset golden",
      "target agent",
      "parent p",
      'metadata.model.name "5"',
      "metadata.epochs 3",
    ]);
  });
  it("are shown alone, whatever excluded them before", () => {
    const excluded: readonly Condition[] = [{ field: "tag", op: "not", values: ["ci"] }];
    expect(only(excluded, { field: "tag", value: "ci", label: "ci" })).toEqual([{ field: "tag", op: "any", values: ["ci"] }]);
  });
  it("are excluded together, and from what was asked for", () => {
    const asked: readonly Condition[] = [{ field: "tag", op: "any", values: ["ci", "nightly"] }];
    const once = without(asked, { field: "tag", value: "ci", label: "ci" });
    expect(once).toEqual([
      { field: "tag", op: "any", values: ["nightly"] },
      { field: "tag", op: "not", values: ["ci"] },
    ]);
    expect(without(once, { field: "tag", value: "dev", label: "dev" })[1]?.values).toEqual(["ci", "dev"]);
    expect(without(once, { field: "tag", value: "ci", label: "ci" })[1]?.values).toEqual(["ci"]);
  });
});

describe("the usual questions", () => {
  it("are asked of the reader's day and of the last five minutes", () => {
    const now = new Date(2026, 10, 29, 14, 30).getTime();
    const at = (label: string) => presetsAt(now).find((one) => one.label === label);
    expect(at("Failed today")?.conditions[1]?.values[0]).toBe(new Date(2026, 10, 29).toISOString());
    expect(at("Silent")?.conditions[1]?.values).toEqual(["", new Date(2026, 10, 29, 14, 25).toISOString()]);
    expect(at("Slowest today")?.order).toEqual({ by: "duration", down: true });
    expect(at("All")?.conditions).toEqual([]);
  });
});
