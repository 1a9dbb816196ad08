import type { TreeRun } from "./useTree";

type Props = { readonly run: TreeRun; readonly span: { readonly from: number; readonly to: number }; readonly now: number };

/** When a run ran, within the time of the tree. */
export function TimeBar({ run, span, now }: Props) {
  const from = Date.parse(run.startedAt ?? run.createdAt);
  const to = run.finishedAt ? Date.parse(run.finishedAt) : now;
  const scale = 1000 / (span.to - span.from);
  return (
    <svg className="time-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" data-status={run.status}>
      <rect x={(from - span.from) * scale} width={Math.max((to - from) * scale, 4)} y="2" height="6" rx="2" />
    </svg>
  );
}
