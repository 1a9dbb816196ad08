import { useNow } from "../live/now";
import { inFull, local } from "./times";

/** An instant in the reader's zone; in UTC when they point at it. */
export function Time({ at }: { at: string | null | undefined }) {
  const now = useNow(true);
  if (!at) return <span className="faint">–</span>;
  return (
    <time dateTime={at} title={inFull(at)}>
      {local(at, now)}
    </time>
  );
}
