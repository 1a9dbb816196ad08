import { graphql, useLazyLoadQuery } from "react-relay";
import { Suspense } from "react";

import type { LifecyclePageQuery } from "../__generated__/LifecyclePageQuery.graphql";
import { MOVE_NAMES } from "../moves/moves";
import type { Status } from "../runs/statuses";
import { StatusBadge } from "../ui/StatusBadge";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";
import "./lifecycle.css";
import { Drawing } from "./Drawing";

const query = graphql`
  query LifecyclePageQuery {
    lifecycle {
      status
      next
      isTerminal
      isFinished
      isClosed
    }
  }
`;

/** The table of moves as a drawing, and as a table. */
export function LifecyclePage() {
  useTitle("Lifecycle");
  return (
    <main className="page" id="main">
      <h1>Lifecycle</h1>
      <p className="faint">What a run may become. The server decides by this table, and answers it to whoever asks.</p>
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <Table />
      </Suspense>
    </main>
  );
}

function Table() {
  const { lifecycle } = useLazyLoadQuery<LifecyclePageQuery>(query, {});
  return (
    <>
      <div className="scroll">
        <Drawing states={lifecycle.map(({ status, next }) => ({ status: status as Status, next: next as readonly Status[] }))} />
      </div>
      <div className="scroll">
        <table className="grid">
          <caption>Moves</caption>
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Moves from here</th>
              <th scope="col">Takes data</th>
              <th scope="col">Has an outcome</th>
            </tr>
          </thead>
          <tbody>
            {lifecycle.map(({ status, next, isClosed, isFinished }) => (
              <tr key={status}>
                <th scope="row">
                  <StatusBadge status={status as Status} />
                </th>
                <td>{next.length ? next.map((to) => MOVE_NAMES[to as Status]).join(", ") : "none"}</td>
                <td>{isClosed ? "no" : "yes"}</td>
                <td>{isFinished ? "yes" : "no"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
