import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { graphql } from "react-relay";
import { fetchQuery, getRequest } from "relay-runtime";

import type { RunEventsQuery } from "../__generated__/RunEventsQuery.graphql";
import { environment } from "../live/environment";
import { Frames } from "../live/frames";
import { follow } from "../live/subscribe";
import { Empty } from "../ui/Empty";
import { Time } from "../ui/Time";
import { counted } from "../ui/times";
import { Trouble } from "../ui/Trouble";

const query = graphql`
  query RunEventsQuery($id: ID!) {
    run(id: $id) {
      events(last: 200) {
        nodes {
          sequence
          stream
          payload
          at
          late
        }
        pageInfo {
          hasPreviousPage
          endCursor
        }
      }
    }
  }
`;
const subscription = graphql`
  subscription RunEventsSubscription($id: ID!, $after: String) {
    runEvents(runId: $id, after: $after) {
      cursor
      node {
        sequence
        stream
        payload
        at
        late
      }
    }
  }
`;
const MOST = 2_000; // events that are kept in sight

type Event = {
  readonly sequence: number;
  readonly stream: string;
  readonly payload: unknown;
  readonly at: string;
  readonly late: boolean;
};
type Item = { readonly runEvents: { readonly cursor: string; readonly node: Event } };

/** The last events of a run, and each that follows. At the end it stays at the end. */
export default function RunEvents({ id }: { id: string }) {
  const { events, hasMore, error } = useEvents(id);
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [events]);
  if (error !== undefined) return <Trouble error={error} />;
  if (!events) return <p className="faint">Loading…</p>;
  if (!events.length) {
    return (
      <Empty title="No events yet">
        <p>
          <code>appendRunEvents</code> adds them.
        </p>
      </Empty>
    );
  }
  return (
    <>
      {hasMore && <p className="faint">The last {counted(events.length, "event")}; older ones are in GraphiQL.</p>}
      <ol
        ref={list}
        className="events"
        tabIndex={0}
        aria-label="Events"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < 30;
        }}
      >
        {events.map(({ sequence, stream, payload, at, late }) => (
          <li key={sequence}>
            <span className="event-number">{sequence}</span>
            <Time at={at} />
            <span className="tag">{stream}</span>
            {late && <span className="faint">late</span>}
            <code>{JSON.stringify(payload)}</code>
          </li>
        ))}
      </ol>
    </>
  );
}

function useEvents(id: string): { events: readonly Event[] | undefined; hasMore: boolean; error: unknown } {
  const [events, setEvents] = useState<readonly Event[]>();
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let cursor: string | null = null;
    let stop: (() => void) | undefined;
    let arrived: Event[] = [];
    const frames = new Frames(() => {
      const more = arrived;
      arrived = [];
      setEvents((former) => [...(former ?? []), ...more].slice(-MOST));
    });
    const asked = fetchQuery<RunEventsQuery>(environment, query, { id }).subscribe({
      next: ({ run }) => {
        if (!run) return;
        setEvents(run.events.nodes);
        setHasMore(run.events.pageInfo.hasPreviousPage);
        cursor = run.events.pageInfo.endCursor ?? null;
        stop = follow<Item>(getRequest(subscription).params.text ?? "", () => ({ id, after: cursor }), {
          next: ({ runEvents }) => {
            cursor = runEvents.cursor;
            arrived.push(runEvents.node);
            frames.ask();
          },
          end: () => undefined,
        });
      },
      error: setError,
    });
    return () => {
      asked.unsubscribe();
      frames.stop();
      stop?.();
    };
  }, [id]);
  return { events, hasMore, error };
}
