import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { TextField } from "react-aria-components/TextField";

import { Button } from "../ui/Button";

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
  const read = (text: string) => (isTime ? instantOf(text) : text);
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
        <TextField className="field" autoFocus>
          <Label>From</Label>
          <Input
            className="input"
            type={isTime ? "datetime-local" : "number"}
            min={0}
            step="any"
            value={isTime ? localText(from) : from}
            onChange={(event) => setValues([read(event.currentTarget.value), to])}
          />
        </TextField>
        <TextField className="field">
          <Label>To</Label>
          <Input
            className="input"
            type={isTime ? "datetime-local" : "number"}
            min={0}
            step="any"
            value={isTime ? localText(to) : to}
            onChange={(event) => setValues([from, read(event.currentTarget.value)])}
          />
        </TextField>
      </div>
      {!isTime && <p className="faint">Seconds</p>}
    </>
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
