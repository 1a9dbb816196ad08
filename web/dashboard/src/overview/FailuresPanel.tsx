import { graphql, useFragment } from "react-relay";

import type { FailuresPanel_run$key } from "../__generated__/FailuresPanel_run.graphql";
import { firstLine } from "../runs/columns";
import { StatusIcon } from "../ui/StatusIcon";
import { inDuration, inNumber } from "../ui/times";
import { Panel } from "./Panel";

const fragment = graphql`
  fragment FailuresPanel_run on Run {
    id
    resultSummary {
      total
      failed
    }
    failures: results(first: 5, filter: { succeeded: false }) {
      nodes {
        id
        itemId
        error
        latency
      }
    }
  }
`;

/** The first results that failed. */
export function FailuresPanel({ run: key }: { run: FailuresPanel_run$key }) {
  const { id, resultSummary, failures } = useFragment(fragment, key);
  if (!failures.nodes.length) return null;
  return (
    <Panel title="Failed results" note={`${inNumber(resultSummary.failed)} of ${inNumber(resultSummary.total)}`} all={{ id, part: "results" }}>
      <ul className="lines">
        {failures.nodes.map(({ id: result, itemId, error, latency }) => (
          <li key={result}>
            <StatusIcon status="FAILED" />
            <span className="line-name" title={itemId}>
              {itemId}
            </span>
            <span className="error-line line-rest" title={error?.slice(0, 2000)}>
              {firstLine(error ?? "")}
            </span>
            <span className="line-end">{inDuration(latency / 1000)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
