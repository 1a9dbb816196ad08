import { valuesOf, type Condition, withValues } from "./conditions";
import { METADATA_PREFIX, valueAt } from "./metadata-paths";
import { STATUS_NAMES, type Status } from "./statuses";
import type { RunCells } from "./useRunCells";

/** A value of a run that the list can be filtered by. */
export type CellValue = { readonly field: string; readonly value: string; readonly label: string };

type Valued = Pick<RunCells, "status" | "tags" | "dataset" | "parentId" | "parent" | "metadata">;

/** The values that a row shows; of metadata those that have a column. */
export function valuesOfRun(run: Valued, columns: readonly string[]): readonly CellValue[] {
  const paths = columns.filter((id) => id.startsWith(METADATA_PREFIX)).map((id) => id.slice(METADATA_PREFIX.length));
  return [
    { field: "status", value: run.status, label: STATUS_NAMES[run.status as Status] ?? run.status },
    ...run.tags.map((tag) => ({ field: "tag", value: tag, label: tag })),
    ...(run.dataset ? [{ field: "dataset", value: run.dataset.datasetId, label: run.dataset.datasetId }] : []),
    ...(run.dataset ? [{ field: "target", value: run.dataset.targetId, label: run.dataset.targetId }] : []),
    ...(run.parentId ? [{ field: "parent", value: run.parentId, label: run.parent?.name ?? run.parentId }] : []),
    ...paths.flatMap((path) => ofMetadata(path, valueAt(run.metadata, path))),
  ];
}

function ofMetadata(path: string, value: unknown): readonly CellValue[] {
  if (value === undefined || value === null || typeof value === "object") return [];
  // A text that reads as another kind of value is quoted, as a condition has it.
  const said = typeof value === "string" && !/^(true|false|null|-?\d)/.test(value) ? value : JSON.stringify(value);
  return [{ field: METADATA_PREFIX + path, value: said, label: String(value) }];
}

/** The conditions with the runs that have a value only. */
export function only(conditions: readonly Condition[], { field, value }: CellValue): readonly Condition[] {
  const others = conditions.filter((one) => !(one.field === field && one.op === "not" && one.values.includes(value)));
  return withValues(others, field, "any", [value]);
}

/** The conditions without the runs that have a value. */
export function without(conditions: readonly Condition[], { field, value }: CellValue): readonly Condition[] {
  const kept = valuesOf(conditions, field, "any").filter((one) => one !== value);
  const hadAny = conditions.some((one) => one.field === field && one.op === "any");
  const others = hadAny ? withValues(conditions, field, "any", kept) : conditions;
  return withValues(others, field, "not", [...new Set([...valuesOf(others, field, "not"), value])]);
}
