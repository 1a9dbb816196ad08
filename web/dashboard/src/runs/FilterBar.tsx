import { lazy, Suspense, useRef, useState } from "react";

import { Button } from "../ui/Button";
import { type Condition, OPERATOR_NAMES } from "./conditions";
import { describe } from "./describe";
import { SearchBox } from "./SearchBox";

const ConditionEditor = lazy(() => import("./ConditionEditor"));

type Props = {
  readonly text: string;
  readonly conditions: readonly Condition[];
  readonly setText: (text: string) => void;
  readonly setConditions: (conditions: readonly Condition[]) => void;
};

/** The text that is searched for, and a chip for each condition. */
export function FilterBar({ text, conditions, setText, setConditions }: Props) {
  const [editing, setEditing] = useState<number>();
  const anchor = useRef<HTMLElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const edit = (at: number, element: Element | null) => {
    anchor.current = element as HTMLElement | null;
    setEditing(at);
  };
  const replace = (condition: Condition | undefined) => {
    setConditions(conditions.toSpliced(editing ?? conditions.length, 1, ...(condition ? [condition] : [])));
    setEditing(undefined);
  };
  return (
    <div className="filter-bar">
      <SearchBox text={text} setText={setText} />
      <div className="chips" role="group" aria-label="Filters">
        {conditions.map((condition, at) => {
          const { label, values } = describe(condition);
          const words = `${label} ${OPERATOR_NAMES[condition.op]} ${values}`;
          return (
            <span className="chip" key={at}>
              <Button tone="quiet" className="chip-text" onPress={(event) => edit(at, event.target)} aria-label={`Change filter: ${words}`}>
                <span className="chip-field">{label}</span> <span className="chip-op">{OPERATOR_NAMES[condition.op]}</span>{" "}
                <span className="chip-values">{values}</span>
              </Button>
              <Button
                tone="quiet"
                className="chip-remove"
                aria-label={`Remove filter: ${words}`}
                onPress={() => setConditions(conditions.toSpliced(at, 1))}
              >
                ×
              </Button>
            </span>
          );
        })}
        <Button ref={add} tone="quiet" className="add-filter" data-shortcut="f" onPress={(event) => edit(conditions.length, event.target)}>
          + Filter
        </Button>
        {(conditions.length > 1 || (conditions.length > 0 && text !== "")) && (
          <Button tone="quiet" onPress={() => setConditions([])}>
            Clear
          </Button>
        )}
      </div>
      {editing !== undefined && (
        <Suspense>
          <ConditionEditor
            anchor={anchor}
            condition={conditions[editing]}
            done={replace}
            close={() => setEditing(undefined)}
          />
        </Suspense>
      )}
    </div>
  );
}
