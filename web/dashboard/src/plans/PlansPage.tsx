import { Link } from "@tanstack/react-router";
import { Suspense } from "react";
import { graphql, useLazyLoadQuery, usePaginationFragment } from "react-relay";

import type { PlansPage_query$key } from "../__generated__/PlansPage_query.graphql";
import type { PlansPageQuery } from "../__generated__/PlansPageQuery.graphql";
import type { PlansPageRefetchQuery } from "../__generated__/PlansPageRefetchQuery.graphql";
import type { Status } from "../runs/statuses";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { StatusBadge } from "../ui/StatusBadge";
import { Time } from "../ui/Time";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";

const query = graphql`
  query PlansPageQuery {
    ...PlansPage_query
  }
`;
const fragment = graphql`
  fragment PlansPage_query on Query
  @refetchable(queryName: "PlansPageRefetchQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, after: { type: "String" }) {
    plans(first: $count, after: $after) @connection(key: "PlansPage_plans") {
      edges {
        node {
          id
          name
          version
          createdAt
          updatedAt
          runs(first: 1) {
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
    }
  }
`;

/** The plans, each with its newest run. */
export function PlansPage() {
  useTitle("Plans");
  return (
    <main className="page" id="main">
      <h1>Plans</h1>
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <Table />
      </Suspense>
    </main>
  );
}

function Table() {
  const root = useLazyLoadQuery<PlansPageQuery>(query, {}, { fetchPolicy: "store-and-network" });
  const { data, hasNext, loadNext, isLoadingNext } = usePaginationFragment<PlansPageRefetchQuery, PlansPage_query$key>(fragment, root);
  if (!data.plans.edges.length) {
    return (
      <Empty title="No plans yet">
        <p>
          A plan describes something to run. <code>createPlan</code> adds one, <code>startPlan</code> makes a run of it.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Newest run</th>
              <th scope="col" className="number">
                Runs
              </th>
              <th scope="col" className="number">
                Version
              </th>
              <th scope="col">Changed</th>
            </tr>
          </thead>
          <tbody>
            {data.plans.edges.map(({ node: { id, name, version, updatedAt, runs } }) => (
              <tr key={id}>
                <th scope="row">
                  <Link to="/plans/$id" params={{ id }}>
                    {name}
                  </Link>
                </th>
                <td>
                  {runs.nodes[0] ? (
                    <Link to="/runs/$id" params={{ id: runs.nodes[0].id }} className="quiet-link">
                      <StatusBadge status={runs.nodes[0].status as Status} /> {runs.nodes[0].name}
                    </Link>
                  ) : (
                    <span className="faint">none</span>
                  )}
                </td>
                <td className="number">
                  <Link to="/" search={{ where: [`plan:any:${id}`] }}>
                    {runs.totalCount}
                  </Link>
                </td>
                <td className="number">{version}</td>
                <td>
                  <Time at={updatedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hasNext && (
        <Button className="more" isDisabled={isLoadingNext} onPress={() => loadNext(50)}>
          More
        </Button>
      )}
    </>
  );
}
