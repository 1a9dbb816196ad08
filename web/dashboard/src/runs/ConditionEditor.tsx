import { type RefObject, useState } from "react";

import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Popup } from "../ui/Popup";
import { BARE, type Condition, isMetadata, OPERATOR_NAMES } from "./conditions";
import { FieldChoice } from "./FieldChoice";
import { fieldOf } from "./fields";
import { RangeEditor } from "./RangeEditor";
import { ValuesEditor } from "./ValuesEditor";

type Props = {
  readonly anchor: RefObject<Element | null>;
  readonly condition: Condition | undefined;
  readonly done: (condition: Condition | undefined) => void;
  readonly close: () => void;
};

/** Makes or changes a condition: which field, how it is compared, and with what. */
export default function ConditionEditor({ anchor, condition, done, close }: Props) {
  const [draft, setDraft] = useState(condition);
  return (
    <Popup anchor={anchor} label={condition ? "Change filter" : "Add filter"} close={close}>
      {draft === undefined ? (
        <FieldChoice choose={(id) => setDraft({ field: id, op: fieldOf(id).operators[0] ?? "any", values: [] })} />
      ) : (
        <form
          className="editor"
          onSubmit={(event) => {
            event.preventDefault();
            done(draft.values.some(Boolean) || BARE.has(draft.op) ? draft : undefined);
          }}
        >
          <Draft draft={draft} setDraft={setDraft} />
          <div className="editor-end">
            {condition && (
              <Button tone="quiet" onPress={() => done(undefined)}>
                Remove
              </Button>
            )}
            <Button type="submit" tone="primary">
              Apply
            </Button>
          </div>
        </form>
      )}
    </Popup>
  );
}

function Draft({ draft, setDraft }: { draft: Condition; setDraft: (draft: Condition) => void }) {
  const field = fieldOf(draft.field);
  const setValues = (values: readonly string[]) => setDraft({ ...draft, values });
  return (
    <>
      <div className="editor-head">
        <strong>{isMetadata(field.id) ? field.id.slice("metadata.".length) : field.label}</strong>
        {field.operators.length > 1 ? (
          <Choice
            label="Comparison"
            hideLabel
            value={draft.op}
            options={field.operators.map((id) => ({ id, label: OPERATOR_NAMES[id] }))}
            choose={(op) => setDraft({ ...draft, op: op as Condition["op"] })}
          />
        ) : (
          <span className="faint">{OPERATOR_NAMES[draft.op]}</span>
        )}
      </div>
      {BARE.has(draft.op) ? null : draft.op === "range" ? (
        <RangeEditor kind={field.kind} values={draft.values} setValues={setValues} />
      ) : (
        <ValuesEditor field={field} values={draft.values} setValues={setValues} />
      )}
    </>
  );
}
