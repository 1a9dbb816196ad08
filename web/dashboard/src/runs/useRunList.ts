import { useEffect, useMemo, useSyncExternalStore } from "react";

import type { RunFilter } from "./filter";
import { type ListState, RunList } from "./list";
import type { Order } from "./order";
import type { ListQuery } from "./query";

type Started = { readonly key: string; readonly list: RunList };

let early: Started | undefined;

/** Begin to load a list before the page that shows it is drawn; resolves when its runs were asked for. */
export function loadEarly({ filter, order, needsMetadata }: ListQuery): Promise<void> {
  const list = new RunList(filter, order, needsMetadata);
  early = { key: keyOf(filter, order, needsMetadata), list };
  return list.start();
}

/** The list of a filter and an order, which is followed while it is shown. */
export function useRunList(filter: RunFilter, order: Order, metadata: boolean): { list: RunList; state: ListState } {
  // The filter is made anew at each render; its text says whether it is another one.
  const key = keyOf(filter, order, metadata);
  const list = useMemo(() => (early?.key === key ? early.list : new RunList(filter, order, metadata)), [key]);
  useEffect(() => {
    if (early && early.list !== list) early.list.stop();
    early = undefined;
    void list.start();
    return () => list.stop();
  }, [list]);
  return { list, state: useSyncExternalStore(list.listen, list.state) };
}

function keyOf(filter: RunFilter, order: Order, metadata: boolean): string {
  return JSON.stringify([filter, order, metadata]);
}
