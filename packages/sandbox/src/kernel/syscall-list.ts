import { type LinuxArchitecture, getSyscallNumber } from './linux-architecture.ts';
import {
  KEEP,
  type ResultOf,
  type SyscallArgument,
  type SyscallCall,
  type SyscallResult,
  type SyscallRunner,
} from './syscall-runner.ts';

/** Collects calls by name, and reads their results by the reference that adding them gave. */
export class SyscallList {
  readonly #arch: LinuxArchitecture;
  readonly #calls: SyscallCall[] = [];
  #results: readonly SyscallResult[] = [];

  constructor(arch: LinuxArchitecture) {
    this.#arch = arch;
  }

  /** @throws RangeError if the architecture has no such call. */
  add(name: string, ...args: SyscallArgument[]): ResultOf {
    return this.addNumber(getSyscallNumber(this.#arch, name), ...args);
  }

  addNumber(number: number, ...args: SyscallArgument[]): ResultOf {
    return this.#push({ number, args });
  }

  /** Writes a result or an address into a structure, as eight bytes, before the calls that follow. */
  keep(value: SyscallArgument, bytes: Uint8Array, offset: number): void {
    this.#push({ number: KEEP, args: [value], store: { bytes, offset } });
  }

  run(runner: SyscallRunner): void {
    this.#results = runner.run(this.#calls);
  }

  /** @throws RangeError before {@link run}, or where the runner gave no result. */
  result(call: ResultOf): SyscallResult {
    const result = this.#results[call.resultOf];
    if (result === undefined) throw new RangeError(`call ${call.resultOf} was not run`);
    return result;
  }

  #push(call: SyscallCall): ResultOf {
    this.#calls.push(call);
    return { resultOf: this.#calls.length - 1 };
  }
}
