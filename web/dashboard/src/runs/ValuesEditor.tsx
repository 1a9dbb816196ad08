import { useState } from "react";

import { Button } from "../ui/Button";
import { SuggestionBox } from "../ui/SuggestionBox";
import type { Field } from "./fields";
import { STATUS_NAMES, STATUSES } from "./statuses";
import { offers } from "./offers";

type Props = {
  readonly field: Field;
  readonly values: readonly string[];
  readonly setValues: (values: readonly string[]) => void;
};

/** The values of a condition, each offered while it is typed. */
export function ValuesEditor({ field, values, setValues }: Props) {
  const [typed, setTyped] = useState("");
  const add = (value: string) => {
    setTyped("");
    if (value && !values.includes(value)) setValues([...values, value]);
  };
  return (
    <div className="values-editor">
      <div className="chips">
        {values.map((value) => (
          <span className="chip" key={value}>
            <span className="chip-text">{STATUS_NAMES[value as keyof typeof STATUS_NAMES] ?? value}</span>
            <Button
              tone="quiet"
              className="chip-remove"
              aria-label={`Remove ${value}`}
              onPress={() => setValues(values.filter((other) => other !== value))}
            >
              ×
            </Button>
          </span>
        ))}
      </div>
      <SuggestionBox
        label={`${field.label}: value`}
        placeholder="Value…"
        typed={typed}
        setTyped={setTyped}
        fixed={fixedOffers(field, typed).filter(({ id }) => !values.includes(id))}
        suggest={async (text) => (await offers(field.id, text)).filter(({ id }) => !values.includes(id))}
        {...(field.id === "status" || field.kind === "yes" ? {} : { own: (text: string) => ({ id: text, label: text }) })}
        choose={add}
      />
    </div>
  );
}

function fixedOffers(field: Field, typed: string) {
  const all =
    field.id === "status"
      ? STATUSES.map((id) => ({ id, label: STATUS_NAMES[id] }))
      : field.kind === "yes"
        ? [
            { id: "yes", label: "yes" },
            { id: "no", label: "no" },
          ]
        : [];
  return all.filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
}
