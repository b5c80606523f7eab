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

/** Runs something and answers how long it took, in ms, with what it gave. */
export function time<T>(run: () => T): readonly [ms: number, result: T] {
  const start = performance.now();
  const result = run();
  return [performance.now() - start, result];
}

/** A contender that takes several steps, each timed by itself. */
export interface SteppedTask {
  readonly name: string;
  /** Answers the ms of each step. What it builds must not outlive it, or the next contender's collector pays. */
  readonly run: () => readonly number[];
}

/** Runs the tasks in turn, round by round, so that a busy moment of the machine meets all; prints medians, and medians of each round's ratio, for each step. */
export function compareSteps(titles: readonly string[], rounds: number, tasks: readonly SteppedTask[]): void {
  const times = tasks.map((): (readonly number[])[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { run }] of tasks.entries()) {
      globalThis.gc?.();
      times[index]?.push(run());
    }
  }
  for (const [step, title] of titles.entries()) {
    console.log(`\n${title} (${rounds} rounds)`);
    console.log(`  ${'ms, median'.padStart(12)} ${'fastest'.padStart(10)} ${'times ours'.padStart(11)}`);
    const ofStep = times.map((rows) => rows.map((row) => row[step] ?? Number.NaN));
    for (const [index, { name }] of tasks.entries()) {
      const own = ofStep[index] ?? [];
      const ratio = median(own.map((ms, round) => ms / (ofStep[0]?.[round] ?? Number.NaN)));
      console.log(
        `  ${format(median(own)).padStart(12)} ${format(Math.min(...own)).padStart(10)} ${ratio.toFixed(2).padStart(11)}  ${name}`,
      );
    }
  }
}

/** {@link compareSteps} for tasks of one step. */
export function compare(title: string, rounds: number, tasks: readonly Task[]): void {
  const stepped = tasks.map(({ name, run }) => ({ name, run: (): readonly number[] => [time(run)[0]] }));
  compareSteps([title], rounds, stepped);
}
