import { lazy, Suspense, useState } from "react";

import { type Condition, withValues } from "./conditions";
import type { RunFilter } from "./filter";
import type { RunList } from "./list";
import { Presets } from "./Presets";
import type { RunsQuery } from "./search";
import { HOUR, shownRange } from "./timeline";

const SpanChoice = lazy(() => import("./SpanChoice"));
const Timeline = lazy(() => import("./Timeline"));

type Props = {
  /** Whether the list is there, which is what the reader waits for. */
  readonly isReady: boolean;
  readonly list: RunList;
  readonly filter: RunFilter;
  readonly conditions: readonly Condition[];
  readonly change: (part: Partial<RunsQuery>) => void;
};

/** Runs created, completed and failed over time. Dragging over it filters by the time of creation. */
export function TimelinePanel({ isReady, list, filter, conditions, change }: Props) {
  const [hours, setHours] = useState(24);
  const range = shownRange(conditions, hours * HOUR);
  const choose = (from: number, to: number) =>
    change({ conditions: withValues(conditions, "created", "range", [new Date(from).toISOString(), new Date(to).toISOString()]) });
  return (
    <section className="timeline" aria-label="Timeline">
      <div className="timeline-head">
        <span className="legend created">Created</span>
        <span className="legend completed">Completed</span>
        <span className="legend failed">Failed</span>
        <span className="timeline-hint faint">drag to choose a time</span>
        <span className="timeline-end">
          <Presets change={change} />
        {!range.isChosen && (
          <Suspense>
            <SpanChoice hours={hours} setHours={setHours} />
          </Suspense>
        )}
        </span>
      </div>
      <div className="timeline-body">
        {isReady && (
          <Suspense>
            <Timeline list={list} filter={filter} range={range} choose={choose} />
          </Suspense>
        )}
      </div>
    </section>
  );
}
