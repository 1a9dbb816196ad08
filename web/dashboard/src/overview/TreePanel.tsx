import { Link } from "@tanstack/react-router";
import { graphql, useFragment } from "react-relay";

import type { TreePanel_run$key } from "../__generated__/TreePanel_run.graphql";
import { useNow } from "../live/now";
import { spanOf } from "../run/span";
import { TimeBar } from "../run/TimeBar";
import { secondsOf } from "../runs/activity";
import { STATUS_NAMES, type Status } from "../runs/statuses";
import { StatusIcon } from "../ui/StatusIcon";
import { inDuration, inNumber } from "../ui/times";
import { Panel } from "./Panel";

const fragment = graphql`
  fragment TreePanel_run on Run {
    id
    status
    createdAt
    startedAt
    finishedAt
    duration
    lastActivityAt
    parent {
      id
      name
      status
    }
    descendantCounts {
      status
      count
    }
    firstChildren: children(first: 8, filter: { includeArchived: true }, orderBy: { field: CREATED_AT, direction: ASC }) {
      nodes {
        id
        name
        status
        createdAt
        startedAt
        finishedAt
        duration
        lastActivityAt
      }
    }
  }
`;

/** Where a run stands in its tree: what is above it, and what is below it, with bars of time. */
export function TreePanel({ run: key }: { run: TreePanel_run$key }) {
  const run = useFragment(fragment, key);
  const now = useNow();
  const children = run.firstChildren.nodes;
  if (!run.parent && !children.length) return null;
  const span = spanOf([run, ...children], now);
  const counts = run.descendantCounts.map(({ status, count }) => `${inNumber(count)} ${STATUS_NAMES[status as Status].toLowerCase()}`);
  return (
    <Panel title="Tree" note={counts.length ? `below: ${counts.join(", ")}` : undefined} all={{ id: run.id, part: "tree" }}>
      <ul className="lines tree-lines">
        {run.parent && (
          <li>
            <span className="faint">under</span>
            <StatusIcon status={run.parent.status as Status} />
            <Link to="/runs/$id" params={{ id: run.parent.id }} className="line-rest">
              {run.parent.name ?? run.parent.id}
            </Link>
          </li>
        )}
        {children.map((child) => {
          const seconds = secondsOf(child, now);
          return (
            <li key={child.id}>
              <StatusIcon status={child.status as Status} />
              <span className="visually-hidden">{STATUS_NAMES[child.status as Status]}</span>
              <Link to="/runs/$id" params={{ id: child.id }} className="line-name">
                {child.name ?? child.id}
              </Link>
              <span className="line-rest">
                <TimeBar run={child} span={span} now={now} />
              </span>
              <span className="line-end">{seconds === undefined ? "–" : inDuration(child.finishedAt ? seconds : Math.floor(seconds))}</span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
