import { Link } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { graphql, useLazyLoadQuery, usePaginationFragment } from "react-relay";

import type { JobsPage_query$key } from "../__generated__/JobsPage_query.graphql";
import type { JobsPageQuery } from "../__generated__/JobsPageQuery.graphql";
import type { JobsPageRefetchQuery } from "../__generated__/JobsPageRefetchQuery.graphql";
import { useNow } from "../live/now";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Empty } from "../ui/Empty";
import { Time } from "../ui/Time";
import { inDuration } from "../ui/times";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";
import "./jobs.css";

const query = graphql`
  query JobsPageQuery($filter: JobFilter) {
    ...JobsPage_query @arguments(filter: $filter)
  }
`;
const fragment = graphql`
  fragment JobsPage_query on Query
  @refetchable(queryName: "JobsPageRefetchQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, after: { type: "String" }, filter: { type: "JobFilter" }) {
    jobs(first: $count, after: $after, filter: $filter) @connection(key: "JobsPage_jobs", filters: ["filter"]) {
      edges {
        node {
          id
          queue
          status
          attempts
          maxAttempts
          priority
          runAt
          createdAt
          completedAt
          leaseExpiresAt
          error
          runId
          run {
            id
            name
          }
        }
      }
    }
  }
`;
const STATES = ["PENDING", "RUNNING", "RETRYING", "COMPLETED", "FAILED"] as const;
type State = (typeof STATES)[number];

/** The jobs: their states, attempts and leases, and what is due. */
export function JobsPage() {
  useTitle("Jobs");
  const [state, setState] = useState("");
  const [reading, setReading] = useState(0);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Jobs</h1>
        <Choice
          label="State"
          hideLabel
          value={state || "all"}
          options={[{ id: "all", label: "All states" }, ...STATES.map((id) => ({ id, label: nameOf(id) }))]}
          choose={(id) => setState(id === "all" ? "" : id)}
        />
        <Button onPress={() => setReading(reading + 1)}>Read again</Button>
      </div>
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <Table state={state as State | ""} reading={reading} />
      </Suspense>
    </main>
  );
}

function Table({ state, reading }: { state: State | ""; reading: number }) {
  const filter = state ? { status: [state] } : null;
  const root = useLazyLoadQuery<JobsPageQuery>(query, { filter }, { fetchPolicy: "store-and-network", fetchKey: reading });
  const { data, hasNext, loadNext, isLoadingNext } = usePaginationFragment<JobsPageRefetchQuery, JobsPage_query$key>(fragment, root);
  const now = useNow();
  if (!data.jobs.edges.length) {
    return (
      <Empty title={state ? "No job has this state" : "No jobs yet"}>
        <p>
          <code>enqueueJob</code> and <code>startPlan</code> offer work; executors take it with <code>claimJobs</code>.
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
              <th scope="col">State</th>
              <th scope="col">Queue</th>
              <th scope="col">Run</th>
              <th scope="col" className="number">
                Attempts
              </th>
              <th scope="col">Due</th>
              <th scope="col">Lease</th>
              <th scope="col">Done</th>
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody>
            {data.jobs.edges.map(({ node: job }) => (
              <tr key={job.id}>
                <th scope="row">
                  <span className="job-state" data-state={job.status}>
                    {nameOf(job.status)}
                  </span>
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
                <td>{isWaiting(job.status) ? dueIn(Date.parse(job.runAt), now) : <Time at={job.runAt} />}</td>
                <td>{job.status === "RUNNING" && job.leaseExpiresAt ? leaseOf(Date.parse(job.leaseExpiresAt), now) : <span className="faint">–</span>}</td>
                <td>
                  <Time at={job.completedAt} />
                </td>
                <td>{job.error && <span className="error-line">{job.error}</span>}</td>
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

function nameOf(state: string): string {
  return state.charAt(0) + state.slice(1).toLowerCase();
}

function isWaiting(state: string): boolean {
  return state === "PENDING" || state === "RETRYING";
}

function dueIn(at: number, now: number): string {
  return at <= now ? `due for ${inDuration(Math.floor((now - at) / 1000))}` : `in ${inDuration(Math.ceil((at - now) / 1000))}`;
}

function leaseOf(at: number, now: number): string {
  return at <= now ? "expired" : `${inDuration(Math.ceil((at - now) / 1000))} left`;
}
