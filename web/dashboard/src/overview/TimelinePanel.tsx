import { graphql, useFragment } from "react-relay";

import type { TimelinePanel_run$key } from "../__generated__/TimelinePanel_run.graphql";
import { STATUS_NAMES, type Status } from "../runs/statuses";
import { StatusIcon } from "../ui/StatusIcon";
import { Time } from "../ui/Time";
import { inDuration } from "../ui/times";
import { stepsOf } from "./steps";
import { Panel } from "./Panel";

const fragment = graphql`
  fragment TimelinePanel_run on Run {
    id
    createdAt
    startedAt
    finishedAt
    steps: history(first: 100) {
      nodes {
        version
        kind
        at
        status
        reason
        actor
      }
    }
  }
`;

/** When the run was created, started and moved, by whom and why, and how long each took. */
export function TimelinePanel({ run: key }: { run: TimelinePanel_run$key }) {
  const { id, steps, ...times } = useFragment(fragment, key);
  return (
    <Panel title="Timeline" all={{ id, part: "history" }}>
      <ol className="lines">
        {stepsOf(times, steps.nodes).map(({ what, status, at, after, reason, actor }) => (
          <li key={`${what} ${at}`}>
            {status ? <StatusIcon status={status as Status} /> : <span className="line-dot" aria-hidden="true" />}
            <span className="line-name">{status ? STATUS_NAMES[status as Status] : what}</span>
            <span className="faint line-rest">
              {reason && `“${reason}” `}
              {actor && `by ${actor}`}
            </span>
            {after !== undefined && <span className="faint">after {inDuration(after)}</span>}
            <Time at={at} />
          </li>
        ))}
      </ol>
    </Panel>
  );
}
