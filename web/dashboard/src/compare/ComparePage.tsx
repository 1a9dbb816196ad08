import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense, useDeferredValue } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { ComparePageQuery } from "../__generated__/ComparePageQuery.graphql";
import { useChanges } from "../live/useChanges";
import { Empty } from "../ui/Empty";
import { counted } from "../ui/times";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";
import "./compare.css";
import { Comparison } from "./Comparison";
import { MOST_RUNS } from "./search";

const query = graphql`
  query ComparePageQuery($ids: [ID!]!) {
    runs(first: 20, filter: { ids: $ids, includeArchived: true }) {
      nodes {
        id
      }
    }
  }
`;
const route = getRouteApi("/compare");

/** 2 to 20 runs side by side. The first is what the others are held against. */
export function ComparePage() {
  useTitle("Compare");
  const { ids } = route.useSearch();
  return (
    <main className="page compare-page" id="main">
      {ids.length < 2 ? (
        <TooFew />
      ) : (
        <Suspense fallback={<p className="faint">Loading…</p>}>
          <Known key={ids.join()} ids={ids.slice(0, MOST_RUNS)} more={Math.max(0, ids.length - MOST_RUNS)} />
        </Suspense>
      )}
    </main>
  );
}

/** The runs of the address that are still there, compared; the others are named. */
function Known({ ids, more }: { ids: readonly string[]; more: number }) {
  const fetchKey = useDeferredValue(useChanges({ ids: [...ids], includeArchived: true }));
  const { runs } = useLazyLoadQuery<ComparePageQuery>(query, { ids }, { fetchPolicy: "store-and-network", fetchKey });
  const there = new Set(runs.nodes.map(({ id }) => id));
  const [known, unknown] = [ids.filter((id) => there.has(id)), ids.filter((id) => !there.has(id))];
  return (
    <>
      {more > 0 && <p className="note">At most {MOST_RUNS} runs stand side by side: the address names {more} more.</p>}
      {unknown.length > 0 && (
        <p className="note">
          {counted(unknown.length, "run")} of the address {unknown.length === 1 ? "does" : "do"} not exist, or {unknown.length === 1 ? "was" : "were"} deleted:{" "}
          <code>{unknown.join(", ")}</code>
        </p>
      )}
      {known.length < 2 ? <TooFew /> : <Comparison key={known.join()} ids={known} fetchKey={fetchKey} />}
    </>
  );
}

function TooFew() {
  return (
    <Empty title="Nothing to compare">
      <p>
        Mark 2 to {MOST_RUNS} runs in <Link to="/">the list</Link> with <kbd>x</kbd>, then choose Compare.
      </p>
    </Empty>
  );
}
