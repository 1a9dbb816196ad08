import { Link } from "@tanstack/react-router";
import { Suspense, useDeferredValue } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { DatasetsPageQuery } from "../__generated__/DatasetsPageQuery.graphql";
import { useChanges } from "../live/useChanges";
import { STATUS_NAMES, type Status } from "../runs/statuses";
import { Empty } from "../ui/Empty";
import { inDuration, inNumber } from "../ui/times";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";

const query = graphql`
  query DatasetsPageQuery {
    runGroups(groupBy: { field: DATASET }, first: 500) {
      groups {
        key
        count
        byStatus {
          status
          count
        }
        durationMean
        durationP95
      }
      counted
      stopped
    }
  }
`;

/** The datasets that runs execute, with the figures of their runs. */
export function DatasetsPage() {
  useTitle("Datasets");
  return (
    <main className="page" id="main">
      <h1>Datasets</h1>
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <Table />
      </Suspense>
    </main>
  );
}

function Table() {
  const fetchKey = useDeferredValue(useChanges({ hasDataset: true }));
  const { runGroups } = useLazyLoadQuery<DatasetsPageQuery>(query, {}, { fetchPolicy: "store-and-network", fetchKey });
  const { groups, counted, stopped } = runGroups;
  if (!groups.length) {
    return (
      <Empty title="No run executes a dataset yet">
        <p>
          <code>createRun</code> takes one in <code>dataset</code>.
        </p>
      </Empty>
    );
  }
  const seconds = (value: number | null | undefined) => (typeof value === "number" ? inDuration(value) : "–");
  return (
    <>
      {stopped && <p className="faint">Of the newest {inNumber(counted)} runs.</p>}
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">Dataset</th>
              <th scope="col" className="number">
                Runs
              </th>
              <th scope="col">By status</th>
              <th scope="col" className="number">
                Duration, mean
              </th>
              <th scope="col" className="number">
                p95
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map(({ key, count, byStatus, durationMean, durationP95 }) => (
              <tr key={key}>
                <th scope="row">
                  <Link to="/datasets/$" params={{ _splat: key }}>
                    {key}
                  </Link>
                </th>
                <td className="number">{inNumber(count)}</td>
                <td>{byStatus.map(({ status, count: some }) => `${inNumber(some)} ${STATUS_NAMES[status as Status].toLowerCase()}`).join(", ")}</td>
                <td className="number">{seconds(durationMean)}</td>
                <td className="number">{seconds(durationP95)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
