import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Checkbox } from "react-aria-components/Checkbox";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { ComparisonQuery, ComparisonQuery$data } from "../__generated__/ComparisonQuery.graphql";
import { STATUS_NAMES, type Status } from "../runs/statuses";
import { Choice } from "../ui/Choice";
import { inDuration, local } from "../ui/times";
import { type Fact, factsOf, leavesOf } from "./differences";
import { FactRows } from "./FactRows";
import { ItemRows } from "./ItemRows";
import { RunHeads } from "./RunHeads";
import { ScoreRows } from "./ScoreRows";

const query = graphql`
  query ComparisonQuery($ids: [ID!]!) {
    compareRuns(ids: $ids) {
      runs {
        id
        name
        status
        createdAt
        tags
        metadata
        duration
        error
        dataset {
          datasetId
          targetId
        }
      }
      scores {
        scorerId
        means
        deltas
      }
      ...ItemRows_comparison
    }
  }
`;
type Run = ComparisonQuery$data["compareRuns"]["runs"][number];
type Props = { readonly ids: readonly string[]; readonly fetchKey: number };

/** Runs in columns: their mean scores, their facts and their items, below each other in one table. */
export function Comparison({ ids, fetchKey }: Props) {
  const { compareRuns } = useLazyLoadQuery<ComparisonQuery>(query, { ids }, { fetchPolicy: "store-and-network", fetchKey });
  const navigate = useNavigate();
  const [all, setAll] = useState(false);
  const { runs, scores } = compareRuns;
  const facts = useMemo(() => factsOf(runs.map(factsOfRun)), [runs]);
  const shown = all ? facts : facts.filter(({ differs }) => differs);
  const datasets = new Set(runs.map(({ dataset }) => dataset?.datasetId));
  const names = runs.map(nameOf);
  return (
    <>
      <div className="page-head">
        <h1>Compare {runs.length} runs</h1>
        <Choice
          label="Baseline"
          value={ids[0]!}
          options={runs.map((run) => ({ id: run.id, label: names.filter((name) => name === nameOf(run)).length > 1 ? `${nameOf(run)}, ${local(run.createdAt, Date.now())}` : nameOf(run) }))}
          choose={(base) => void navigate({ to: "/compare", search: { ids: [base, ...ids.filter((id) => id !== base)] }, replace: true })}
        />
        <Checkbox className="checkbox" isSelected={!all} onChange={(only) => setAll(!only)}>
          <span className="box" aria-hidden="true" />
          Only differences
        </Checkbox>
      </div>
      <table className="grid compare" style={{ "--runs": runs.length } as React.CSSProperties}>
        <RunHeads runs={runs} />
        <ScoreRows scores={scores} />
        <FactRows facts={shown} hidden={facts.length - shown.length} columns={runs.length + 1} />
        <ItemRows ids={ids} comparison={compareRuns} datasetId={datasets.size === 1 ? [...datasets][0] : undefined} />
      </table>
    </>
  );
}

function nameOf({ id, name }: Run): string {
  return name ?? id;
}

function factsOfRun(run: Run): ReadonlyMap<Fact["name"], string> {
  return new Map<string, string>([
    ["status", STATUS_NAMES[run.status as Status]],
    ["duration", typeof run.duration === "number" ? inDuration(run.duration) : "–"],
    ["tags", run.tags.toSorted().join(", ") || "–"],
    ...(run.dataset ? ([["dataset", run.dataset.datasetId], ["target", run.dataset.targetId]] as const) : []),
    ...(run.error ? ([["error", run.error]] as const) : []),
    ...[...leavesOf(run.metadata)].map(([path, value]) => [`metadata.${path}`, value] as const),
  ]);
}
