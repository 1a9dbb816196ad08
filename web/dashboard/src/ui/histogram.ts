/** A bar of a histogram, from one value up to another. */
export type Bin = { readonly from: number; readonly to: number; readonly count: number };

/** Bins of equal width on a logarithmic scale, for values that lie far apart, such as latencies. */
export function logBins(values: readonly number[], bins: number): readonly Bin[] {
  const positive = values.filter((value) => value > 0);
  if (!positive.length) return [];
  const [least, most] = [Math.log(Math.min(...positive)), Math.log(Math.max(...positive))];
  const width = (most - least) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of positive) {
    const at = Math.min(bins - 1, Math.floor((Math.log(value) - least) / width));
    counts[at] = counts[at]! + 1;
  }
  return counts.map((count, at) => ({ from: Math.exp(least + at * width), to: Math.exp(least + (at + 1) * width), count }));
}
