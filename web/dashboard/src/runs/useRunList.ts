import { useEffect, useMemo, useSyncExternalStore } from "react";

import type { RunFilter } from "./filter";
import { type ListState, RunList } from "./list";
import type { Order } from "./order";

/** The list of a filter and an order, which is followed while it is shown. */
export function useRunList(filter: RunFilter, order: Order, metadata: boolean): { list: RunList; state: ListState } {
  const key = JSON.stringify([filter, order]);
  // The filter is made anew at each render; its text says whether it is another one.
  const list = useMemo(() => new RunList(filter, order, metadata), [key, metadata]);
  useEffect(() => list.start(), [list]);
  return { list, state: useSyncExternalStore(list.listen, list.state) };
}
