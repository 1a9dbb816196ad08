import { graphql, useFragment } from "react-relay";

import type { JobTiming_job$key } from "../__generated__/JobTiming_job.graphql";
import { useNow } from "../live/now";
import { Time } from "../ui/Time";
import { inFull } from "../ui/times";
import { timingOf } from "./timing";

const fragment = graphql`
  fragment JobTiming_job on Job {
    status
    runAt
    completedAt
    leaseExpiresAt
  }
`;

/** When something happens to a job next: when it is due, how long its lease lasts; or when it was done. */
export function JobTiming({ job: key }: { job: JobTiming_job$key }) {
  const job = useFragment(fragment, key);
  const timing = timingOf(job, useNow());
  if (!timing) return <Time at={job.completedAt} />;
  return <span title={inFull(timing.at)}>{timing.words}</span>;
}
