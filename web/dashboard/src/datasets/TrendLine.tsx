import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { useColours } from "../ui/useColours";

type Series = { readonly label: string; readonly colour: string; readonly values: readonly (number | null)[] };
type Props = {
  readonly title: string;
  readonly unit: string;
  readonly names: readonly string[];
  readonly series: readonly Series[];
  readonly least?: number;
  readonly most?: number;
};

const HEIGHT = 120;

/** Lines over runs, the oldest run first. */
export function TrendLine({ title, unit, names, series, least, most }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const colours = useColours();
  const key = JSON.stringify([series, names]);
  useEffect(() => {
    const element = place.current!;
    const axis = { stroke: colours("--faint"), grid: { stroke: colours("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        scales: {
          x: { time: false },
          y: { range: (_, low, high) => [least ?? low, most ?? Math.max(high * 1.1, (least ?? low) + 1e-3)] },
        },
        axes: [
          { ...axis, size: 20, splits: () => [0, names.length - 1], values: (_, splits) => splits.map((at) => (at === 0 ? "oldest" : "newest")) },
          { ...axis, size: 44 },
        ],
        series: [
          {},
          ...series.map(({ label, colour }) => ({
            label,
            stroke: colours(colour),
            width: 1.75,
            spanGaps: true,
            points: { show: names.length < 60, size: 5, fill: colours(colour) },
          })),
        ],
      },
      [names.map((_, at) => at), ...series.map(({ values }) => [...values])],
      element,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [key, colours]);
  const last = series.map(({ label, values }) => `${label} ${said(values.findLast((value) => value !== null))} ${unit}`.trim());
  return (
    <figure className="trend">
      <figcaption>
        <strong>{title}</strong>
        {series.map(({ label, colour, values }) => (
          <span key={label} className="trend-label">
            <svg viewBox="0 0 8 8" width="8" height="8" aria-hidden="true">
              <rect width="8" height="8" rx="2" fill={`var(${colour})`} />
            </svg>
            {label} {said(values.findLast((value) => value !== null))} {unit}
          </span>
        ))}
      </figcaption>
      <div ref={place} className="trend-plot" role="img" aria-label={`${title} over ${names.length} runs; last: ${last.join(", ")}`} />
    </figure>
  );
}

function said(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(3)));
}
