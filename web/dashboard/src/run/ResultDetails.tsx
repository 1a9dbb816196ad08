import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import type { ResultDetails_result$data, ResultDetails_result$key } from "../__generated__/ResultDetails_result.graphql";
import { firstLine } from "../runs/columns";
import { Diff } from "../ui/Diff";
import { Json } from "../ui/Json";
import { StatusIcon } from "../ui/StatusIcon";
import { Time } from "../ui/Time";
import { inDuration } from "../ui/times";

const fragment = graphql`
  fragment ResultDetails_result on RunResult {
    id
    itemId
    error
    latency
    startedAt
    retryCount
    late
    labels
    annotations
    traceId
    input
    output
    expectedOutput
    scores {
      scorerId
      value
      reason
      error
    }
  }
`;

/** A result as a line; opened, its error, its expected and its actual output, and its scores. */
export function ResultDetails({ result: key }: { result: ResultDetails_result$key }) {
  const result = useFragment(fragment, key);
  const [open, setOpen] = useState(false);
  const { itemId, error, latency, retryCount, late, scores, labels } = result;
  return (
    <details className="result" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <StatusIcon status={error === null || error === undefined ? "COMPLETED" : "FAILED"} />
        <span className="result-item">
          {itemId}
          {retryCount > 0 && <span className="faint"> retry {retryCount}</span>}
          {late && <span className="faint"> late</span>}
        </span>
        {error !== null && error !== undefined && <span className="error-line">{firstLine(error)}</span>}
        <span className="result-scores">
          {scores.map(({ scorerId, value }) => (
            <span key={scorerId} className="tag">
              {scorerId} {value === null || value === undefined ? "–" : Number(value.toFixed(3))}
            </span>
          ))}
          {labels.map((label) => (
            <span key={label} className="tag">
              {label}
            </span>
          ))}
        </span>
        <span className="result-latency">{inDuration(latency / 1000)}</span>
      </summary>
      {open && <Opened result={result} />}
    </details>
  );
}

function Opened({ result }: { result: ResultDetails_result$data }) {
  const { error, expectedOutput, output, input, startedAt, scores, annotations, traceId } = result;
  const expects = expectedOutput !== null && expectedOutput !== undefined;
  return (
    <div className="result-body">
      {error !== null && error !== undefined && (
        <div className="run-error">
          <pre tabIndex={0}>{error}</pre>
        </div>
      )}
      {expects && output !== null && output !== undefined ? (
        <>
          <h3>Expected and actual</h3>
          <Diff from={expectedOutput} to={output} />
        </>
      ) : (
        <>
          {expects && (
            <>
              <h3>Expected</h3>
              <Json value={expectedOutput} />
            </>
          )}
          {output !== null && output !== undefined && (
            <>
              <h3>Actual</h3>
              <Json value={output} />
            </>
          )}
        </>
      )}
      <h3>Input</h3>
      <Json value={input} />
      {scores.some(({ reason, error: trouble }) => reason ?? trouble) && (
        <ul>
          {scores.map(({ scorerId, reason, error: trouble }) => (
            <li key={scorerId}>
              {scorerId}: {trouble ?? reason ?? "no reason"}
            </li>
          ))}
        </ul>
      )}
      {annotations !== null && annotations !== undefined && (
        <>
          <h3>Annotations</h3>
          <Json value={annotations} />
        </>
      )}
      <p className="faint">
        Started <Time at={startedAt} />
        {traceId && <> · trace {traceId}</>}
      </p>
    </div>
  );
}
