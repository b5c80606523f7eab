/**
 * Raw system calls as data, run one after the other by whatever can make them.
 *
 * A list of calls can refer to results of earlier ones, so a whole lockdown is one list: node:ffi makes
 * the calls one by one (ffi-syscall-runner.ts), a small shared object makes them all while it is loaded
 * (native-syscall-runner.ts). Both leave what the kernel wrote in the same bytes.
 *
 * @module
 */

import { Buffer } from 'node:buffer';

/** The result of the call at this index of the list. */
export interface ResultOf {
  readonly resultOf: number;
}

/** A number, the address of bytes, or the result of an earlier call. */
export type SyscallArgument = bigint | Uint8Array | ResultOf;

/** One system call. */
export interface SyscallCall {
  /** The call's number, or {@link KEEP}. */
  readonly number: number;
  /** Up to six; the rest are 0. */
  readonly args: readonly SyscallArgument[];
  /** Where the result is written as eight bytes, little endian, for structures that later calls take. */
  readonly store?: { readonly bytes: Uint8Array; readonly offset: number };
}

/** No system call: the result is the first argument. With `store` it writes an address into a structure. */
export const KEEP = -1;

/** What the kernel answered: the value, or -1 and the error number. */
export interface SyscallResult {
  readonly value: number;
  /** 0 where the call succeeded. */
  readonly errno: number;
}

/** Makes system calls in the current process. */
export interface SyscallRunner {
  /** Descriptors that it holds open. */
  readonly descriptors: readonly number[];
  /** Closes them, once there is nothing more to run. */
  closeDescriptors(): void;
  /** Makes the calls in order, whatever the earlier ones answered; one result each. */
  run(calls: readonly SyscallCall[]): readonly SyscallResult[];
}

/** Bytes of a C string. */
export function cString(text: string): Uint8Array {
  if (text.includes('\0'))
    throw new TypeError(`a path must not contain a null character: ${JSON.stringify(text)}`);
  return Buffer.from(`${text}\0`);
}
