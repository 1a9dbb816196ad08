import { useEffect, useMemo, useRef, useState } from "react";
import { graphql } from "react-relay";
import { fetchQuery } from "relay-runtime";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import type { TimelineQuery } from "../__generated__/TimelineQuery.graphql";
import { environment } from "../live/environment";
import { inNumber } from "../ui/times";
import { useColours } from "../ui/useColours";
import type { RunFilter } from "./filter";
import type { RunList } from "./list";
import { type Bucket, countedIn, intervalOf, LENGTHS, type Range } from "./timeline";

const query = graphql`
  query TimelineQuery($interval: TimelineInterval!, $range: DateTimeRange!, $filter: RunFilter) {
    runTimeline(interval: $interval, range: $range, filter: $filter) {
      start
      created
      completed
      failed
    }
  }
`;
const HEIGHT = 96;

type Props = {
  readonly list: RunList;
  readonly filter: RunFilter;
  readonly range: Range;
  readonly choose: (from: number, to: number) => void;
};

/** The drawing of the timeline. The stream of the list's changes keeps it as it is. */
export default function Timeline({ list, filter, range, choose }: Props) {
  const buckets = useBuckets(list, filter, range);
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const chosen = useRef(choose);
  chosen.current = choose;
  const length = useRef(0);
  length.current = LENGTHS[intervalOf(range.span)] / 1000;
  const colours = useColours();
  const data = useMemo(() => dataOf(buckets, length.current), [buckets]);

  useEffect(() => {
    const element = place.current!;
    const made = new uPlot(optionsOf(element.clientWidth, colours, () => length.current, (from, to) => chosen.current(from, to)), [[], [], [], []], element);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [colours]);
  useEffect(() => plot.current?.setData(data), [data, colours]);

  const total = (field: "created" | "completed" | "failed") => buckets.reduce((sum, bucket) => sum + bucket[field], 0);
  const words = `${inNumber(total("created"))} created, ${inNumber(total("completed"))} completed, ${inNumber(total("failed"))} failed`;
  return <div ref={place} role="img" aria-label={`In the time shown: ${words}`} className="timeline-plot" />;
}

function useBuckets(list: RunList, filter: RunFilter, range: Range): readonly Bucket[] {
  const [buckets, setBuckets] = useState<readonly Bucket[]>([]);
  const interval = intervalOf(range.span);
  const key = JSON.stringify([filter, range.isChosen ? [range.from, range.to] : range.span]);
  useEffect(() => {
    const from = range.from ?? Date.now() - range.span;
    const variables = {
      interval,
      filter,
      range: { from: new Date(from).toISOString(), to: new Date(range.to ?? Date.now()).toISOString() },
    };
    const asked = fetchQuery<TimelineQuery>(environment, query, variables).subscribe({
      next: ({ runTimeline }) =>
        setBuckets(runTimeline.map(({ start, created, completed, failed }) => ({ start: Date.parse(start), created, completed, failed }))),
      error: () => setBuckets([]), // the list says what is wrong
    });
    return () => asked.unsubscribe();
  }, [key]);
  useEffect(
    () => list.onChanges((changes) => range.to === undefined && setBuckets((former) => countedIn(former, changes, interval))),
    [list, interval, range.to],
  );
  return buckets;
}

/** The buckets, and a point behind the last one, so that its step has a width. */
function dataOf(buckets: readonly Bucket[], length: number): uPlot.AlignedData {
  const last = buckets.at(-1);
  return [
    [...buckets.map(({ start }) => start / 1000), ...(last ? [last.start / 1000 + length] : [])],
    [...buckets.map(({ created }) => created), ...(last ? [null] : [])],
    [...buckets.map(({ completed }) => completed), ...(last ? [last.completed] : [])],
    [...buckets.map(({ failed }) => failed), ...(last ? [last.failed] : [])],
  ];
}

function optionsOf(width: number, colours: (name: string) => string, bucket: () => number, choose: (from: number, to: number) => void): uPlot.Options {
  const axis = { stroke: colours("--faint"), grid: { stroke: colours("--line"), width: 1 }, ticks: { show: false } };
  const bars = uPlot.paths.bars!({ size: [0.8, 24], align: 1 });
  const steps = uPlot.paths.stepped!({ align: 1 });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false } },
    scales: { x: { range: (_, from, to) => [from, Math.max(to, from + bucket())] }, y: { range: (_, __, most) => [0, Math.max(most, 1) * 1.1] } },
    axes: [
      { ...axis, grid: { show: false }, size: 20, font: "11px system-ui" },
      { ...axis, size: 34, font: "11px system-ui", splits: (_, __, ___, most) => [0, Math.max(1, Math.floor(most / 2)), Math.max(1, Math.floor(most))], values: (_, splits) => splits.map(String) },
    ],
    series: [
      {},
      { label: "Created", paths: bars, fill: colours("--created"), width: 0, points: { show: false } },
      { label: "Completed", paths: steps, stroke: colours("--good"), width: 1.5, points: { show: false } },
      { label: "Failed", paths: steps, stroke: colours("--bad"), width: 1.5, points: { show: false } },
    ],
    hooks: {
      setSelect: [
        (self) => {
          if (self.select.width < 4) return;
          choose(self.posToVal(self.select.left, "x") * 1000, self.posToVal(self.select.left + self.select.width, "x") * 1000);
          self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}
