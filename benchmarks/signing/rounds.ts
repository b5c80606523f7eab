/** One thing to measure. `prepare` is not timed. */
export interface Contender {
  readonly name: string;
  prepare?(): void | Promise<void>;
  run(): unknown;
}

/** Median and best of one contender, in milliseconds. */
export interface Timing {
  readonly name: string;
  readonly medianMs: number;
  readonly minMs: number;
}

/** Runs all contenders once per round, each round starting with another, so that noise hits them alike. */
export async function measure(contenders: readonly Contender[], rounds: number): Promise<readonly Timing[]> {
  const samples = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round += 1) {
    for (let index = 0; index < contenders.length; index += 1) {
      const contender = contenders[(index + Math.max(round, 0)) % contenders.length];
      if (contender === undefined) continue;
      await contender.prepare?.();
      const start = performance.now();
      await contender.run();
      const elapsed = performance.now() - start;
      // Round -1 warms up.
      if (round >= 0) samples.get(contender.name)?.push(elapsed);
    }
  }
  return [...samples].map(([name, times]) => {
    const sorted = times.sort((a, b) => a - b);
    return { name, medianMs: sorted[Math.floor(sorted.length / 2)] ?? NaN, minMs: sorted[0] ?? NaN };
  });
}

/** Prints a table, with each contender's median as a multiple of the first one's. */
export function report(
  title: string,
  timings: readonly Timing[],
  unit: 'ms' | 'us' = 'ms',
  perRun = 1,
): void {
  const scale = (unit === 'us' ? 1000 : 1) / perRun;
  const base = timings[0]?.medianMs ?? NaN;
  console.log(`\n${title}`);
  for (const { name, medianMs, minMs } of timings) {
    const [median, best] = [medianMs, minMs].map((value) => (value * scale).toFixed(1).padStart(9));
    console.log(
      `${median ?? ''} ${unit} median ${best ?? ''} best ${(medianMs / base).toFixed(2).padStart(8)} x  ${name}`,
    );
  }
}
