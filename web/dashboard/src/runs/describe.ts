import { BARE, type Condition, isMetadata } from "./conditions";
import { fieldOf } from "./fields";
import { METADATA_PREFIX } from "./metadata-paths";
import { isStatus, STATUS_NAMES } from "./statuses";
import { inDuration, local } from "../ui/times";

/** The words of a chip. */
export function describe({ field, op, values }: Condition): { label: string; values: string } {
  const { label, kind } = fieldOf(field);
  const name = isMetadata(field) ? field.slice(METADATA_PREFIX.length) : label;
  if (BARE.has(op)) return { label: name, values: "" };
  if (kind === "time") return { label: name, values: between(values, (at) => local(at, Date.now())) };
  if (kind === "seconds") return { label: name, values: between(values, (text) => inDuration(Number(text))) };
  return { label: name, values: values.map((value) => (isStatus(value) ? STATUS_NAMES[value] : value)).join(", ") };
}

function between([from, to]: readonly string[], said: (text: string) => string): string {
  return `${from ? said(from) : "any"} and ${to ? said(to) : "now"}`;
}
