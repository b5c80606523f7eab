/**
 * Gives one input to a target and looks at all that may be wrong with the answer.
 *
 * @module
 */
import { inspect } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { FuzzTarget } from './fuzz-target.ts';
import { findOwnFault } from './own-fault.ts';

/** What became of an input. */
export interface Judgement {
  readonly isAccepted: boolean;
  /** What is wrong, as text; `undefined` when nothing is. */
  readonly finding: string | undefined;
  readonly cpuMs: number;
}

/** Which bounds are applied. */
export interface JudgeOptions {
  /** Whether too much CPU time is a finding. Off in tests: a busy machine must not decide them. */
  readonly judgesTime: boolean;
}

/** Far above what any input needs, so that only growth out of proportion is seen. */
const CPU_MS = 2_000;
const CPU_MS_PER_BYTE = 0.05;
const MEMORY_BYTES = 128 * 1024 * 1024;
const MEMORY_PER_BYTE = 2_000;

const PROTOTYPES = [Object, Array, Function, Error, Map, Set, Promise, String, Number].map(
  ({ prototype }) => prototype as object,
);
const prototypeSizes = (): string => PROTOTYPES.map((each) => Reflect.ownKeys(each).length).join();
const CLEAN_PROTOTYPES = prototypeSizes();

function usedMemory(): number {
  const { used_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics();
  return heapBytes + externalBytes;
}

/** Judges one input. Never throws. */
export async function judgeInput(
  target: FuzzTarget,
  input: Buffer,
  { judgesTime }: JudgeOptions,
): Promise<Judgement> {
  const memoryBefore = usedMemory();
  const cpuBefore = process.cpuUsage();
  const { isAccepted, finding } = await askTarget(target, input);
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMs = (user + system) / 1_000;
  const grownBytes = usedMemory() - memoryBefore;
  return {
    isAccepted,
    cpuMs,
    finding: finding ?? findPollution() ?? findExcess(input.length, grownBytes, judgesTime ? cpuMs : 0),
  };
}

async function askTarget(
  target: FuzzTarget,
  input: Buffer,
): Promise<Pick<Judgement, 'isAccepted' | 'finding'>> {
  let parsed: unknown;
  try {
    parsed = await target.parse(Buffer.from(input));
  } catch (error) {
    return { isAccepted: false, finding: judgeRefusal(target, error) };
  }
  try {
    await target.check?.(parsed, input);
    return { isAccepted: true, finding: undefined };
  } catch (error) {
    return { isAccepted: true, finding: `accepted, and then: ${describe(error)}` };
  }
}

function judgeRefusal({ refusals }: FuzzTarget, error: unknown): string | undefined {
  const fault = findOwnFault(error);
  if (fault !== undefined) return `a fault of the parser itself: ${describe(fault)}`;
  if (refusals.some((each) => error instanceof each)) return undefined;
  return `an error that is not documented: ${describe(error)}`;
}

function findPollution(): string | undefined {
  return prototypeSizes() === CLEAN_PROTOTYPES ? undefined : 'a prototype of the language was changed';
}

function findExcess(inputBytes: number, grownBytes: number, cpuMs: number): string | undefined {
  if (grownBytes > MEMORY_BYTES + MEMORY_PER_BYTE * inputBytes)
    return `${(grownBytes / 1e6).toFixed(0)} MB of memory for ${inputBytes} bytes of input`;
  if (cpuMs > CPU_MS + CPU_MS_PER_BYTE * inputBytes)
    return `${cpuMs.toFixed(0)} ms of CPU time for ${inputBytes} bytes of input`;
  return undefined;
}

function describe(error: unknown): string {
  return inspect(error, { depth: 2, maxStringLength: 400 }).slice(0, 2_000);
}
