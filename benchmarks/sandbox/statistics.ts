/** What the rounds of one contender came to. Times in milliseconds. */
export interface Spread {
  readonly median: number;
  readonly best: number;
  /** The nearest values above which a quarter and below which three quarters of the rounds lie. */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.min(Math.floor(ordered.length * share), ordered.length - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: median(values),
    best: Math.min(...values),
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
  };
}

/** Values rounded to what a reader can use: three digits. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}
