import { type Condition, readCondition, writeCondition } from "./conditions";
import { type ColumnChoice, writeColumn } from "./column-choices";
import { type Order, readOrder, writeOrder } from "./order";

/** What the address of the list says; what it leaves out is as always. */
export type RunsSearch = {
  readonly q?: string;
  readonly where?: readonly string[];
  readonly order?: string;
  readonly columns?: readonly string[];
  readonly view?: string;
};

/** What the list shows. */
export type RunsQuery = {
  readonly text: string;
  readonly conditions: readonly Condition[];
  readonly order: Order;
  readonly columns: readonly ColumnChoice[];
};

/** The part of an address that is in order; wrong parts are left out. */
export function validSearch(search: Record<string, unknown>): RunsSearch {
  const q = first(search["q"]);
  const where = texts(search["where"]).filter((text) => readCondition(text));
  const order = first(search["order"]);
  const columns = texts(search["columns"]).flatMap((text) => text.split(",")).filter(Boolean);
  const view = first(search["view"]);
  return {
    ...(q ? { q } : {}),
    ...(where.length ? { where } : {}),
    ...(order && readOrder(order) ? { order } : {}),
    ...(columns.length ? { columns } : {}),
    ...(view ? { view } : {}),
  };
}

export function conditionsOf({ where = [] }: RunsSearch): readonly Condition[] {
  return where.map(readCondition).filter((condition) => condition !== undefined);
}

export function searchWith(search: RunsSearch, change: Partial<RunsQuery>): RunsSearch {
  return validSearch({
    ...search,
    ...(change.text === undefined ? {} : { q: change.text }),
    ...(change.conditions === undefined ? {} : { where: change.conditions.map(writeCondition) }),
    ...(change.order === undefined ? {} : { order: writeOrder(change.order) }),
    ...(change.columns === undefined ? {} : { columns: change.columns.map(writeColumn) }),
  });
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === "string");
}

function first(value: unknown): string | undefined {
  return texts(value)[0];
}
