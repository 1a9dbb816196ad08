/** What a field or a column begins with that stands for a path in the metadata. */
export const METADATA_PREFIX = "metadata.";

/** The keys of a path, from the outside in: a dot parts them, and a backslash takes the meaning from a dot or backslash. */
export function keysOf(path: string): string[] {
  const keys: string[] = [];
  let key = "";
  for (let at = 0; at < path.length; at++) {
    const mark = path[at]!;
    const next = path[at + 1];
    if (mark === "\\" && (next === "." || next === "\\")) key += path[++at]!;
    else if (mark === ".") {
      keys.push(key);
      key = "";
    } else key += mark;
  }
  return [...keys, key];
}

/** The path of keys. */
export function pathOf(keys: readonly string[]): string {
  return keys.map((key) => key.replace(/[\\.]/g, "\\$&")).join(".");
}

/** The value under a path, undefined where there is none. Lists are not entered. */
export function valueAt(metadata: unknown, path: string): unknown {
  let value = metadata;
  for (const key of keysOf(path)) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}
