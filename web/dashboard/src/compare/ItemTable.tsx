import { useMemo, useState } from "react";
import { graphql, useFragment } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { ItemTable_comparison$data, ItemTable_comparison$key } from "../__generated__/ItemTable_comparison.graphql";
import type { ItemTableQuery } from "../__generated__/ItemTableQuery.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import { Button } from "../ui/Button";
import { say } from "../ui/notices";
import { ItemCell } from "./ItemCell";
import { worstFirst } from "./worst";

const fragment = graphql`
  fragment ItemTable_comparison on RunComparison @argumentDefinitions(after: { type: "String" }) {
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
  query ItemTableQuery($ids: [ID!]!, $after: String) {
    compareRuns(ids: $ids) {
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
  }
`;

type Rows = ItemTable_comparison$data["rows"];
type Props = {
  readonly ids: readonly string[];
  readonly comparison: ItemTable_comparison$key;
  readonly names: readonly string[];
};

/** The items of compared runs, those that became worse first. */
export function ItemTable({ ids, comparison, names }: Props) {
  const { rows: first } = useFragment(fragment, comparison);
  const [later, setLater] = useState<readonly Rows[]>([]);
  const pages = [first, ...later];
  const rows = useMemo(() => worstFirst(pages.flatMap(({ nodes }) => nodes)), [first, later]);
  const { hasNextPage, endCursor } = pages.at(-1)!.pageInfo;
  const load = async () => {
    try {
      const answer = await fetchQuery<ItemTableQuery>(environment, more, { ids, after: endCursor ?? null }).toPromise();
      if (answer) setLater((former) => [...former, answer.compareRuns.rows]);
    } catch (error) {
      say(inWords(error), { tone: "bad" });
    }
  };
  if (!rows.length) return null;
  return (
    <section>
      <h2>Items, worst first{hasNextPage ? ` (of the first ${rows.length})` : ""}</h2>
      <div className="scroll">
        <table className="grid compare">
          <thead>
            <tr>
              <th scope="col">Item</th>
              {names.map((name, at) => (
                <th scope="col" key={at}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ itemId, results }) => (
              <tr key={itemId}>
                <th scope="row">{itemId}</th>
                {results.map((result, at) => (
                  <td key={at}>
                    <ItemCell result={result} base={at === 0 ? undefined : results[0]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hasNextPage && (
        <Button className="more" onPress={() => void load()}>
          More items
        </Button>
      )}
    </section>
  );
}
