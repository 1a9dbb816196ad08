import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { PlanPageQuery } from "../__generated__/PlanPageQuery.graphql";
import type { Status } from "../runs/statuses";
import { Empty } from "../ui/Empty";
import { Json } from "../ui/Json";
import { StatusBadge } from "../ui/StatusBadge";
import { Time } from "../ui/Time";
import { counted } from "../ui/times";
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
  const { plan } = useLazyLoadQuery<PlanPageQuery>(query, { id }, { fetchPolicy: "store-and-network" });
  useTitle(plan?.name ?? "Plan");
  if (!plan) return <Empty title="There is no such plan" />;
  const { name, spec, version, createdAt, runs } = plan;
  return (
    <>
      <div className="page-head">
        <h1>{name}</h1>
        <span className="faint">
          version {version}, created <Time at={createdAt} />
        </span>
      </div>
      <Json value={spec} />
      <section>
        <h2>
          <Link to="/" search={{ where: [`plan:any:${id}`] }}>
            {counted(runs.totalCount, "run")}
          </Link>
        </h2>
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
                <td>
                  <Time at={run.createdAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
