/** One thing to time. The first of several is the one that the others are compared with. */
export interface Task {
  readonly name: string;
  readonly run: () => void;
}

function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.floor(ordered.length / 2)] ?? Number.NaN;
}

function format(ms: number): string {
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(0);
}

/** Runs the tasks in turn, round by round, so that a busy moment of the machine meets all; prints medians, and medians of each round's ratio. */
export function compare(title: string, rounds: number, tasks: readonly Task[]): void {
  const times = tasks.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { run }] of tasks.entries()) {
      globalThis.gc?.();
      const start = performance.now();
      run();
      times[index]?.push(performance.now() - start);
    }
  }
  console.log(`\n${title} (${rounds} rounds)`);
  console.log(`  ${'ms, median'.padStart(12)} ${'fastest'.padStart(10)} ${'times ours'.padStart(11)}`);
  for (const [index, { name }] of tasks.entries()) {
    const own = times[index] ?? [];
    const ratio = median(own.map((time, round) => time / (times[0]?.[round] ?? Number.NaN)));
    console.log(
      `  ${format(median(own)).padStart(12)} ${format(Math.min(...own)).padStart(10)} ${ratio.toFixed(2).padStart(11)}  ${name}`,
    );
  }
}
