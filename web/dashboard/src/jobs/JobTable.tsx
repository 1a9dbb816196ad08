import { Link } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { graphql, useLazyLoadQuery, usePaginationFragment } from "react-relay";

import type { JobTable_query$key } from "../__generated__/JobTable_query.graphql";
import type { JobTableQuery } from "../__generated__/JobTableQuery.graphql";
import type { JobTableRefetchQuery } from "../__generated__/JobTableRefetchQuery.graphql";
import { firstLine } from "../runs/columns";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Time } from "../ui/Time";
import { JobState } from "./JobState";
import { JobTiming } from "./JobTiming";
import type { JobsSearch } from "./search";
import { StateChoice } from "./StateChoice";
import { wordOf } from "./timing";

const query = graphql`
  query JobTableQuery($filter: JobFilter, $orderBy: JobOrder, $count: Int!) {
    ...JobTable_query @arguments(filter: $filter, orderBy: $orderBy, count: $count)
    ...StateChoice_query
  }
`;
const fragment = graphql`
  fragment JobTable_query on Query
  @refetchable(queryName: "JobTableRefetchQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, after: { type: "String" }, filter: { type: "JobFilter" }, orderBy: { type: "JobOrder" }) {
    jobs(first: $count, after: $after, filter: $filter, orderBy: $orderBy) @connection(key: "JobTable_jobs", filters: ["filter", "orderBy"]) {
      edges {
        node {
          id
          queue
          attempts
          maxAttempts
          priority
          createdAt
          startedAt
          error
          runId
          run {
            id
            name
          }
          ...JobState_job
          ...JobTiming_job
        }
      }
    }
  }
`;
const PAGE = 50;
const MOST = 500; // jobs that the server gives at once

/** The jobs of a state, or all. Read again, it has as many as were shown. */
export function JobTable({ state, order, reading }: JobsSearch & { reading: number }) {
  const shown = useRef(PAGE);
  const count = useMemo(() => Math.min(MOST, Math.max(PAGE, shown.current)), [reading]);
  const filter = state ? { status: [state] } : null;
  const orderBy = order === "due" ? ({ field: "RUN_AT", direction: "ASC" } as const) : null;
  const root = useLazyLoadQuery<JobTableQuery>(query, { filter, orderBy, count }, { fetchPolicy: "store-and-network", fetchKey: reading });
  const { data, hasNext, loadNext, isLoadingNext } = usePaginationFragment<JobTableRefetchQuery, JobTable_query$key>(fragment, root);
  const jobs = data.jobs.edges;
  shown.current = jobs.length;
  return (
    <>
      <StateChoice query={root} state={state} order={order} />
      {jobs.length ? (
        <div className="scroll">
          <table className="grid jobs">
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">Queue</th>
                <th scope="col">Run</th>
                <th scope="col" className="number">
                  Attempts
                </th>
                <th scope="col" className="number">
                  Priority
                </th>
                <th scope="col">Due, lease or end</th>
                <th scope="col">Enqueued</th>
                <th scope="col">Claimed</th>
                <th scope="col">Error of the last attempt</th>
              </tr>
            </thead>
            <tbody>
              {jobs.map(({ node: job }) => (
                <tr key={job.id}>
                  <th scope="row">
                    <JobState job={job} />
                  </th>
                  <td>{job.queue}</td>
                  <td>
                    {job.run ? (
                      <Link to="/runs/$id" params={{ id: job.run.id }}>
                        {job.run.name ?? job.run.id}
                      </Link>
                    ) : (
                      <span className="faint">{job.runId ? "deleted" : "–"}</span>
                    )}
                  </td>
                  <td className="number">
                    {job.attempts} of {job.maxAttempts}
                  </td>
                  <td className="number">{job.priority}</td>
                  <td className="job-timing">
                    <JobTiming job={job} />
                  </td>
                  <td className="job-timing">
                    <Time at={job.createdAt} />
                  </td>
                  <td className="job-timing">
                    <Time at={job.startedAt} />
                  </td>
                  <td>
                    {job.error && (
                      <span className="error-line" title={job.error.slice(0, 2000)}>
                        {firstLine(job.error)}
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Empty title={state ? `No job is ${wordOf(state).toLowerCase()}` : "No jobs yet"}>
          <p>
            <code>enqueueJob</code> and <code>startPlan</code> offer work; executors take it with <code>claimJobs</code>.
          </p>
        </Empty>
      )}
      {hasNext && (
        <Button className="more" isDisabled={isLoadingNext} onPress={() => loadNext(PAGE)}>
          More
        </Button>
      )}
    </>
  );
}
