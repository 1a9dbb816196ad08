import { DEFAULT_COLUMNS } from "../runs/column-choices";
import { DEFAULT_ORDER, readOrder } from "../runs/order";
import { conditionsOfFilter } from "../runs/read-filter";
import type { RunsQuery } from "../runs/search";

type Saved = {
  readonly filter: unknown;
  readonly orderBy: unknown;
  readonly columns: readonly { readonly name: string; readonly width?: number | null | undefined }[];
};

const ORDERS: Readonly<Record<string, string>> = {
  CREATED_AT: "created",
  UPDATED_AT: "updated",
  STARTED_AT: "started",
  FINISHED_AT: "finished",
  NAME: "name",
  DURATION: "duration",
};

/** What the list shows of a saved view. */
export function queryOf({ filter, orderBy, columns }: Saved): RunsQuery {
  const order = (orderBy ?? {}) as { field?: string; direction?: string; path?: string };
  const by = order.field === "METADATA" ? `metadata.${order.path ?? ""}` : ORDERS[order.field ?? ""];
  return {
    text: "",
    conditions: conditionsOfFilter(filter),
    order: (by !== undefined && readOrder(`${by}.${order.direction === "ASC" ? "asc" : "desc"}`)) || DEFAULT_ORDER,
    columns: columns.length ? columns.map(({ name, width }) => (width ? { id: name, width } : { id: name })) : DEFAULT_COLUMNS,
  };
}
