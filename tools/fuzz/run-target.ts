import fc from 'fast-check';
import { readCorpus } from './corpus.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { type JudgeOptions, judgeInput } from './judge-input.ts';
import { mutatedInput } from './mutated-input.ts';
import { removeScratchFiles } from './scratch-folder.ts';

/** How long a target is run. Whichever limit is reached first ends it. */
export interface RunOptions extends JudgeOptions {
  readonly seed: number;
  /** Most mutated inputs. */
  readonly maxInputs: number;
  /** Most time, in milliseconds. */
  readonly maxMs: number;
}

/** An input that something is wrong with. */
export interface Finding {
  readonly input: Buffer;
  readonly problem: string;
  /** The seed that makes it again; `undefined` for an input of the corpus. */
  readonly seed: number | undefined;
}

/** What a run of one target showed. */
export interface TargetReport {
  readonly name: string;
  readonly executions: number;
  readonly accepted: number;
  readonly slowestCpuMs: number;
  readonly elapsedMs: number;
  readonly findings: readonly Finding[];
}

/** Inputs between two looks at the clock. */
const BATCH = 100;

/** Judges the corpus of a target, and then mutations of it until a limit is reached or something is found. */
export async function runTarget(target: FuzzTarget, options: RunOptions): Promise<TargetReport> {
  try {
    return await judgeAll(target, options);
  } finally {
    removeScratchFiles();
  }
}

async function judgeAll(target: FuzzTarget, options: RunOptions): Promise<TargetReport> {
  const { seed, maxInputs, maxMs } = options;
  const startMs = performance.now();
  const samples = readCorpus(target.name);
  const findings: Finding[] = [];
  let [executions, accepted, slowestCpuMs] = [0, 0, 0];
  const judge = async (input: Buffer): Promise<string | undefined> => {
    const judgement = await judgeInput(target, input, options);
    executions += 1;
    if (judgement.isAccepted) accepted += 1;
    slowestCpuMs = Math.max(slowestCpuMs, judgement.cpuMs);
    return judgement.finding;
  };

  for (const { bytes } of samples) {
    const problem = await judge(bytes);
    if (problem !== undefined) findings.push({ input: bytes, problem, seed: undefined });
  }
  const inputs = mutatedInput(
    target.kind,
    samples.map(({ bytes }) => bytes),
  );
  for (let done = 0; done < maxInputs && findings.length === 0; done += BATCH) {
    if (performance.now() - startMs > maxMs) break;
    const batchSeed = seed + done / BATCH;
    const finding = await runBatch(inputs, judge, batchSeed, Math.min(BATCH, maxInputs - done));
    if (finding !== undefined) findings.push(finding);
  }
  const elapsedMs = performance.now() - startMs;
  return { name: target.name, executions, accepted, slowestCpuMs, elapsedMs, findings };
}

async function runBatch(
  inputs: fc.Arbitrary<Buffer>,
  judge: (input: Buffer) => Promise<string | undefined>,
  seed: number,
  numRuns: number,
): Promise<Finding | undefined> {
  const property = fc.asyncProperty(inputs, async (input) => {
    const problem = await judge(input);
    if (problem !== undefined) throw new Error(problem);
  });
  // Shrinking a finding that takes long takes long: half a minute is worth a smaller input.
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    seed,
    numRuns,
    interruptAfterTimeLimit: 30_000,
  });
  if (!failed || counterexample === null) return undefined;
  return { input: counterexample[0], problem: (errorInstance as Error).message, seed };
}
