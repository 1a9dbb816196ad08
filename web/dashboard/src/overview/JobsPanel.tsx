import { graphql, useFragment } from "react-relay";

import type { JobsPanel_run$key } from "../__generated__/JobsPanel_run.graphql";
import { JobTiming } from "../jobs/JobTiming";
import { JobState } from "../jobs/JobState";
import { Panel } from "./Panel";

const fragment = graphql`
  fragment JobsPanel_run on Run {
    id
    jobs {
      id
      queue
      attempts
      maxAttempts
      error
      ...JobTiming_job
      ...JobState_job
    }
  }
`;

/** The jobs that offer the run to executors. */
export function JobsPanel({ run: key }: { run: JobsPanel_run$key }) {
  const { jobs } = useFragment(fragment, key);
  if (!jobs.length) return null;
  return (
    <Panel title="Jobs">
      <ul className="lines">
        {jobs.slice(0, 8).map((job) => (
          <li key={job.id}>
            <JobState job={job} />
            <span className="tag">{job.queue}</span>
            <span className="faint">
              attempt {job.attempts} of {job.maxAttempts}
            </span>
            <span className="error-line line-rest">{job.error}</span>
            <JobTiming job={job} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
