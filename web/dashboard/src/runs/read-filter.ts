import type { Condition, Operator } from "./conditions";
import type { RunFilter } from "./filter";
import { METADATA_PREFIX } from "./metadata-paths";

/** A part of a filter that no chip can say, as JSON. */
export const RAW = "filter";

type Part = Record<string, unknown>;

const FIELDS: Readonly<Record<string, string>> = {
  nameContains: "name",
  datasetId: "dataset",
  targetId: "target",
  parentId: "parent",
  planId: "plan",
  traceId: "trace",
};
const RANGES: Readonly<Record<string, string>> = {
  createdAt: "created",
  updatedAt: "updated",
  startedAt: "started",
  finishedAt: "finished",
  lastActivityAt: "active",
  duration: "duration",
};
const YES: Readonly<Record<string, string>> = { isRoot: "root", hasDataset: "results", hasError: "error" };
const METADATA: Readonly<Record<string, Operator>> = { EXISTS: "exists", MISSING: "missing", LT: "lt", GT: "gt", IN: "any", EQ: "any" };

/** The conditions that a filter says: those that this page writes, and others as JSON. */
export function conditionsOfFilter(filter: unknown): readonly Condition[] {
  if (filter === null || typeof filter !== "object") return [];
  const { and, includeArchived, ...rest } = filter as Part;
  const parts = Array.isArray(and) ? (and as Part[]) : [];
  const own = Object.entries(rest).map(([key, value]) => ({ [key]: value }));
  const conditions = [...parts, ...own].map(conditionOf);
  const named = conditions.some(({ field }) => field === "status" || field === "id");
  return includeArchived === true && !named ? [...conditions, raw({ includeArchived })] : conditions;
}

function conditionOf(part: Part): Condition {
  const keys = Object.keys(part).filter((key) => key !== "includeArchived");
  if (keys.length !== 1) return raw(part);
  const [key] = keys as [string];
  return read(key, part[key]) ?? raw(part);
}

function read(key: string, value: unknown): Condition | undefined {
  if (key === "not") {
    const inner = conditionOf(value as Part);
    return inner.op === "any" && inner.field !== RAW ? { ...inner, op: "not" } : undefined;
  }
  if (key === "or") return alternatives(value);
  if (key === "status" || key === "ids") return texts(key === "ids" ? "id" : key, "any", value);
  if (key === "tags") return tags(value as Part);
  if (key === "metadata") return metadata(value);
  if (FIELDS[key] && typeof value === "string") return { field: FIELDS[key], op: key === "nameContains" ? "contains" : "any", values: [value] };
  if (YES[key] && typeof value === "boolean") return { field: YES[key], op: "any", values: [value ? "yes" : "no"] };
  if (!RANGES[key] || value === null || typeof value !== "object") return undefined;
  const { from, to } = value as Part;
  return { field: RANGES[key], op: "range", values: [from, to].map((side) => (side === null || side === undefined ? "" : String(side))) };
}

function alternatives(value: unknown): Condition | undefined {
  const conditions = Array.isArray(value) ? value.map((part) => conditionOf(part as Part)) : [];
  const [first] = conditions;
  const alike = conditions.every(({ field, op }) => field === first?.field && op === first.op && field !== RAW);
  return first && alike ? { ...first, values: conditions.flatMap(({ values }) => values) } : undefined;
}

function tags(value: Part): Condition | undefined {
  const [[op, given] = [], ...more] = Object.entries(value);
  if (more.length || op === undefined) return undefined;
  if (op === "prefix" && typeof given === "string") return { field: "tag", op, values: [given] };
  const operator = ({ any: "any", all: "all", none: "not" } as const)[op];
  return operator && texts("tag", operator, given);
}

function metadata(value: unknown): Condition | undefined {
  const [test, ...more] = Array.isArray(value) ? (value as { path: string; op?: string; value?: unknown }[]) : [];
  const op = METADATA[test?.op ?? "EQ"];
  if (!test || more.length || !op) return undefined;
  const values = op === "exists" || op === "missing" ? [] : Array.isArray(test.value) ? test.value : [test.value];
  return { field: METADATA_PREFIX + test.path, op, values: values.map(said) };
}

/** A text that would be read as another kind of value is quoted. */
function said(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^(-?\d|true$|false$|")/.test(value) ? JSON.stringify(value) : value;
}

function texts(field: string, op: Operator, value: unknown): Condition | undefined {
  return Array.isArray(value) ? { field, op, values: value.map(String) } : undefined;
}

function raw(part: RunFilter | Part): Condition {
  return { field: RAW, op: "any", values: [JSON.stringify(part)] };
}
