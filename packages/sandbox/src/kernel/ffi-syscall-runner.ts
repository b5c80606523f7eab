import type { SyscallArgument, SyscallCall, SyscallResult, SyscallRunner } from './syscall-runner.ts';
import { KEEP } from './syscall-runner.ts';

/** The C function types of `node:ffi` that are used here. */
interface FfiSignature {
  readonly arguments: readonly 'int64'[];
  readonly return: 'int64' | 'pointer';
}

/** The part of `node:ffi` (Node 26.1 and later) that is used here. */
export interface FfiModule {
  dlopen(
    path: string | null,
    functions: Readonly<Record<string, FfiSignature>>,
  ): { readonly functions: Readonly<Record<string, (...args: bigint[]) => bigint>>; lib: { close(): void } };
  getInt32(pointer: bigint): number;
  getRawPointer(bytes: Uint8Array): bigint;
}

const ARGUMENTS = 6;
/** The C library's own entry to any system call; glibc and musl both have it. */
const SYSCALL: FfiSignature = { arguments: Array(ARGUMENTS + 1).fill('int64') as 'int64'[], return: 'int64' };
const ERRNO: FfiSignature = { arguments: [], return: 'pointer' };

/** Makes system calls through the C library that Node itself is linked with. */
export class FfiSyscallRunner implements SyscallRunner, Disposable {
  readonly descriptors: readonly number[] = [];
  readonly #ffi: FfiModule;
  readonly #syscall: (...args: bigint[]) => bigint;
  readonly #errno: bigint;
  readonly #close: () => void;

  /** @throws whatever `node:ffi` throws where it is not permitted or finds no such function. */
  constructor(ffi: FfiModule) {
    const { functions, lib } = ffi.dlopen(null, { syscall: SYSCALL, __errno_location: ERRNO });
    const { syscall, __errno_location: locateErrno } = functions;
    if (syscall === undefined || locateErrno === undefined) {
      throw new TypeError('node:ffi found no syscall() in the C library');
    }
    this.#ffi = ffi;
    this.#syscall = syscall;
    this.#errno = locateErrno();
    this.#close = () => {
      lib.close();
    };
  }

  run(calls: readonly SyscallCall[]): readonly SyscallResult[] {
    const raw: bigint[] = [];
    const results: SyscallResult[] = [];
    for (const call of calls) {
      const args = Array.from({ length: ARGUMENTS }, (_, index) =>
        this.#resolve(call.args[index] ?? 0n, raw),
      );
      const isKept = call.number === KEEP;
      const value = isKept ? (args[0] ?? 0n) : this.#syscall(BigInt(call.number), ...args);
      const errno = value === -1n && !isKept ? this.#ffi.getInt32(this.#errno) : 0;
      if (call.store !== undefined) {
        const { buffer, byteOffset } = call.store.bytes;
        new DataView(buffer, byteOffset).setBigInt64(call.store.offset, value, true);
      }
      raw.push(value);
      results.push({ value: Number(value), errno });
    }
    return results;
  }

  closeDescriptors(): void {
    // It works without any.
  }

  /** Gives the library back. What was applied stays. */
  [Symbol.dispose](): void {
    this.#close();
  }

  #resolve(argument: SyscallArgument, results: readonly bigint[]): bigint {
    if (typeof argument === 'bigint') return BigInt.asIntN(64, argument);
    if (argument instanceof Uint8Array) return this.#ffi.getRawPointer(argument);
    const result = results[argument.resultOf];
    if (result === undefined) throw new RangeError(`call ${argument.resultOf} has no result yet`);
    return result;
  }
}
