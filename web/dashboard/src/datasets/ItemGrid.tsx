import { Link } from "@tanstack/react-router";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { ItemGridQuery } from "../__generated__/ItemGridQuery.graphql";
import { inDuration } from "../ui/times";

const query = graphql`
  query ItemGridQuery($ids: [ID!]!) {
    compareRuns(ids: $ids) {
      rows(first: 500) {
        nodes {
          itemId
          results {
            id
            error
            latency
          }
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`;

type Run = { readonly id: string; readonly name?: string | null | undefined };

/** Items by runs: a mark for each result. Items that fail most come first. */
export function ItemGrid({ datasetId, runs }: { datasetId: string; runs: readonly Run[] }) {
  const { compareRuns } = useLazyLoadQuery<ItemGridQuery>(query, { ids: runs.map(({ id }) => id) }, { fetchPolicy: "store-and-network" });
  const failures = (results: readonly ({ readonly error?: string | null | undefined } | null | undefined)[]) =>
    results.filter((result) => result && typeof result.error === "string").length;
  const rows = compareRuns.rows.nodes.toSorted((a, b) => failures(b.results) - failures(a.results));
  return (
    <section>
      <h2>
        Items over the newest {runs.length} runs{compareRuns.rows.pageInfo.hasNextPage && ", of the first 500 items"}
      </h2>
      <div className="scroll">
        <table className="grid item-grid">
          <thead>
            <tr>
              <th scope="col">Item</th>
              {runs.map(({ id, name }, at) => (
                <th scope="col" key={id}>
                  <Link to="/runs/$id" params={{ id }} title={name ?? id} aria-label={`${at + 1}: ${name ?? id}`}>
                    {at + 1}
                  </Link>
                </th>
              ))}
              <th scope="col" className="number">
                Failed
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ itemId, results }) => (
              <tr key={itemId}>
                <th scope="row">
                  <Link to="/datasets/$" params={{ _splat: datasetId }} search={{ item: itemId }} replace resetScroll={false}>
                    {itemId}
                  </Link>
                </th>
                {results.map((result, at) => {
                  const state = !result ? "missing" : typeof result.error === "string" ? "failed" : "succeeded";
                  const words = `${runs[at]?.name ?? ""}: ${state}${result ? `, ${inDuration(result.latency / 1000)}` : ""}`;
                  return (
                    <td key={at}>
                      <span className="mark" data-state={state} title={words}>
                        <span className="visually-hidden">{state}</span>
                      </span>
                    </td>
                  );
                })}
                <td className="number">{failures(results) || <span className="faint">0</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
