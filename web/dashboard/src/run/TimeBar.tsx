import type { Span } from "./span";

type Run = {
  readonly status: string;
  readonly createdAt: string;
  readonly startedAt?: string | null | undefined;
  readonly finishedAt?: string | null | undefined;
};
type Props = { readonly run: Run; readonly span: Span; readonly now: number };

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
