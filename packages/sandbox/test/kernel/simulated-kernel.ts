import { listSyscalls } from '../../src/kernel/linux-architecture.ts';
import type { SyscallCall, SyscallResult, SyscallRunner } from '../../src/kernel/syscall-runner.ts';

/** A call as the simulated kernel sees it. */
export interface SimulatedCall {
  readonly name: string;
  readonly args: SyscallCall['args'];
}

/** Answers a call with a value or, negative, an error number; `undefined` for success with 0. */
export type Answer = (call: SimulatedCall) => number | undefined;

const NAMES = new Map(listSyscalls('x64').map(([name, number]) => [number, name]));

/** A kernel that answers as a test says, and remembers what it was asked. */
export class SimulatedKernel implements SyscallRunner {
  readonly calls: SimulatedCall[] = [];
  /** What a runner would hold open, as a test says. */
  readonly descriptors: number[] = [];
  readonly #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  run(calls: readonly SyscallCall[]): readonly SyscallResult[] {
    return calls.map(({ number, args }) => {
      const call = { name: NAMES.get(number) ?? 'keep', args };
      this.calls.push(call);
      const value = this.#answer(call) ?? 0;
      return value < 0 ? { value: -1, errno: -value } : { value, errno: 0 };
    });
  }

  closeDescriptors(): void {
    this.descriptors.length = 0;
  }
}
