import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { TextField } from "react-aria-components/TextField";

import { Button } from "../../ui/Button";

const SPANS: readonly { readonly label: string; readonly hours: number }[] = [
  { label: "Last hour", hours: 1 },
  { label: "Last 24 h", hours: 24 },
  { label: "Last 7 d", hours: 168 },
  { label: "Last 30 d", hours: 720 },
];

type Props = {
  readonly kind: string;
  readonly values: readonly string[];
  readonly setValues: (values: readonly string[]) => void;
};

/** From and to, of time or of seconds; a side that is left out is open. */
export function RangeEditor({ kind, values, setValues }: Props) {
  const [from = "", to = ""] = values;
  const isTime = kind === "time";
  return (
    <>
      {isTime && (
        <div className="spans">
          {SPANS.map(({ label, hours }) => (
            <Button key={label} onPress={() => setValues([new Date(Date.now() - hours * 3_600_000).toISOString(), ""])}>
              {label}
            </Button>
          ))}
        </div>
      )}
      <div className="range">
        <End label="From" isTime={isTime} value={from} set={(value) => setValues([value, to])} autoFocus />
        <End label="To" isTime={isTime} value={to} set={(value) => setValues([from, value])} />
      </div>
      {!isTime && <p className="faint">Seconds</p>}
    </>
  );
}

type EndProps = {
  readonly label: string;
  readonly isTime: boolean;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly autoFocus?: boolean;
};

function End({ label, isTime, value, set, autoFocus = false }: EndProps) {
  return (
    <TextField className="field" autoFocus={autoFocus}>
      <Label>{label}</Label>
      <Input
        className="input"
        type={isTime ? "datetime-local" : "number"}
        min={0}
        step="any"
        value={isTime ? localText(value) : value}
        onChange={(event) => set(isTime ? instantOf(event.currentTarget.value) : event.currentTarget.value)}
      />
    </TextField>
  );
}

/** An instant as the browser's own field takes it: in the reader's zone. */
function localText(at: string): string {
  if (!at) return "";
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function instantOf(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
