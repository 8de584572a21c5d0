/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1];
  const high = sorted[Math.floor(half)];
  if (low === undefined || high === undefined) throw new Error("no median of no values");
  return (low + high) / 2;
}

/** The smallest value that at least `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new Error("no percentile of no values");
  return found;
}

/** A median and the range that it is the median of. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** How far the rounds of one run lie apart: half the way from the least to the greatest. */
export function noise({ min, max }: Spread): number {
  return (max - min) / 2;
}

/** Round by round, because what slows a machine down for a while slows both. */
export function ratios(above: readonly number[], below: readonly number[]): number[] {
  const rounds = Math.min(above.length, below.length);
  return Array.from(
    { length: rounds },
    (_, round) => (above[round] ?? NaN) / (below[round] ?? NaN),
  );
}
