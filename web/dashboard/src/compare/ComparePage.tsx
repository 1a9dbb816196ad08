import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense, useDeferredValue, useMemo, useState } from "react";
import { Checkbox } from "react-aria-components/Checkbox";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { ComparePageQuery } from "../__generated__/ComparePageQuery.graphql";
import { useChanges } from "../live/useChanges";
import { STATUS_NAMES, type Status } from "../runs/statuses";
import { Choice } from "../ui/Choice";
import { Empty } from "../ui/Empty";
import { StatusBadge } from "../ui/StatusBadge";
import { inDuration } from "../ui/times";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";
import "./compare.css";
import { factsOf, leavesOf } from "./differences";
import { ItemTable } from "./ItemTable";

const query = graphql`
  query ComparePageQuery($ids: [ID!]!) {
    compareRuns(ids: $ids) {
      runs {
        id
        name
        status
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
      ...ItemTable_comparison
    }
  }
`;
const route = getRouteApi("/compare");

/** 2 to 20 runs side by side. The first is what the others are held against. */
export function ComparePage() {
  useTitle("Compare");
  const { ids } = route.useSearch();
  return (
    <main className="page" id="main">
      {ids.length < 2 ? (
        <Empty title="Nothing to compare">
          <p>
            Mark 2 to 20 runs in <Link to="/">the list</Link> with <kbd>x</kbd>, then choose Compare.
          </p>
        </Empty>
      ) : (
        <Suspense fallback={<p className="faint">Loading…</p>}>
          <Shown key={ids.join()} ids={ids} />
        </Suspense>
      )}
    </main>
  );
}

function Shown({ ids }: { ids: readonly string[] }) {
  const fetchKey = useDeferredValue(useChanges({ ids: [...ids], includeArchived: true }));
  const { compareRuns } = useLazyLoadQuery<ComparePageQuery>(query, { ids }, { fetchPolicy: "store-and-network", fetchKey });
  const navigate = route.useNavigate();
  const [all, setAll] = useState(false);
  const { runs, scores } = compareRuns;
  const facts = useMemo(
    () =>
      factsOf(
        runs.map(
          (run) =>
            new Map<string, string>([
              ["status", STATUS_NAMES[run.status as Status]],
              ["duration", typeof run.duration === "number" ? inDuration(run.duration) : "–"],
              ["tags", run.tags.join(", ") || "–"],
              ...(run.dataset ? ([["dataset", run.dataset.datasetId], ["target", run.dataset.targetId]] as const) : []),
              ...(run.error ? ([["error", run.error]] as const) : []),
              ...leavesOf(run.metadata),
            ]),
        ),
      ),
    [runs],
  );
  const shown = all ? facts : facts.filter(({ differs }) => differs);
  return (
    <>
      <div className="page-head">
        <h1>Compare {runs.length} runs</h1>
        <Choice
          label="Baseline"
          value={ids[0]!}
          options={runs.map(({ id, name }) => ({ id, label: name ?? id }))}
          choose={(base) => void navigate({ search: { ids: [base, ...ids.filter((id) => id !== base)] }, replace: true })}
        />
        <Checkbox className="checkbox" isSelected={!all} onChange={(only) => setAll(!only)}>
          <span className="box" aria-hidden="true" />
          Only differences
        </Checkbox>
      </div>
      <div className="scroll">
        <table className="grid compare">
          <thead>
            <tr>
              <th scope="col">Fact</th>
              {runs.map(({ id, name, status }, at) => (
                <th scope="col" key={id}>
                  <Link to="/runs/$id" params={{ id }}>
                    {name ?? id}
                  </Link>
                  <br />
                  <StatusBadge status={status as Status} note={at === 0 ? "baseline" : undefined} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {values.map((value, at) => (
                  <td key={at} className={at > 0 && value !== values[0] ? "differs" : ""}>
                    {value ?? <span className="faint">–</span>}
                  </td>
                ))}
              </tr>
            ))}
            {scores.map(({ scorerId, means, deltas }) => (
              <tr key={`score ${scorerId}`}>
                <th scope="row">mean {scorerId}</th>
                {means.map((mean, at) => (
                  <td key={at}>
                    {mean === null || mean === undefined ? <span className="faint">–</span> : mean.toFixed(3)}
                    {at > 0 && typeof deltas[at] === "number" && <Delta value={deltas[at]} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <p className="faint">Tags and metadata are the same.</p>}
      <ItemTable ids={ids} comparison={compareRuns} names={runs.map(({ id, name }) => name ?? id)} />
    </>
  );
}

function Delta({ value }: { value: number }) {
  if (value === 0) return null;
  return <span className={value < 0 ? "delta worse" : "delta better"}> {value > 0 ? "+" : "−"}{Math.abs(value).toFixed(3)}</span>;
}
