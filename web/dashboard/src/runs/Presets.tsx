import { Button } from "../ui/Button";
import { presetsAt } from "./presets";
import type { RunsQuery } from "./search";

/** The questions that everybody asks, each one press away. */
export function Presets({ change }: { change: (part: Partial<RunsQuery>) => void }) {
  return (
    <span className="presets" role="group" aria-label="Usual questions">
      {presetsAt(Date.now()).map(({ label }) => (
        <Button
          key={label}
          tone="quiet"
          onPress={() => {
            const preset = presetsAt(Date.now()).find((one) => one.label === label);
            if (preset) change({ text: "", conditions: preset.conditions, order: preset.order });
          }}
        >
          {label}
        </Button>
      ))}
    </span>
  );
}
