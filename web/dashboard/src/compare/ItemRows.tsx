import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { graphql, readInlineData } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { ItemRows_comparison$data, ItemRows_comparison$key } from "../__generated__/ItemRows_comparison.graphql";
import type { ItemRowsQuery } from "../__generated__/ItemRowsQuery.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import { Button } from "../ui/Button";
import { say } from "../ui/notices";
import { inNumber } from "../ui/times";
import { ItemCell } from "./ItemCell";
import { countedOutcomes, worstFirst } from "./worst";

// Inline: what is kept of pages that were read must not leave with the store's garbage.
const fragment = graphql`
  fragment ItemRows_comparison on RunComparison @inline @argumentDefinitions(after: { type: "String" }) {
    rows(first: 100, after: $after) {
      nodes {
        itemId
        results {
          id
          error
          latency
          scores {
            scorerId
            value
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;
const more = graphql`
  query ItemRowsQuery($ids: [ID!]!, $after: String) {
    compareRuns(ids: $ids) {
      ...ItemRows_comparison @arguments(after: $after)
    }
  }
`;
const BY_ITSELF = 20; // pages; more of them are read when they are asked for
const ROW_HEIGHT = 76;

type Rows = ItemRows_comparison$data["rows"];
type Props = {
  readonly ids: readonly string[];
  readonly comparison: ItemRows_comparison$key;
  /** The dataset that all the runs execute. */
  readonly datasetId: string | undefined;
};

/** The items of compared runs, those that became worse first; only the rows in sight are there. */
export function ItemRows({ ids, comparison, datasetId }: Props) {
  const { rows, isComplete, isLoading, load } = useRows(ids, readInlineData(fragment, comparison).rows);
  const body = useRef<HTMLTableSectionElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => document.getElementById("main"),
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]!.itemId,
    overscan: 8,
    scrollMargin: body.current?.offsetTop ?? 0,
  });
  if (!rows.length) return null;
  const { worse, better } = countedOutcomes(rows);
  const items = virtual.getVirtualItems();
  const margin = virtual.options.scrollMargin;
  const [above, below] = items.length ? [items[0]!.start - margin, virtual.getTotalSize() - (items.at(-1)!.end - margin)] : [0, 0];
  return (
    <tbody ref={body}>
      <tr className="group">
        <th scope="rowgroup" colSpan={ids.length + 1}>
          <span className="group-title">
            Items, worst first{" "}
            <span className="faint">
              {inNumber(rows.length)}: {inNumber(worse)} worse, {inNumber(better)} better{isLoading && "; reading more…"}
            </span>
            {!isComplete && !isLoading && (
              <Button tone="quiet" onPress={load}>
                Read more items
              </Button>
            )}
          </span>
        </th>
      </tr>
      <Space height={above} />
      {items.map(({ index, key }) => {
        const { itemId, results } = rows[index]!;
        return (
          <tr key={key} data-index={index} ref={virtual.measureElement}>
            <th scope="row">
              {datasetId === undefined ? (
                itemId
              ) : (
                <Link to="/datasets/$" params={{ _splat: datasetId }} search={{ item: itemId }}>
                  {itemId}
                </Link>
              )}
            </th>
            {results.map((result, at) => (
              <td key={at}>
                <ItemCell result={result} base={at === 0 ? undefined : results[0]} />
              </td>
            ))}
          </tr>
        );
      })}
      <Space height={below} />
    </tbody>
  );
}

/** Stands for rows that are not in sight. */
function Space({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden="true" style={{ height }} /> : null;
}

/** The rows of the first page and of those behind it, which are read one after the other. */
function useRows(ids: readonly string[], first: Rows) {
  const [later, setLater] = useState<readonly Rows[]>([]);
  const [most, setMost] = useState(BY_ITSELF);
  const { hasNextPage, endCursor } = (later.at(-1) ?? first).pageInfo;
  const isLoading = hasNextPage && later.length + 1 < most;
  useEffect(() => {
    if (!isLoading) return undefined;
    const asking = fetchQuery<ItemRowsQuery>(environment, more, { ids, after: endCursor ?? null }).subscribe({
      next: ({ compareRuns }) => setLater((former) => [...former, readInlineData<ItemRows_comparison$key>(fragment, compareRuns).rows]),
      error: (error: unknown) => {
        setMost(0);
        say(inWords(error), { tone: "bad" });
      },
    });
    return () => asking.unsubscribe();
  }, [isLoading, endCursor]);
  const rows = useMemo(() => worstFirst([first, ...later].flatMap(({ nodes }) => nodes)), [first, later]);
  return { rows, isComplete: !hasNextPage, isLoading, load: () => setMost(later.length + 1 + BY_ITSELF) };
}
