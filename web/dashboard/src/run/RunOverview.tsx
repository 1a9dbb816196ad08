import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import type { RunOverview_run$key } from "../__generated__/RunOverview_run.graphql";
import { ProgressCell } from "../runs/ProgressCell";
import { TagsCell } from "../runs/TagsCell";
import { useRunCells } from "../runs/useRunCells";
import { Json } from "../ui/Json";
import { Time } from "../ui/Time";

const fragment = graphql`
  fragment RunOverview_run on Run {
    ...RunCells_run
    version
    metadata
    retention {
      __typename
      ... on KeepLatest {
        count
      }
      ... on KeepDuration {
        seconds
      }
    }
    plan {
      id
      name
    }
  }
`;

/** The facts of a run, and its metadata. */
export default function RunOverview({ run: key }: { run: RunOverview_run$key }) {
  const more = useFragment(fragment, key);
  const run = useRunCells(more);
  return (
    <div className="overview">
      <dl className="facts">
        <Fact name="Id">
          <span className="mono">{run.id}</span>
        </Fact>
        <Fact name="Created">
          <Time at={run.createdAt} />
        </Fact>
        <Fact name="Started">
          <Time at={run.startedAt} />
        </Fact>
        <Fact name="Finished">
          <Time at={run.finishedAt} />
        </Fact>
        <Fact name="Last active">
          <Time at={run.lastActivityAt} />
        </Fact>
        <Fact name="Version">{more.version}</Fact>
        <Fact name="Tags">
          <TagsCell tags={run.tags} />
        </Fact>
        {run.dataset && (
          <>
            <Fact name="Dataset">{run.dataset.datasetId}</Fact>
            <Fact name="Target">{run.dataset.targetId}</Fact>
            <Fact name="Results">
              <ProgressCell run={run} />
            </Fact>
          </>
        )}
        {run.parentId && (
          <Fact name="Parent">
            <Link to="/runs/$id" params={{ id: run.parentId }}>
              {run.parent?.name ?? run.parentId}
            </Link>
          </Fact>
        )}
        {run.planId && <Fact name="Plan">{more.plan?.name ?? run.planId}</Fact>}
        {run.traceId && (
          <Fact name="Trace">
            <span className="mono">{run.traceId}</span>
          </Fact>
        )}
        <Fact name="Retention">{retentionOf(more.retention)}</Fact>
      </dl>
      <section className="panel" aria-label="Metadata">
        <h2>Metadata</h2>
        {more.metadata === null || more.metadata === undefined ? <p className="faint">none</p> : <Json value={more.metadata} />}
      </section>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function retentionOf(policy: { __typename: string; count?: number; seconds?: number }): string {
  if (policy.__typename === "KeepLatest") return `the latest ${policy.count}`;
  return policy.__typename === "KeepDuration" ? `${policy.seconds} s` : "all";
}
