import { graphql } from "react-relay";
import { ToggleButton } from "react-aria-components/ToggleButton";

import { useFollowed } from "../live/useFollowed";
import { StatusIcon } from "../ui/StatusIcon";
import { inNumber } from "../ui/times";
import { type Condition, valuesOf, withValues } from "./conditions";
import { filterOf } from "./filter";
import { STATUS_NAMES, STATUSES, type Status } from "./statuses";

const counts = graphql`
  subscription StatusTilesSubscription($filter: RunFilter) {
    runCounts(filter: $filter, groupBy: STATUS) {
      key
      count
    }
  }
`;

type Counts = { readonly runCounts: readonly { readonly key: string; readonly count: number }[] };

type Props = {
  /** Whether the list is there, which is what the reader waits for. */
  readonly isReady: boolean;
  readonly conditions: readonly Condition[];
  readonly text: string;
  readonly setConditions: (conditions: readonly Condition[]) => void;
};

/** How many runs have each status, of those that pass all other conditions; a tile filters by its status. */
export function StatusTiles({ isReady, conditions, text, setConditions }: Props) {
  const others = conditions.filter(({ field }) => field !== "status");
  const data = useFollowed<Counts>(counts, isReady ? { filter: { ...filterOf(others, text), includeArchived: true } } : undefined);
  const count = (status: Status) => data?.runCounts.find(({ key }) => key === status)?.count ?? 0;
  const chosen = valuesOf(conditions, "status", "any");
  const toggle = (status: Status, on: boolean) => {
    const values = on ? [...chosen, status] : chosen.filter((value) => value !== status);
    setConditions(withValues(conditions, "status", "any", values));
  };
  return (
    <div className="tiles" role="group" aria-label="Runs by status">
      {STATUSES.map((status) => (
        <ToggleButton
          key={status}
          className="tile"
          data-status={status}
          isSelected={chosen.includes(status)}
          onChange={(on) => toggle(status, on)}
        >
          <span className="tile-name">
            <StatusIcon status={status} />
            {STATUS_NAMES[status]}
          </span>
          <span className="tile-count">{data ? inNumber(count(status)) : "…"}</span>
        </ToggleButton>
      ))}
    </div>
  );
}
