import { pathOf } from "../runs/metadata-paths";

/** A fact of several runs, by its name; undefined where a run lacks it. */
export type Fact = { readonly name: string; readonly values: readonly (string | undefined)[]; readonly differs: boolean };

/** The leaves of metadata by their paths. */
export function leavesOf(metadata: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const enter = (value: unknown, keys: readonly string[]) => {
    const entries = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : [];
    if (entries.length) for (const [key, inner] of entries) enter(inner, [...keys, key]);
    else if (keys.length) leaves.set(pathOf(keys), typeof value === "string" ? value : JSON.stringify(value));
  };
  enter(metadata, []);
  return leaves;
}

/** The facts of runs, each a map by name, in the order in which they first occur. */
export function factsOf(runs: readonly ReadonlyMap<string, string>[]): readonly Fact[] {
  const names = new Set(runs.flatMap((run) => [...run.keys()]));
  return [...names].map((name) => {
    const values = runs.map((run) => run.get(name));
    return { name, values, differs: values.some((value) => value !== values[0]) };
  });
}
