export const PARTS = ["overview", "tree", "results", "events", "data", "history", "raw"] as const;
export type Part = (typeof PARTS)[number];

/** What the address of a run says: which part of it is shown, and as of which entry of its history. */
export type RunSearch = { readonly part?: Part; readonly at?: string };

export function validRunSearch(search: Record<string, unknown>): RunSearch {
  const part = PARTS.find((one) => one === search["part"]);
  const at = typeof search["at"] === "string" ? search["at"] : undefined;
  return { ...(part && part !== "overview" ? { part } : {}), ...(at ? { at } : {}) };
}
