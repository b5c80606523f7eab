/**
 * Timing contenders in turn, and making rows of it.
 *
 * @module
 */
import { ownCpuMs } from './cpu-time.ts';
import type { Comparison, Role, Row, Unit } from './figures.ts';
import { type Rounds, inTurn } from './in-turn.ts';
import { pairedRatios, spreadOf } from './statistics.ts';

/** One way to do the work. */
export interface Contender {
  readonly name: string;
  readonly role: Role;
  /** Not timed: makes ready what the run needs. */
  prepare?(): unknown;
  /** Timed. */
  run(): unknown;
  /** Not timed: ends what the run has started. */
  finish?(): unknown;
  /** The run's own time in ms, asked after it, where not all of the run counts. */
  ownMs?(): number;
  /** The CPU time so far of all processes that work for it. @defaultValue that of this process */
  cpuMs?(): number;
}

export interface CompareOptions extends Rounds {
  readonly title: string;
  readonly contenders: readonly Contender[];
  /** So many operations are in one run; values are for one. @defaultValue 1 */
  readonly operations?: number;
  /** `false`: they work in processes whose CPU time cannot be told. @defaultValue true */
  readonly hasCpu?: boolean;
  readonly why?: string;
}

interface Sample {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Times the contenders in turn. The first is the one that the others are compared with. */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { title, contenders, operations = 1, hasCpu = true, why } = options;
  const samples = await inTurn(contenders, options, (each) => takeSample(each, operations));
  const walls = samples.map((rounds) => rounds.map(({ wallMs }) => wallMs));
  const cpus = samples.map((rounds) => rounds.map(({ cpuMs }) => cpuMs));
  return {
    title,
    unit: 'ms',
    rounds: options.rounds,
    rows: rowsOf(contenders, walls, hasCpu ? cpus : undefined),
    ...(why === undefined ? {} : { why }),
  };
}

async function takeSample(contender: Contender, operations: number): Promise<Sample> {
  const cpuClock = contender.cpuMs?.bind(contender) ?? ownCpuMs;
  await contender.prepare?.();
  const cpuBefore = cpuClock();
  const before = performance.now();
  const result = contender.run();
  // Waiting for what is there already would cost the small ones a turn of the loop.
  if (result instanceof Promise) await result;
  const elapsed = performance.now() - before;
  const cpuMs = cpuClock() - cpuBefore;
  const wallMs = contender.ownMs?.() ?? elapsed;
  await contender.finish?.();
  return { wallMs: wallMs / operations, cpuMs: cpuMs / operations };
}

type Named = Pick<Row, 'name' | 'role'>;

/** Rows from the values of each contender, by round. */
export function rowsOf(
  contenders: readonly Named[],
  values: readonly (readonly number[])[],
  cpus?: readonly (readonly number[])[],
): readonly Row[] {
  return contenders.map(({ name, role }, index): Row => {
    const cpu = cpus === undefined ? {} : { cpu: against(cpus[index], cpus[0]) };
    return { name, role, ...against(values[index], values[0]), ...cpu };
  });
}

function against(own: readonly number[] = [], base: readonly number[] = []): Pick<Row, 'value' | 'ratio'> {
  return { value: spreadOf(own), ratio: spreadOf(pairedRatios(own, base)) };
}

/** A comparison of values that were taken otherwise. */
export function comparisonOf(
  title: string,
  unit: Unit,
  contenders: readonly (Named & { readonly values: readonly number[] })[],
  why?: string,
): Comparison {
  const values = contenders.map((each) => each.values);
  const rounds = Math.max(...values.map(({ length }) => length));
  return { title, unit, rounds, rows: rowsOf(contenders, values), ...(why === undefined ? {} : { why }) };
}

/** One part of what a contender does, timed by itself. */
export interface SteppedContender extends Named {
  prepare?(): unknown;
  /** Answers the ms of each step. What it builds must not outlive it, or the next contender's collector pays. */
  run(): readonly number[] | Promise<readonly number[]>;
}

/** One comparison for each step of what the contenders do in turn. */
export async function compareSteps(
  titles: readonly string[],
  contenders: readonly SteppedContender[],
  options: Rounds & { readonly why?: string },
): Promise<readonly Comparison[]> {
  const samples = await inTurn(contenders, options, async (each) => {
    await each.prepare?.();
    return each.run();
  });
  return titles.map((title, step) => {
    const timed = contenders.map(({ name, role }, index) => {
      const values = (samples[index] ?? []).map((steps) => steps[step] ?? Number.NaN);
      return { name, role, values };
    });
    return comparisonOf(title, 'ms', timed, options.why);
  });
}
