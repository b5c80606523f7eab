import { type LinuxArchitecture, listSyscalls } from '../../src/kernel/linux-architecture.ts';
import type { SyscallCall, SyscallResult, SyscallRunner } from '../../src/kernel/syscall-runner.ts';

/** A call as the simulated kernel sees it. */
export interface SimulatedCall {
  readonly name: string;
  readonly args: SyscallCall['args'];
}

/** Answers a call with a value or, negative, an error number; `undefined` for success with 0. */
export type Answer = (call: SimulatedCall) => number | undefined;

/** A kernel that answers as a test says, and remembers what it was asked. */
export class SimulatedKernel implements SyscallRunner {
  readonly calls: SimulatedCall[] = [];
  /** What a runner would hold open, as a test says. */
  readonly descriptors: number[] = [];
  readonly #answer: Answer;
  readonly #names: ReadonlyMap<number, string>;

  constructor(answer: Answer, arch: LinuxArchitecture = 'x64') {
    this.#answer = answer;
    this.#names = new Map(listSyscalls(arch).map(([name, number]) => [number, name]));
  }

  run(calls: readonly SyscallCall[]): readonly SyscallResult[] {
    return calls.map(({ number, args }) => {
      const call = { name: this.#names.get(number) ?? 'keep', args };
      this.calls.push(call);
      const value = this.#answer(call) ?? 0;
      return value < 0 ? { value: -1, errno: -value } : { value, errno: 0 };
    });
  }

  closeDescriptors(): void {
    this.descriptors.length = 0;
  }
}
