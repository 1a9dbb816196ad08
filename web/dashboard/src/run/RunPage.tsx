import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { graphql, useLazyLoadQuery, useSubscription } from "react-relay";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components/Tabs";

import type { RunPageQuery } from "../__generated__/RunPageQuery.graphql";
import type { RunPageSubscription } from "../__generated__/RunPageSubscription.graphql";
import { Empty } from "../ui/Empty";
import { useTitle } from "../ui/useTitle";
import "./run.css";
import { RunHead } from "./RunHead";
import { PARTS, type Part } from "./search";

const query = graphql`
  query RunPageQuery($id: ID!) {
    run(id: $id) {
      id
      name
      version
      lastActivityAt
      resultSummary {
        total
      }
      ...RunHead_run
      ...RunOverview_run
    }
  }
`;
const subscription = graphql`
  subscription RunPageSubscription($id: ID!) {
    run(id: $id) {
      id
      name
      version
      lastActivityAt
      resultSummary {
        total
      }
      ...RunHead_run
      ...RunOverview_run
    }
  }
`;

const RunOverview = lazy(() => import("./RunOverview"));
const RunTree = lazy(() => import("./RunTree"));
const RunResults = lazy(() => import("./RunResults"));
const RunEvents = lazy(() => import("./RunEvents"));
const RunData = lazy(() => import("./RunData"));
const RunHistory = lazy(() => import("./RunHistory"));
const RunRaw = lazy(() => import("./RunRaw"));

const NAMES: Readonly<Record<Part, string>> = {
  overview: "Overview",
  tree: "Tree",
  results: "Results",
  events: "Events",
  data: "Data",
  history: "History",
  raw: "Raw",
};

const route = getRouteApi("/runs/$id");

/** A run, as it is now. */
export function RunPage() {
  const { id } = route.useParams();
  return (
    <main className="run-page" id="main">
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <Shown key={id} id={id} />
      </Suspense>
    </main>
  );
}

function Shown({ id }: { id: string }) {
  const { part = "overview" } = route.useSearch();
  const navigate = useNavigate();
  const { run } = useLazyLoadQuery<RunPageQuery>(query, { id }, { fetchPolicy: "store-and-network" });
  useSubscription<RunPageSubscription>(useMemo(() => ({ subscription, variables: { id } }), [id]));
  useTitle(run?.name ?? id);
  if (!run) {
    return (
      <Empty title="There is no such run">
        <p>
          No run has the id <code>{id}</code>, or it was deleted.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <RunHead run={run} />
      <Tabs
        className="tabs"
        selectedKey={part}
        onSelectionChange={(key) => void navigate({ to: "/runs/$id", params: { id }, search: { part: key as Part }, replace: true })}
      >
        <TabList className="tab-list" aria-label="Parts of the run">
          {PARTS.map((one) => (
            <Tab key={one} id={one} className="tab">
              {NAMES[one]}
            </Tab>
          ))}
        </TabList>
        <TabPanel id={part} className="tab-panel">
          <Suspense fallback={<p className="faint">Loading…</p>}>
            {part === "overview" && <RunOverview run={run} />}
            {part === "tree" && <RunTree id={id} />}
            {part === "results" && <RunResults id={id} recorded={run.resultSummary.total} />}
            {part === "events" && <RunEvents id={id} />}
            {part === "data" && <RunData id={id} active={run.lastActivityAt} />}
            {part === "history" && <RunHistory id={id} version={run.version} />}
            {part === "raw" && <RunRaw id={id} version={run.version} />}
          </Suspense>
        </TabPanel>
      </Tabs>
    </>
  );
}
