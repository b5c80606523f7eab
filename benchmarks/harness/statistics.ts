/** What the rounds of one contender came to. */
export interface Spread {
  readonly median: number;
  readonly best: number;
  /** The nearest values above which three quarters and one quarter of the rounds lie. */
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
    best: quantile(values, 0),
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
  };
}

/** Each round's own ratio: what slows a round down slows both sides. Rounds that only one side has are left out. */
export function pairedRatios(own: readonly number[], base: readonly number[]): readonly number[] {
  return own.slice(0, base.length).map((value, round) => value / (base[round] ?? Number.NaN));
}
