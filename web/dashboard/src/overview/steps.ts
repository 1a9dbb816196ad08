type Times = { readonly createdAt: string; readonly startedAt?: string | null | undefined; readonly finishedAt?: string | null | undefined };
type Entry = {
  readonly kind: string;
  readonly at: string;
  readonly status: string;
  readonly reason?: string | null | undefined;
  readonly actor?: string | null | undefined;
};

/** A step in a run's life: created, started, or moved to a status; `after` are the seconds since the step before. */
export type Step = {
  readonly what: string;
  readonly status?: string;
  readonly at: string;
  readonly after?: number;
  readonly reason?: string | null | undefined;
  readonly actor?: string | null | undefined;
};

const MOST = 8;

/** The steps of a run in the order of time; of a run with many moves the first two and the last ones. */
export function stepsOf({ createdAt, startedAt }: Times, history: readonly Entry[]): readonly Step[] {
  const creation = history.find(({ kind }) => kind === "CREATED");
  const steps: Step[] = [{ what: "Created", at: createdAt, actor: creation?.actor }];
  if (startedAt) steps.push({ what: "Started", at: startedAt });
  for (const { kind, status, at, reason, actor } of history) {
    if (kind === "STATUS") steps.push({ what: status, status, at, reason, actor });
  }
  steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const timed = steps.map((step, index) => {
    const before = steps[index - 1];
    return before ? { ...step, after: Math.max(0, (Date.parse(step.at) - Date.parse(before.at)) / 1000) } : step;
  });
  return timed.length <= MOST ? timed : [...timed.slice(0, 2), ...timed.slice(2 - MOST)];
}
