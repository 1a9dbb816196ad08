import { Link } from "@tanstack/react-router";
import { graphql, useFragment } from "react-relay";

import type { StateChoice_query$key } from "../__generated__/StateChoice_query.graphql";
import { inNumber } from "../ui/times";
import { type JobsSearch, STATES } from "./search";
import { wordOf } from "./timing";

const fragment = graphql`
  fragment StateChoice_query on Query {
    PENDING: jobs(filter: { status: [PENDING] }) {
      totalCount
    }
    RUNNING: jobs(filter: { status: [RUNNING] }) {
      totalCount
    }
    RETRYING: jobs(filter: { status: [RETRYING] }) {
      totalCount
    }
    COMPLETED: jobs(filter: { status: [COMPLETED] }) {
      totalCount
    }
    FAILED: jobs(filter: { status: [FAILED] }) {
      totalCount
    }
  }
`;

/** How many jobs have each state; pressed, only those are shown, and pressed again, all. */
export function StateChoice({ query, state, order }: JobsSearch & { query: StateChoice_query$key }) {
  const counts = useFragment(fragment, query);
  return (
    <nav className="states" aria-label="Jobs by state">
      {STATES.map((one) => (
        <Link
          key={one}
          to="/jobs"
          search={{ ...(one === state ? {} : { state: one }), ...(order ? { order } : {}) }}
          replace
          className="state-choice"
          aria-current={one === state ? "true" : undefined}
        >
          <strong>{inNumber(counts[one].totalCount)}</strong> {wordOf(one).toLowerCase()}
        </Link>
      ))}
    </nav>
  );
}
