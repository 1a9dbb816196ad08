import { graphql, useFragment } from "react-relay";

import type { JobState_job$key } from "../__generated__/JobState_job.graphql";
import { useNow } from "../live/now";
import "./jobs.css";
import { stateOf, wordOf } from "./timing";

const fragment = graphql`
  fragment JobState_job on Job {
    status
    runAt
    leaseExpiresAt
  }
`;

/** Where a job stands; one whose lease ran out is marked, as its executor was lost. */
export function JobState({ job: key }: { job: JobState_job$key }) {
  const job = useFragment(fragment, key);
  const state = stateOf(job, useNow());
  return (
    <span className="job-state" data-state={state}>
      {wordOf(state)}
    </span>
  );
}
