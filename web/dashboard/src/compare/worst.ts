type Result = {
  readonly error?: string | null | undefined;
  readonly latency: number;
  readonly scores: readonly { readonly scorerId: string; readonly value?: number | null | undefined }[];
};
export type ItemRow = { readonly itemId: string; readonly results: readonly (Result | null | undefined)[] };

/** Items that became worst against the first run come first: failures, then lost score, then lost time. */
export function worstFirst<Row extends ItemRow>(rows: readonly Row[]): readonly Row[] {
  const ranked = rows.map((row) => ({ row, rank: rankOf(row.results) }));
  ranked.sort((a, b) => compare(a.rank, b.rank));
  return ranked.map(({ row }) => row);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : b[at]! - a[at]!;
}

function rankOf([base, ...others]: ItemRow["results"]): readonly number[] {
  const baseFailed = !base || isFailed(base);
  const failures = others.filter((result) => !baseFailed && (!result || isFailed(result))).length;
  const lost = others.map((result) => (base && result ? lostScore(base, result) : 0));
  const slower = others.map((result) => (base && result ? result.latency - base.latency : 0));
  const failing = others.filter((result) => result && isFailed(result)).length;
  return [failures, Math.max(0, ...lost), failing, Math.max(0, ...slower)];
}

export function isFailed(result: Result): boolean {
  return result.error !== null && result.error !== undefined;
}

function lostScore(base: Result, result: Result): number {
  const lost = base.scores.map(({ scorerId, value }) => {
    const now = result.scores.find((score) => score.scorerId === scorerId)?.value;
    return typeof value === "number" && typeof now === "number" ? value - now : 0;
  });
  return Math.max(0, ...lost);
}
