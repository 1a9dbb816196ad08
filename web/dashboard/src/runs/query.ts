import { type ColumnChoice, columnsOf } from "./column-choices";
import type { Condition } from "./conditions";
import { type RunFilter, filterOf } from "./filter";
import { METADATA_PREFIX } from "./metadata-paths";
import { DEFAULT_ORDER, type Order, readOrder } from "./order";
import { conditionsOf, type RunsSearch } from "./search";

/** What a list is asked for. */
export type ListQuery = {
  readonly conditions: readonly Condition[];
  readonly columns: readonly ColumnChoice[];
  readonly order: Order;
  readonly text: string;
  readonly filter: RunFilter;
  /** Whether the order or a column reads metadata, which may be large. */
  readonly needsMetadata: boolean;
};

/** What an address asks for. */
export function listQuery(search: RunsSearch): ListQuery {
  const conditions = conditionsOf(search);
  const columns = columnsOf(search.columns);
  const order = readOrder(search.order ?? "") ?? DEFAULT_ORDER;
  const text = search.q ?? "";
  const filter = filterOf(conditions, text);
  const needsMetadata = order.by.startsWith(METADATA_PREFIX) || columns.some(({ id }) => id.startsWith(METADATA_PREFIX));
  return { conditions, columns, order, text, filter, needsMetadata };
}
