import { Choice } from "../ui/Choice";
import { SPANS } from "./timeline";

/** How much of the time until now the timeline shows. */
export default function SpanChoice({ hours, setHours }: { hours: number; setHours: (hours: number) => void }) {
  return (
    <Choice
      label="Time shown"
      hideLabel
      value={String(hours)}
      options={SPANS.map(({ hours: span, label }) => ({ id: String(span), label }))}
      choose={(span) => setHours(Number(span))}
    />
  );
}
