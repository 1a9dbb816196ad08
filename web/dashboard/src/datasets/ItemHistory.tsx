import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { ItemHistoryQuery } from "../__generated__/ItemHistoryQuery.graphql";
import { firstLine } from "../runs/columns";
import { Time } from "../ui/Time";
import { inDuration } from "../ui/times";

const query = graphql`
  query ItemHistoryQuery($datasetId: String!, $itemId: String!) {
    itemHistory(datasetId: $datasetId, itemId: $itemId, first: 100) {
      nodes {
        status
        run {
          id
          name
          createdAt
        }
        result {
          id
          error
          latency
          scores {
            scorerId
            value
          }
        }
      }
    }
  }
`;

/** What the newest runs say of one item, and how often that changed: a flaky one changes often. */
export function ItemHistory({ datasetId, itemId }: { datasetId: string; itemId: string }) {
  const { itemHistory } = useLazyLoadQuery<ItemHistoryQuery>(query, { datasetId, itemId }, { fetchPolicy: "store-and-network" });
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [itemId]);
  const entries = itemHistory.nodes;
  const told = entries.filter(({ status }) => status !== "MISSING");
  const changes = told.filter(({ status }, at) => at > 0 && status !== told[at - 1]!.status).length;
  return (
    <section aria-label={`History of ${itemId}`}>
      <h2 ref={head} tabIndex={-1}>
        {itemId} <span className="faint">{changes === 0 ? "never changed its outcome" : `changed its outcome ${changes} ${changes === 1 ? "time" : "times"}`}</span>
      </h2>
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              <th scope="col">Run</th>
              <th scope="col">Created</th>
              <th scope="col" className="number">
                Latency
              </th>
              <th scope="col">Scores</th>
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ status, run, result }) => (
              <tr key={run.id}>
                <td>
                  <span className="mark" data-state={status.toLowerCase()} aria-hidden="true" /> {status.toLowerCase()}
                </td>
                <th scope="row">
                  <Link to="/runs/$id" params={{ id: run.id }} search={{ part: "results" }}>
                    {run.name ?? run.id}
                  </Link>
                </th>
                <td>
                  <Time at={run.createdAt} />
                </td>
                <td className="number">{result ? inDuration(result.latency / 1000) : "–"}</td>
                <td>{result?.scores.map(({ scorerId, value }) => `${scorerId} ${typeof value === "number" ? Number(value.toFixed(3)) : "–"}`).join(", ")}</td>
                <td>{typeof result?.error === "string" && <span className="error-line">{firstLine(result.error)}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
