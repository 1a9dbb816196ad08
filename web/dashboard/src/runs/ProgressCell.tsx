import { inNumber } from "../ui/times";
import type { RunCells } from "./useRunCells";

/** How many of a dataset's items have a result, and how they went. */
export function ProgressCell({ run }: { run: RunCells }) {
  if (!run.dataset) return <span className="faint">–</span>;
  const { totalItems, succeededCount, failedCount } = run.dataset;
  const done = succeededCount + failedCount;
  const total = Math.max(totalItems, done, 1);
  const words = `${inNumber(succeededCount)} of ${inNumber(totalItems)} succeeded, ${inNumber(failedCount)} failed`;
  return (
    <span className="progress" title={words}>
      <svg className="progress-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="good" width={(succeededCount / total) * 100} height="6" />
        <rect className="bad" x={(succeededCount / total) * 100} width={(failedCount / total) * 100} height="6" />
      </svg>
      <span className="progress-text">
        {inNumber(done)}/{inNumber(totalItems)}
        {failedCount > 0 && <span className="bad-text"> {inNumber(failedCount)} failed</span>}
      </span>
    </span>
  );
}
