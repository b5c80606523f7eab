/** One way to do the work; every contender does the same `operations` in one call. */
export interface Contender {
  readonly name: string;
  readonly run: () => unknown;
}

export interface Measurement {
  readonly name: string;
  /** Median over the rounds. */
  readonly nsPerOperation: number;
  /** How many times the first contender's time this one takes; median of the rounds' own ratios. */
  readonly ratio: number;
}

function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.floor(ordered.length / 2)] ?? Number.NaN;
}

/**
 * Times all contenders in turn, round by round, so that a busy moment of the machine meets all of them.
 * The first is the one that the others are compared with.
 */
export function measureInterleaved(
  contenders: readonly Contender[],
  options: { readonly operations: number; readonly rounds?: number },
): readonly Measurement[] {
  const { operations, rounds = 31 } = options;
  // Results are kept so that no engine can leave the work out.
  const results = contenders.map(({ run }) => run());
  const times = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { run }] of contenders.entries()) {
      const start = process.hrtime.bigint();
      results[index] = run();
      times[index]?.push(Number(process.hrtime.bigint() - start) / operations);
    }
  }
  const first = times[0] ?? [];
  return contenders.map(({ name }, index) => {
    const own = times[index] ?? [];
    return {
      name,
      nsPerOperation: median(own),
      ratio: median(own.map((time, round) => time / (first[round] ?? Number.NaN))),
    };
  });
}
