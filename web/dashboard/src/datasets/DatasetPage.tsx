import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense, useDeferredValue } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { DatasetPageQuery } from "../__generated__/DatasetPageQuery.graphql";
import { useChanges } from "../live/useChanges";
import { Empty } from "../ui/Empty";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";
import "./datasets.css";
import { ItemGrid } from "./ItemGrid";
import { ItemHistory } from "./ItemHistory";
import { Trend } from "./Trend";

const query = graphql`
  query DatasetPageQuery($id: String!) {
    runs(filter: { datasetId: $id }, first: 50) {
      totalCount
      nodes {
        id
        name
        status
        createdAt
        resultSummary {
          items
          succeeded
          failed
          latencyP50
          latencyP95
          scores {
            scorerId
            mean
          }
        }
      }
    }
  }
`;
const GRID = 20; // runs side by side
const route = getRouteApi("/datasets/$");

/** A dataset: how its runs went over time, item by item. */
export function DatasetPage() {
  const { _splat: id = "" } = route.useParams();
  return (
    <main className="page" id="main">
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <Shown key={id} id={id} />
      </Suspense>
    </main>
  );
}

function Shown({ id }: { id: string }) {
  const { item } = route.useSearch();
  const fetchKey = useDeferredValue(useChanges({ datasetId: id }));
  const { runs } = useLazyLoadQuery<DatasetPageQuery>(query, { id }, { fetchPolicy: "store-and-network", fetchKey });
  useTitle(id);
  const oldestFirst = runs.nodes.toReversed();
  const shown = oldestFirst.slice(-GRID);
  if (!runs.nodes.length) return <Empty title={`No run executes ${id}`} />;
  return (
    <>
      <div className="page-head">
        <h1>{id}</h1>
        <Link to="/" search={{ where: [`dataset:any:${id.replace(/[%:|]/g, encodeURIComponent)}`] }}>
          {runs.totalCount} runs
        </Link>
      </div>
      <Trend runs={oldestFirst} />
      {shown.length >= 2 && (
        <Suspense fallback={<p className="faint">Loading…</p>}>
          <ItemGrid datasetId={id} runs={shown} />
        </Suspense>
      )}
      {item !== undefined && (
        <Suspense fallback={<p className="faint">Loading…</p>}>
          <ItemHistory datasetId={id} itemId={item} />
        </Suspense>
      )}
    </>
  );
}
