import { useNow } from "../live/now";
import { inDuration } from "../ui/times";
import { secondsOf, silence } from "./activity";
import { DEFAULT_RUN } from "./default-run";
import { isOpen } from "./statuses";
import type { RunCells } from "./useRunCells";

/** How long a run took, or takes so far; an active run that says nothing is marked. */
export function DurationCell({ run }: { run: RunCells }) {
  const open = isOpen(run.status);
  const now = useNow(!open);
  const seconds = secondsOf(run, now);
  const quiet = silence(run, now);
  if (seconds === undefined || run.id === DEFAULT_RUN) return <span className="faint">–</span>;
  return (
    <span className={open ? "duration open" : "duration"}>
      {inDuration(open ? Math.floor(seconds) : seconds)}
      {quiet !== undefined && (
        <span className="silent" title={`Nothing was written for ${inDuration(quiet)}`}>
          silent
        </span>
      )}
    </span>
  );
}
