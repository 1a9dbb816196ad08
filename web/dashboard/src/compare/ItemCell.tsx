import { firstLine } from "../runs/columns";
import { StatusIcon } from "../ui/StatusIcon";
import { inDuration } from "../ui/times";
import { isFailed, type ItemRow } from "./worst";

type Result = ItemRow["results"][number];

/** A run's result at an item, and how it differs from the baseline's. */
export function ItemCell({ result, base }: { result: Result; base: Result }) {
  if (!result) return <span className="faint">missing</span>;
  const failed = isFailed(result);
  const slower = base && base.latency > 0 ? result.latency / base.latency - 1 : 0;
  return (
    <span className="item-cell">
      <span className="item-line">
        <StatusIcon status={failed ? "FAILED" : "COMPLETED"} />
        <span className="visually-hidden">{failed ? "failed" : "succeeded"}</span>
        {inDuration(result.latency / 1000)}
        {base && Math.abs(slower) >= 0.01 && (
          <span className={slower > 0 ? "delta worse" : "delta better"}>
            {slower > 0 ? "+" : "−"}
            {Math.abs(Math.round(slower * 100))} %
          </span>
        )}
      </span>
      {result.scores.map(({ scorerId, value }) => {
        const former = base?.scores.find((score) => score.scorerId === scorerId)?.value;
        const delta = typeof value === "number" && typeof former === "number" ? value - former : 0;
        return (
          <span key={scorerId} className="item-line">
            <span className="faint">{scorerId}</span> {typeof value === "number" ? Number(value.toFixed(3)) : "–"}
            {delta !== 0 && (
              <span className={delta < 0 ? "delta worse" : "delta better"}>
                {delta > 0 ? "+" : "−"}
                {Math.abs(delta).toFixed(3)}
              </span>
            )}
          </span>
        );
      })}
      {failed && <span className="error-line">{firstLine(result.error ?? "")}</span>}
    </span>
  );
}
