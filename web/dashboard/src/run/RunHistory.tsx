import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense, useCallback, useEffect } from "react";
import { graphql } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { RunHistoryQuery, RunHistoryQuery$data } from "../__generated__/RunHistoryQuery.graphql";
import { environment } from "../live/environment";
import { STATUS_NAMES, type Status } from "../runs/statuses";
import { Button } from "../ui/Button";
import { StatusBadge } from "../ui/StatusBadge";
import { Time } from "../ui/Time";
import { inNumber } from "../ui/times";
import { Trouble } from "../ui/Trouble";
import { RunAsOf } from "./RunAsOf";
import { useGrowing } from "./useGrowing";

const query = graphql`
  query RunHistoryQuery($id: ID!, $after: String) {
    run(id: $id) {
      history(first: 200, after: $after) {
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
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;
type Entry = NonNullable<RunHistoryQuery$data["run"]>["history"]["nodes"][number];
const BY_ITSELF = 1_000; // entries; more are read when they are asked for
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
  const read = useCallback(
    async (after: string | null) => {
      const answer = await fetchQuery<RunHistoryQuery>(environment, query, { id, after }).toPromise();
      const page = answer?.run?.history;
      return page && { ...page.pageInfo, entries: page.nodes };
    },
    [id],
  );
  const { entries, isComplete, error, more } = useGrowing<Entry>(read, version);
  useEffect(() => {
    if (entries.length > 0 && entries.length < BY_ITSELF && !isComplete) more();
  }, [entries.length, isComplete, more]);
  if (error !== undefined) return <Trouble error={error} retry={more} />;
  return (
    <div className="history">
      <ol className="entries">
        {entries.map((entry) => (
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
              {entry.kind === "TAGS" && <span className="faint"> now {entry.tags.join(", ") || "none"}</span>}
              {entry.reason && <span> “{entry.reason}”</span>}
              {entry.actor && <span className="faint"> by {entry.actor}</span>}
            </span>
            <Time at={entry.at} />
            <Link to="/runs/$id" params={{ id }} search={{ part: "history", at: entry.at }} replace className="button quiet">
              As it was
            </Link>
          </li>
        ))}
        {!isComplete && entries.length >= BY_ITSELF && (
          <li>
            <Button onPress={more}>Read more of {inNumber(version)} entries</Button>
          </li>
        )}
      </ol>
      {at !== undefined && (
        <Suspense fallback={<p className="faint">Loading…</p>}>
          <RunAsOf id={id} at={at} />
        </Suspense>
      )}
    </div>
  );
}
