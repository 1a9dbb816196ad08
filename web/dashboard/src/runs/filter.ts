import type { RunsPageQuery$variables } from "../__generated__/RunsPageQuery.graphql";
import type { Condition } from "./conditions";
import { isMetadata } from "./conditions";
import { METADATA_PREFIX } from "./metadata-paths";
import { RAW } from "./read-filter";
import { isStatus } from "./statuses";

export type RunFilter = NonNullable<RunsPageQuery$variables["filter"]>;

/** The API's filter for conditions that hold together, and a text that names contain. */
export function filterOf(conditions: readonly Condition[], text = ""): RunFilter {
  const parts = conditions.map(partOf);
  if (text.trim()) parts.push({ nameContains: text.trim() });
  const named = conditions.some(({ field }) => field === "status" || field === "id");
  // Archived runs are hidden unless a condition names a status; one that excludes statuses says nothing of archived ones.
  const filter: RunFilter = parts.length ? { and: parts } : {};
  return named && conditions.some(asksForArchived) ? { ...filter, includeArchived: true } : filter;
}

function asksForArchived({ field, op, values }: Condition): boolean {
  return field === "id" || (field === "status" && op === "any" && values.includes("ARCHIVED"));
}

function partOf(condition: Condition): RunFilter {
  const part = positive(condition);
  return condition.op === "not" && condition.field !== "tag" ? { not: part } : part;
}

function positive({ field, op, values }: Condition): RunFilter {
  if (isMetadata(field)) return { metadata: [metadataOf(field.slice(METADATA_PREFIX.length), op, values)] };
  switch (field) {
    case "status":
      return { status: values.filter(isStatus), includeArchived: true };
    case "tag":
      return { tags: tagsOf(op, values) };
    case "name":
      return anyOf(values, (nameContains) => ({ nameContains }));
    case "dataset":
      return anyOf(values, (datasetId) => ({ datasetId }));
    case "target":
      return anyOf(values, (targetId) => ({ targetId }));
    case "created":
      return { createdAt: range(values) };
    case "updated":
      return { updatedAt: range(values) };
    case "finished":
      return { finishedAt: range(values) };
    case "started":
      return { startedAt: range(values) };
    case "active":
      return { lastActivityAt: range(values) };
    case "duration":
      return { duration: { from: number(values[0]), to: number(values[1]) } };
    case "error":
      return { hasError: values[0] !== "no" };
    case "root":
      return { isRoot: values[0] !== "no" };
    case "results":
      return { hasDataset: values[0] !== "no" };
    case "parent":
      return anyOf(values, (parentId) => ({ parentId }));
    case "plan":
      return anyOf(values, (planId) => ({ planId }));
    case "trace":
      return anyOf(values, (traceId) => ({ traceId }));
    case "id":
      return { ids: [...values] };
    case RAW:
      return rawOf(values[0] ?? "{}");
    default:
      return {};
  }
}

function tagsOf(op: Condition["op"], values: readonly string[]): NonNullable<RunFilter["tags"]> {
  const tags = [...values];
  if (op === "all") return { all: tags };
  if (op === "not") return { none: tags };
  return op === "prefix" ? { prefix: tags[0] ?? "" } : { any: tags };
}

function metadataOf(path: string, op: Condition["op"], values: readonly string[]) {
  if (op === "exists") return { path, op: "EXISTS" as const };
  if (op === "missing") return { path, op: "MISSING" as const };
  if (op === "lt" || op === "gt") return { path, op: op === "lt" ? ("LT" as const) : ("GT" as const), value: scalar(values[0] ?? "") };
  return { path, op: "IN" as const, value: values.map(scalar) };
}

/** The value that a person means: JSON's numbers, booleans and quoted texts are themselves, anything else is text. */
export function scalar(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value === null || typeof value === "object" ? text : value;
  } catch {
    return text;
  }
}

function range([from, to]: readonly string[]) {
  return { from: from || null, to: to || null };
}

function rawOf(text: string): RunFilter {
  try {
    return JSON.parse(text) as RunFilter;
  } catch {
    return {}; // whoever wrote the address made a mistake
  }
}

function number(text: string | undefined): number | null {
  return text && Number.isFinite(Number(text)) ? Number(text) : null;
}

function anyOf(values: readonly string[], part: (value: string) => RunFilter): RunFilter {
  return values.length === 1 ? part(values[0]!) : { or: values.map(part) };
}
