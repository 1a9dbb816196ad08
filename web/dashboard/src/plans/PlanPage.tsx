import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense, useDeferredValue } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { PlanPageQuery } from "../__generated__/PlanPageQuery.graphql";
import { useChanges } from "../live/useChanges";
import type { Status } from "../runs/statuses";
import { firstLine } from "../runs/columns";
import { Empty } from "../ui/Empty";
import { Json } from "../ui/Json";
import { StatusBadge } from "../ui/StatusBadge";
import { Time } from "../ui/Time";
import { counted, inDuration } from "../ui/times";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";

const query = graphql`
  query PlanPageQuery($id: ID!) {
    plan(id: $id) {
      id
      name
      spec
      version
      createdAt
      runs(first: 20) {
        totalCount
        nodes {
          id
          name
          status
          duration
          error
          createdAt
        }
      }
    }
  }
`;
const route = getRouteApi("/plans/$id");

/** A plan, its specification and its newest runs. */
export function PlanPage() {
  const { id } = route.useParams();
  return (
    <main className="page" id="main">
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <Shown id={id} />
      </Suspense>
    </main>
  );
}

function Shown({ id }: { id: string }) {
  const fetchKey = useDeferredValue(useChanges({ planId: id, includeArchived: true }));
  const { plan } = useLazyLoadQuery<PlanPageQuery>(query, { id }, { fetchPolicy: "store-and-network", fetchKey });
  useTitle(plan?.name ?? "Plan");
  if (!plan) {
    return (
      <Empty title="There is no such plan">
        <p>
          No plan has the id <code>{id}</code>, or it was deleted. <Link to="/plans">All plans</Link>
        </p>
      </Empty>
    );
  }
  const { name, spec, version, createdAt, runs } = plan;
  return (
    <>
      <div className="page-head">
        <h1>{name}</h1>
        <span className="faint">
          version {version}, created <Time at={createdAt} />
        </span>
      </div>
      <div className="plan">
        <section aria-label="Runs">
          <h2>
            <Link to="/" search={{ where: [`plan:any:${id}`] }}>
              {counted(runs.totalCount, "run")}
            </Link>
            {runs.totalCount > runs.nodes.length && <span className="faint"> of which the newest {runs.nodes.length}</span>}
          </h2>
          {runs.nodes.length === 0 && (
            <p className="faint">
              <code>startPlan</code> makes a run of it.
            </p>
          )}
          <table className="grid">
            <tbody>
              {runs.nodes.map((run) => (
                <tr key={run.id}>
                  <td>
                    <StatusBadge status={run.status as Status} />
                  </td>
                  <th scope="row">
                    <Link to="/runs/$id" params={{ id: run.id }}>
                      {run.name ?? run.id}
                    </Link>
                  </th>
                  <td className="number">{typeof run.duration === "number" ? inDuration(run.duration) : "–"}</td>
                  <td>{run.error && <span className="error-line">{firstLine(run.error)}</span>}</td>
                  <td>
                    <Time at={run.createdAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section aria-label="Specification">
          <h2>Specification</h2>
          <Json value={spec} />
        </section>
      </div>
    </>
  );
}
