import { graphql, useLazyLoadQuery } from "react-relay";

import type { GlanceQuery } from "../__generated__/GlanceQuery.graphql";
import { EventsPanel } from "./EventsPanel";
import { FailuresPanel } from "./FailuresPanel";
import { JobsPanel } from "./JobsPanel";
import { TimelinePanel } from "./TimelinePanel";
import { TreePanel } from "./TreePanel";

const query = graphql`
  query GlanceQuery($id: ID!) {
    run(id: $id) {
      id
      ...FailuresPanel_run
      ...TimelinePanel_run
      ...TreePanel_run
      ...JobsPanel_run
    }
  }
`;

/** What one wants to know of a run first: what failed, what happened last, and where it stands in its tree. */
export function Glance({ id, fetchKey }: { id: string; fetchKey: string }) {
  const { run } = useLazyLoadQuery<GlanceQuery>(query, { id }, { fetchPolicy: "store-and-network", fetchKey });
  if (!run) return null;
  return (
    <>
      <FailuresPanel run={run} />
      <TimelinePanel run={run} />
      <TreePanel run={run} />
      <EventsPanel id={id} />
      <JobsPanel run={run} />
    </>
  );
}
