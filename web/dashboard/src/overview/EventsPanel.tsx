import { graphql, useFragment } from "react-relay";

import type { EventsPanel_run$key } from "../__generated__/EventsPanel_run.graphql";
import { Time } from "../ui/Time";
import { Panel } from "./Panel";

const fragment = graphql`
  fragment EventsPanel_run on Run {
    id
    lastEvents: events(last: 6) {
      nodes {
        sequence
        stream
        payload
        at
      }
    }
  }
`;
const SHOWN = 300; // characters of a payload

/** The last events. */
export function EventsPanel({ run: key }: { run: EventsPanel_run$key }) {
  const { id, lastEvents } = useFragment(fragment, key);
  if (!lastEvents.nodes.length) return null;
  return (
    <Panel title="Last events" all={{ id, part: "events" }}>
      <ol className="lines">
        {lastEvents.nodes.map(({ sequence, stream, payload, at }) => (
          <li key={sequence}>
            <Time at={at} />
            <span className="tag">{stream}</span>
            <code className="line-rest">{(typeof payload === "string" ? payload : (JSON.stringify(payload) ?? "")).slice(0, SHOWN)}</code>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
