import { useEffect, useState } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { RunResultsQuery } from "../__generated__/RunResultsQuery.graphql";
import { Empty } from "../ui/Empty";
import { inDuration, inNumber } from "../ui/times";
import { LatencyHistogram } from "./LatencyHistogram";
import { ResultList } from "./ResultList";

const query = graphql`
  query RunResultsQuery($id: ID!) {
    run(id: $id) {
      id
      resultSummary {
        total
        items
        succeeded
        failed
        latencyMean
        latencyP50
        latencyP95
        scores {
          scorerId
          count
          mean
          min
          max
        }
      }
      failed: results(first: 50, filter: { succeeded: false }) {
        ...ResultList_results
      }
      succeeded: results(first: 50, filter: { succeeded: true }) {
        ...ResultList_results
      }
      sample: results(first: 500) {
        nodes {
          id
          latency
        }
      }
    }
  }
`;
const PAUSE = 1_000; // milliseconds between two readings while results arrive

/** The results of a run: those that failed first. They are read again whenever the run says that more arrived. */
export default function RunResults({ id, recorded }: { id: string; recorded: number }) {
  const fresh = useCalmed(recorded);
  const { run } = useLazyLoadQuery<RunResultsQuery>(query, { id }, { fetchPolicy: "store-and-network", fetchKey: fresh });
  if (!run) return null;
  const { total, items, succeeded, failed, latencyMean, latencyP50, latencyP95, scores } = run.resultSummary;
  if (total === 0) {
    return (
      <Empty title="No results yet">
        <p>
          <code>recordResults</code> adds them.
        </p>
      </Empty>
    );
  }
  return (
    <div className="results">
      <div className="figures">
        <Figure name="Items" value={inNumber(items)} />
        <Figure name="Succeeded" value={inNumber(succeeded)} />
        <Figure name="Failed" value={inNumber(failed)} bad={failed > 0} />
        <Figure name="Mean" value={milliseconds(latencyMean)} />
        <Figure name="p50" value={milliseconds(latencyP50)} />
        <Figure name="p95" value={milliseconds(latencyP95)} />
        <LatencyHistogram latencies={run.sample.nodes.map(({ latency }) => latency)} />
      </div>
      {scores.length > 0 && (
        <div className="scroll">
          <table className="grid">
            <caption>Scores</caption>
            <thead>
              <tr>
                <th scope="col">Scorer</th>
                <th scope="col" className="number">Mean</th>
                <th scope="col" className="number">Least</th>
                <th scope="col" className="number">Most</th>
                <th scope="col" className="number">Results</th>
              </tr>
            </thead>
            <tbody>
              {scores.map(({ scorerId, mean, min, max, count }) => (
                <tr key={scorerId}>
                  <th scope="row">{scorerId}</th>
                  <td className="number">{score(mean)}</td>
                  <td className="number">{score(min)}</td>
                  <td className="number">{score(max)}</td>
                  <td className="number">{inNumber(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <ResultList title="Failed" runId={id} succeeded={false} results={run.failed} />
      <ResultList title="Succeeded" runId={id} succeeded results={run.succeeded} />
    </div>
  );
}

function Figure({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div className="figure">
      <span className="faint">{name}</span>
      <strong className={bad ? "bad-text" : ""}>{value}</strong>
    </div>
  );
}

function milliseconds(latency: number | null | undefined): string {
  return latency === null || latency === undefined ? "–" : inDuration(latency / 1000);
}

function score(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : value.toFixed(3);
}

/** A number that changes at most so often; the last value is never left out. */
function useCalmed(value: number): number {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    if (calm === value) return undefined;
    const timer = setTimeout(() => setCalm(value), PAUSE);
    return () => clearTimeout(timer);
  }, [calm === value]);
  return calm;
}
