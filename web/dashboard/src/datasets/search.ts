/** What the address of a dataset says: the item whose history is shown. */
export type DatasetSearch = { readonly item?: string };

export function validDatasetSearch(search: Record<string, unknown>): DatasetSearch {
  return typeof search["item"] === "string" && search["item"] ? { item: search["item"] } : {};
}
