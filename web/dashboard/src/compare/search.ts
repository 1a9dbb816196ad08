/** What the address of a comparison says: the runs, of which the first is the baseline. */
export type CompareSearch = { readonly ids: readonly string[] };

const MOST = 20;

export function validCompareSearch(search: Record<string, unknown>): CompareSearch {
  const given = Array.isArray(search["ids"]) ? search["ids"] : [search["ids"]];
  const ids = given.filter((id) => typeof id === "string").flatMap((text) => text.split(",")).filter(Boolean);
  return { ids: [...new Set(ids)].slice(0, MOST) };
}
