import type { Operator } from "./conditions";

/** A field that runs can be filtered by. */
export type Field = {
  readonly id: string;
  readonly label: string;
  readonly kind: "choice" | "text" | "time" | "seconds" | "yes";
  readonly operators: readonly Operator[];
};

const IS: readonly Operator[] = ["any", "not"];

export const FIELDS: readonly Field[] = [
  { id: "status", label: "Status", kind: "choice", operators: IS },
  { id: "tag", label: "Tag", kind: "choice", operators: ["any", "all", "not", "prefix"] },
  { id: "name", label: "Name", kind: "text", operators: ["contains"] },
  { id: "dataset", label: "Dataset", kind: "choice", operators: IS },
  { id: "target", label: "Target", kind: "choice", operators: IS },
  { id: "duration", label: "Duration", kind: "seconds", operators: ["range"] },
  { id: "error", label: "Has an error", kind: "yes", operators: ["any"] },
  { id: "created", label: "Created", kind: "time", operators: ["range"] },
  { id: "started", label: "Started", kind: "time", operators: ["range"] },
  { id: "active", label: "Last active", kind: "time", operators: ["range"] },
  { id: "updated", label: "Changed", kind: "time", operators: ["range"] },
  { id: "finished", label: "Finished", kind: "time", operators: ["range"] },
  { id: "root", label: "Is a root", kind: "yes", operators: ["any"] },
  { id: "results", label: "Has a dataset", kind: "yes", operators: ["any"] },
  { id: "parent", label: "Parent", kind: "text", operators: IS },
  { id: "plan", label: "Plan", kind: "text", operators: IS },
  { id: "trace", label: "Trace", kind: "text", operators: IS },
  { id: "filter", label: "Filter (JSON)", kind: "text", operators: ["any"] },
  { id: "id", label: "Id", kind: "text", operators: IS },
];

export const METADATA_OPERATORS: readonly Operator[] = ["any", "not", "lt", "gt", "exists", "missing"];

const BY_ID = new Map(FIELDS.map((field) => [field.id, field]));

/** The field of an id, a path of metadata among them. */
export function fieldOf(id: string): Field {
  return BY_ID.get(id) ?? { id, label: id, kind: "choice", operators: METADATA_OPERATORS };
}
