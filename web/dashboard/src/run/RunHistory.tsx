import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { RunHistoryQuery } from "../__generated__/RunHistoryQuery.graphql";
import { STATUS_NAMES, type Status } from "../runs/statuses";
import { StatusBadge } from "../ui/StatusBadge";
import { Time } from "../ui/Time";
import { RunAsOf } from "./RunAsOf";

const query = graphql`
  query RunHistoryQuery($id: ID!) {
    run(id: $id) {
      id
      history(first: 200) {
        nodes {
          version
          kind
          at
          fromStatus
          status
          error
          reason
          actor
          tags
        }
      }
    }
  }
`;
const WORDS: Readonly<Record<string, string>> = {
  CREATED: "Created",
  STARTED: "Started",
  NAME: "Renamed",
  METADATA: "Metadata changed",
  TAGS: "Tags changed",
  RETENTION: "Retention set",
  DELETED: "Deleted",
};
const route = getRouteApi("/runs/$id");

/** What happened to a run, who did it and why; and the run as it was at an entry. */
export default function RunHistory({ id, version }: { id: string; version: number }) {
  const { at } = route.useSearch();
  const { run } = useLazyLoadQuery<RunHistoryQuery>(query, { id }, { fetchPolicy: "store-and-network", fetchKey: version });
  if (!run) return null;
  return (
    <div className="history">
      <ol className="entries">
        {run.history.nodes.map((entry) => (
          <li key={entry.version} data-here={entry.at === at}>
            <span className="entry-version">{entry.version}</span>
            <span className="entry-words">
              {entry.kind === "STATUS" ? (
                <>
                  <span className="faint">{STATUS_NAMES[entry.fromStatus as Status]} →</span> <StatusBadge status={entry.status as Status} />
                </>
              ) : (
                WORDS[entry.kind]
              )}
              {entry.reason && <span> “{entry.reason}”</span>}
              {entry.actor && <span className="faint"> by {entry.actor}</span>}
            </span>
            <Time at={entry.at} />
            <Link to="/runs/$id" params={{ id }} search={{ part: "history", at: entry.at }} replace className="button quiet">
              As it was
            </Link>
          </li>
        ))}
      </ol>
      {at !== undefined && (
        <Suspense fallback={<p className="faint">Loading…</p>}>
          <RunAsOf id={id} at={at} />
        </Suspense>
      )}
    </div>
  );
}
