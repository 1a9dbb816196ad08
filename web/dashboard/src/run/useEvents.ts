import { useCallback, useEffect, useRef, useState } from "react";
import { graphql } from "react-relay";
import { fetchQuery, getRequest } from "relay-runtime";

import type { useEventsQuery } from "../__generated__/useEventsQuery.graphql";
import { environment } from "../live/environment";
import { Frames } from "../live/frames";
import { follow } from "../live/subscribe";

const query = graphql`
  query useEventsQuery($id: ID!, $count: Int!, $stream: String, $before: String) {
    run(id: $id) {
      events(last: $count, stream: $stream, before: $before) {
        edges {
          cursor
          node {
            sequence
            stream
            payload
            at
            late
          }
        }
        pageInfo {
          hasPreviousPage
        }
      }
    }
  }
`;
const subscription = graphql`
  subscription useEventsSubscription($id: ID!, $stream: String, $after: String) {
    runEvents(runId: $id, stream: $stream, after: $after) {
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

/** An event and its place in the list. */
export type RunEvent = {
  readonly cursor: string;
  readonly sequence: number;
  readonly stream: string;
  readonly payload: unknown;
  readonly at: string;
  readonly late: boolean;
};
type Item = { readonly runEvents: { readonly cursor: string; readonly node: Omit<RunEvent, "cursor"> } };
type State = { readonly events: readonly RunEvent[] | undefined; readonly hasEarlier: boolean; readonly error: unknown };

const PAGE = 200;
const MOST = 20_000; // events that are kept while more follow: earlier ones can be read again
const NONE: State = { events: undefined, hasEarlier: false, error: undefined };

/** The last events of a run, or of one stream of it, at first `count` of them; each that follows, and earlier ones as they are asked for. */
export function useEvents(id: string, stream?: string, count = PAGE): State & { readonly earlier: () => void } {
  const [state, setState] = useState<State>(NONE);
  const [reading, setReading] = useState(0); // how often an expired cursor made them be read anew
  const first = useRef<string>(undefined);
  first.current = state.events?.[0]?.cursor;
  const isAsking = useRef(false);
  useEffect(() => {
    setState(NONE);
    let cursor: string | null = null;
    let stop: (() => void) | undefined;
    let arrived: RunEvent[] = [];
    const frames = new Frames(() => {
      const more = arrived;
      arrived = [];
      setState((former) => {
        const events = [...(former.events ?? []), ...more];
        return { ...former, events: events.slice(-MOST), hasEarlier: former.hasEarlier || events.length > MOST };
      });
    });
    const failed = (error: unknown) => setState((former) => ({ ...former, error }));
    const asked = fetchQuery<useEventsQuery>(environment, query, { id, count, stream: stream ?? null }).subscribe({
      next: ({ run }) => {
        if (!run) return;
        const events = eventsOf(run.events);
        setState({ events, hasEarlier: run.events.pageInfo.hasPreviousPage, error: undefined });
        cursor = events.at(-1)?.cursor ?? null;
        stop = follow<Item>(getRequest(subscription).params.text ?? "", () => ({ id, stream: stream ?? null, after: cursor }), {
          next: ({ runEvents }) => {
            cursor = runEvents.cursor;
            arrived.push({ ...runEvents.node, cursor });
            frames.ask();
          },
          end: (error) => {
            if (error?.code === "CURSOR_EXPIRED") setReading((former) => former + 1);
            else if (error) failed(error);
          },
        });
      },
      error: failed,
    });
    return () => {
      asked.unsubscribe();
      frames.stop();
      stop?.();
    };
  }, [id, stream, reading]);
  const earlier = useCallback(() => {
    const before = first.current;
    if (isAsking.current || before === undefined) return;
    isAsking.current = true;
    fetchQuery<useEventsQuery>(environment, query, { id, count: PAGE, stream: stream ?? null, before }).subscribe({
      next: ({ run }) => {
        isAsking.current = false;
        if (!run || first.current !== before) return; // another stream was chosen meanwhile
        const read = eventsOf(run.events);
        const hasEarlier = run.events.pageInfo.hasPreviousPage;
        setState((former) => ({ ...former, events: [...read, ...(former.events ?? [])], hasEarlier }));
      },
      error: (error: unknown) => {
        isAsking.current = false;
        setState((former) => ({ ...former, error }));
      },
    });
  }, [id, stream]);
  return { ...state, earlier };
}

type Page = { readonly edges: readonly { readonly cursor: string; readonly node: Omit<RunEvent, "cursor"> }[] };

function eventsOf({ edges }: Page): readonly RunEvent[] {
  return edges.map(({ cursor, node }) => ({ ...node, cursor }));
}
