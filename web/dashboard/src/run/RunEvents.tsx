import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Empty } from "../ui/Empty";
import { Json } from "../ui/Json";
import { Time } from "../ui/Time";
import { inNumber } from "../ui/times";
import { Trouble } from "../ui/Trouble";
import { type RunEvent, useEvents } from "./useEvents";

const ROW_HEIGHT = 28;
const SHOWN = 2_000; // characters of a payload in its line; the whole is shown when the line is opened
const ALL = " all"; // no stream has this name

/** The last events of a run, and each that follows. At the end it stays at the end; earlier ones come when one scrolls up. */
export default function RunEvents({ id }: { id: string }) {
  const [stream, setStream] = useState<string>();
  const { events, hasEarlier, error, earlier } = useEvents(id, stream);
  const streams = useStreams(events);
  if (error !== undefined) return <Trouble error={error} />;
  if (events?.length === 0 && stream === undefined) {
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
      <div className="events-head">
        <Choice
          label="Stream"
          value={stream ?? ALL}
          options={[{ id: ALL, label: "All" }, ...streams.map((name) => ({ id: name, label: name }))]}
          choose={(name) => setStream(name === ALL ? undefined : name)}
        />
        {events && (
          <span className="faint">
            {hasEarlier ? "the last " : ""}
            {inNumber(events.length)} events
          </span>
        )}
        {hasEarlier && (
          <Button tone="quiet" onPress={earlier}>
            Read earlier ones
          </Button>
        )}
      </div>
      {events ? <Tail key={stream} events={events} hasEarlier={hasEarlier} earlier={earlier} /> : <p className="faint">Loading…</p>}
    </>
  );
}

type Props = { readonly events: readonly RunEvent[]; readonly hasEarlier: boolean; readonly earlier: () => void };

function Tail({ events, hasEarlier, earlier }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => events[index]!.sequence,
    overscan: 12,
  });
  const first = useRef(events[0]?.sequence);
  useLayoutEffect(() => {
    const added = events.findIndex(({ sequence }) => sequence === first.current);
    first.current = events[0]?.sequence;
    if (added > 0) virtual.scrollToIndex(added, { align: "start" }); // earlier ones came: what was read stays in sight
    else if (atEnd.current) virtual.scrollToIndex(events.length - 1, { align: "end" });
  }, [events]);
  const top = virtual.getVirtualItems()[0]?.index ?? 0;
  useEffect(() => {
    if (hasEarlier && top === 0 && !atEnd.current) earlier();
  }, [top, hasEarlier, events]);
  return (
    <div
      ref={list}
      className="events"
      role="log"
      aria-live="off"
      aria-label="Events"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 30;
      }}
    >
      <div className="events-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const { sequence, stream, payload, at, late } = events[index]!;
          return (
            <details
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="event"
              style={{ transform: `translateY(${start}px)` }}
              open={open.has(sequence)}
              onToggle={({ currentTarget }) => setOpen((former) => toggled(former, sequence, currentTarget.open))}
            >
              <summary>
                <span className="event-number">{sequence}</span>
                <Time at={at} />
                <span className="tag">{stream}</span>
                {late && <span className="faint">late</span>}
                <code>{inLine(payload)}</code>
              </summary>
              {open.has(sequence) && <Json value={payload} />}
            </details>
          );
        })}
      </div>
    </div>
  );
}

function inLine(payload: unknown): string {
  return (typeof payload === "string" ? payload : (JSON.stringify(payload) ?? "")).slice(0, SHOWN);
}

function toggled(former: ReadonlySet<number>, sequence: number, isOpen: boolean): ReadonlySet<number> {
  if (former.has(sequence) === isOpen) return former;
  const next = new Set(former);
  if (isOpen) next.add(sequence);
  else next.delete(sequence);
  return next;
}

/** The streams of all events that were seen here. */
function useStreams(events: readonly RunEvent[] | undefined): readonly string[] {
  const seen = useRef(new Set<string>());
  for (const { stream } of events ?? []) seen.current.add(stream);
  return [...seen.current].sort();
}
