import { useMemo } from "react";

import { logBins } from "../ui/histogram";
import { inDuration } from "../ui/times";

const BINS = 32;

/** How long results took, in milliseconds, on a logarithmic scale. */
export function LatencyHistogram({ latencies }: { latencies: readonly number[] }) {
  const bins = useMemo(() => logBins(latencies, BINS), [latencies]);
  const [first, last] = [bins[0], bins.at(-1)];
  if (!first || !last) return null;
  const most = Math.max(...bins.map(({ count }) => count));
  const said = (milliseconds: number) => inDuration(milliseconds / 1000);
  return (
    <figure className="histogram">
      <svg viewBox={`0 0 ${BINS * 8} 48`} preserveAspectRatio="none" role="img" aria-label={`Latencies from ${said(first.from)} to ${said(last.to)}`}>
        {bins.map(({ from, to, count }, at) => (
          <rect key={at} x={at * 8 + 0.5} width={7} y={48 - (count / most) * 46} height={(count / most) * 46}>
            <title>{`${count} from ${said(from)} to ${said(to)}`}</title>
          </rect>
        ))}
      </svg>
      <figcaption>
        <span>{said(first.from)}</span>
        <span>latency</span>
        <span>{said(last.to)}</span>
      </figcaption>
    </figure>
  );
}
