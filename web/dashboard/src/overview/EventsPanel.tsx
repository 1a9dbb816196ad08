import { useEvents } from "../run/useEvents";
import { Time } from "../ui/Time";
import { Panel } from "./Panel";

const LINES = 6;
const SHOWN = 300; // characters of a payload

/** The last events, as they come. */
export function EventsPanel({ id }: { id: string }) {
  const { events } = useEvents(id, undefined, LINES);
  if (!events?.length) return null;
  return (
    <Panel title="Last events" all={{ id, part: "events" }}>
      <ol className="lines">
        {events.slice(-LINES).map(({ sequence, stream, payload, at }) => (
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
