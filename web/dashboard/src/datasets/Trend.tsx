import { TrendLine } from "./TrendLine";

type Summary = {
  readonly items: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly latencyP50?: number | null | undefined;
  readonly latencyP95?: number | null | undefined;
  readonly scores: readonly { readonly scorerId: string; readonly mean?: number | null | undefined }[];
};
type Run = { readonly id: string; readonly name?: string | null | undefined; readonly createdAt: string; readonly resultSummary: Summary };

/** How runs went, one after the other: how many items passed, how long they took, and what scorers said. */
export function Trend({ runs }: { runs: readonly Run[] }) {
  const names = runs.map(({ id, name }) => name ?? id);
  const summaries = runs.map(({ resultSummary }) => resultSummary);
  const scorers = [...new Set(summaries.flatMap(({ scores }) => scores.map(({ scorerId }) => scorerId)))].slice(0, 4);
  const passed = summaries.map(({ succeeded, failed }) => (succeeded + failed ? (100 * succeeded) / (succeeded + failed) : null));
  return (
    <div className="trends">
      <TrendLine title="Passed" unit="%" names={names} series={[{ label: "passed", colour: "--good", values: passed }]} least={0} most={100} />
      <TrendLine
        title="Latency"
        unit="ms"
        names={names}
        series={[
          { label: "p50", colour: "--open", values: summaries.map(({ latencyP50 }) => latencyP50 ?? null) },
          { label: "p95", colour: "--paused", values: summaries.map(({ latencyP95 }) => latencyP95 ?? null) },
        ]}
        least={0}
      />
      {scorers.length > 0 && (
        <TrendLine
          title="Mean score"
          unit=""
          names={names}
          series={scorers.map((scorer, at) => ({
            label: scorer,
            colour: COLOURS[at]!,
            values: summaries.map(({ scores }) => scores.find(({ scorerId }) => scorerId === scorer)?.mean ?? null),
          }))}
        />
      )}
    </div>
  );
}

const COLOURS = ["--accent", "--archived", "--good", "--paused"] as const;
