import { METADATA_PREFIX } from "./metadata-paths";

/** One condition on runs, as a chip shows it and the address keeps it. */
export type Condition = { readonly field: string; readonly op: Operator; readonly values: readonly string[] };

export const OPERATORS = ["any", "all", "not", "prefix", "contains", "range", "lt", "gt", "exists", "missing"] as const;
export type Operator = (typeof OPERATORS)[number];

export const OPERATOR_NAMES: Readonly<Record<Operator, string>> = {
  any: "is",
  all: "has all of",
  not: "is not",
  prefix: "starts with",
  contains: "contains",
  range: "is between",
  lt: "is below",
  gt: "is above",
  exists: "is there",
  missing: "is missing",
};

/** Operators that take no values. */
export const BARE: ReadonlySet<Operator> = new Set<Operator>(["exists", "missing"]);

/** The condition as text: `field:op:value|value`; marks of the text itself in values are percent-encoded. */
export function writeCondition({ field, op, values }: Condition): string {
  return [encode(field), op, ...(values.length ? [values.map(encode).join("|")] : [])].join(":");
}

/** The condition that a text says; undefined when it says none. */
export function readCondition(text: string): Condition | undefined {
  const [field, op, values] = text.split(":");
  if (!field || !(OPERATORS as readonly string[]).includes(op ?? "")) return undefined;
  try {
    return {
      field: decodeURIComponent(field),
      op: op as Operator,
      values: values === undefined ? [] : values.split("|").map(decodeURIComponent),
    };
  } catch {
    return undefined; // not well-formed
  }
}

/** The same conditions, with the values of one field changed; without values, it has none any more. */
export function withValues(
  conditions: readonly Condition[],
  field: string,
  op: Operator,
  values: readonly string[],
): readonly Condition[] {
  const at = conditions.findIndex((one) => one.field === field && one.op === op);
  const changed: readonly Condition[] = values.length || BARE.has(op) ? [{ field, op, values }] : [];
  return at < 0 ? [...conditions, ...changed] : conditions.toSpliced(at, 1, ...changed);
}

export function valuesOf(conditions: readonly Condition[], field: string, op: Operator): readonly string[] {
  return conditions.find((one) => one.field === field && one.op === op)?.values ?? [];
}

export function isMetadata(field: string): boolean {
  return field.startsWith(METADATA_PREFIX);
}

function encode(text: string): string {
  return text.replace(/[%:|]/g, encodeURIComponent);
}
