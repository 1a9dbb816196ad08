import { Link } from "@tanstack/react-router";
import { graphql, useFragment } from "react-relay";

import type { RunHead_run$key } from "../__generated__/RunHead_run.graphql";
import { DurationCell } from "../runs/DurationCell";
import type { Status } from "../runs/statuses";
import { useRunCells } from "../runs/useRunCells";
import { StatusBadge } from "../ui/StatusBadge";
import { CopyAs } from "./CopyAs";
import { RunMoves } from "./RunMoves";

const fragment = graphql`
  fragment RunHead_run on Run {
    id
    name
    ...RunCells_run
    ancestors {
      id
      name
    }
  }
`;

/** The name of a run, where it is in the tree, and what can be done with it. */
export function RunHead({ run: key }: { run: RunHead_run$key }) {
  const head = useFragment(fragment, key);
  const run = useRunCells(head);
  return (
    <header className="run-head">
      <nav className="crumbs" aria-label="Ancestors">
        <Link to="/">Runs</Link>
        {head.ancestors.toReversed().map(({ id, name }) => (
          <span key={id}>
            <span aria-hidden="true"> / </span>
            <Link to="/runs/$id" params={{ id }}>
              {name ?? id}
            </Link>
          </span>
        ))}
      </nav>
      <div className="run-title">
        <h1>{run.name ?? <span className="mono">{run.id}</span>}</h1>
        <StatusBadge status={run.status as Status} note={run.status === "ARCHIVED" && run.outcome ? run.outcome.toLowerCase() : undefined} />
        <DurationCell run={run} />
        <span className="run-actions">
          <RunMoves run={run} />
          <CopyAs id={run.id} />
        </span>
      </div>
      {run.error !== null && run.error !== undefined && (
        <section className="run-error" aria-label="Error">
          <pre>{run.error}</pre>
        </section>
      )}
    </header>
  );
}
