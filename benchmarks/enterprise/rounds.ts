/** One thing to measure. `prepare` is not timed. */
export interface Contender {
  readonly name: string;
  prepare?(): void;
  /** Answers its own time in milliseconds where not all that it does counts. */
  run(): unknown;
}

/** What the rounds of one contender came to. */
export interface Result {
  readonly name: string;
  readonly medianMs: number;
  readonly bestMs: number;
  /** To the first contender: the median of the rounds' own ratios. */
  readonly ratio: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs all contenders once a round, each round starting with another one. The first round warms up and does not count. */
export async function measureRounds(
  contenders: readonly Contender[],
  rounds: number,
): Promise<readonly Result[]> {
  const times = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (turn + round + 1) % contenders.length;
      const contender = contenders[index];
      contender?.prepare?.();
      const begin = performance.now();
      const own = await contender?.run();
      const elapsed = typeof own === 'number' ? own : performance.now() - begin;
      if (round >= 0) times[index]?.push(elapsed);
    }
  }
  const base = times[0] ?? [];
  return contenders.map(({ name }, index) => {
    const own = times[index] ?? [];
    return {
      name,
      medianMs: median(own),
      bestMs: Math.min(...own),
      ratio: median(own.map((time, round) => time / (base[round] ?? Number.NaN))),
    };
  });
}

/** Prints a table of results. */
export function printTable(title: string, results: readonly Result[]): void {
  console.log(`\n${title}`);
  for (const { name, medianMs, bestMs, ratio } of results) {
    const [middle, best] = [medianMs, bestMs].map((ms) => ms.toFixed(0).padStart(7));
    console.log(`${middle ?? ''} ms median ${best ?? ''} ms best ${ratio.toFixed(2).padStart(7)} ×  ${name}`);
  }
}
