/**
 * Makes system calls where Node has no FFI (22 and 24): `process.dlopen` loads a shared object whose
 * constructor runs a script of calls. See native/lockdown.c for the other half.
 *
 * Each list of calls becomes one file: the object, then the script and the memory that its calls refer
 * to. The object maps the file, so the results stand in it afterwards. A file that could not be loaded,
 * or ran nothing, is an error: there is no answer to go by.
 *
 * @module
 */

import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import process from 'node:process';
import type { LinuxArchitecture } from './linux-architecture.ts';
import { NATIVE_LOCKDOWN_ARM64 } from './native-lockdown-arm64.ts';
import { NATIVE_LOCKDOWN_X64 } from './native-lockdown-x64.ts';
import { type NativeObject, decodeNativeObject } from './native-object.ts';
import type { OpenScratchFile } from './scratch-file.ts';
import {
  type SyscallArgument,
  type SyscallCall,
  type SyscallResult,
  type SyscallRunner,
  KEEP,
} from './syscall-runner.ts';

const OBJECTS: Readonly<Record<LinuxArchitecture, NativeObject>> = {
  x64: NATIVE_LOCKDOWN_X64,
  arm64: NATIVE_LOCKDOWN_ARM64,
};

/** What `native/lockdown.c` lays out: the mark before the fields to fill in, and the sizes of its structures. */
const MARK = 'TRUTHOUND SCRIPT';
const HEADER_BYTES = 16;
const STEP_BYTES = 80;
const STEP = { number: 0, args: 8, kinds: 56, store: 64, result: 72 } as const;
const KIND = { number: 0n, address: 1n, result: 2n } as const;
const NOWHERE = -1n;
/** The largest page of either architecture: a file is mapped from a whole page on. */
const PAGE_BYTES = 65_536;
/** No system call answers this: error numbers end at 4095, and addresses are positive. */
const NOT_RUN = -(2n ** 63n);

/** Makes system calls through a shared object that is loaded for each list. */
export class NativeSyscallRunner implements SyscallRunner, Disposable {
  readonly #object: Buffer;
  readonly #openScratchFile: OpenScratchFile;
  /** Kept open till the end: musl knows a loaded object by its file, and would not run it again. */
  readonly #descriptors: number[] = [];

  get descriptors(): readonly number[] {
    return this.#descriptors;
  }

  /** @throws Error if the shared object was changed. */
  constructor(arch: LinuxArchitecture, openScratchFile: OpenScratchFile) {
    this.#object = decodeNativeObject(OBJECTS[arch]);
    this.#openScratchFile = openScratchFile;
  }

  /** @throws Error if the object can't be loaded, or leaves no results. */
  run(calls: readonly SyscallCall[]): readonly SyscallResult[] {
    const { script, memory } = encodeScript(calls);
    const descriptor = this.#openScratchFile();
    this.#descriptors.push(descriptor);
    const object = fillIn(this.#object, descriptor, script.length);
    fs.writeSync(descriptor, object, 0, object.length, 0);
    fs.writeSync(descriptor, script, 0, script.length, PAGE_BYTES);
    load(descriptor);
    fs.readSync(descriptor, script, 0, script.length, PAGE_BYTES);
    for (const { bytes, offset } of memory.values()) {
      bytes.set(script.subarray(offset, offset + bytes.length));
    }
    return calls.map((call, index) => readResult(script, call, index));
  }

  /** What was applied stays. */
  closeDescriptors(): void {
    for (const descriptor of this.#descriptors.splice(0)) fs.closeSync(descriptor);
  }

  [Symbol.dispose](): void {
    this.closeDescriptors();
  }
}

/** Bytes that calls point to, by where in the script they are copied. */
type ScriptMemory = ReadonlyMap<Uint8Array, { readonly bytes: Uint8Array; readonly offset: number }>;

/** `struct script` with the memory behind it. */
function encodeScript(calls: readonly SyscallCall[]): { script: Buffer; memory: ScriptMemory } {
  const start = HEADER_BYTES + calls.length * STEP_BYTES;
  const memory = placeMemory(calls, start);
  const end = [...memory.values()].reduce(
    (last, { bytes, offset }) => Math.max(last, offset + bytes.length),
    start,
  );
  const script = Buffer.alloc(end + 8);
  script.writeBigInt64LE(BigInt(calls.length), 0);
  script.writeBigInt64LE(BigInt(start), 8);
  for (const { bytes, offset } of memory.values()) script.set(bytes, offset);
  const locate = (bytes: Uint8Array): bigint => BigInt((memory.get(bytes)?.offset ?? 0) - start);
  for (const [index, { number, args, store }] of calls.entries()) {
    const step = HEADER_BYTES + index * STEP_BYTES;
    script.writeBigInt64LE(BigInt(number), step + STEP.number);
    script.writeBigInt64LE(
      store === undefined ? NOWHERE : locate(store.bytes) + BigInt(store.offset),
      step + STEP.store,
    );
    script.writeBigInt64LE(NOT_RUN, step + STEP.result);
    let kinds = 0n;
    for (const [position, argument] of args.entries()) {
      const { kind, value } = encodeArgument(argument, locate);
      kinds |= kind << BigInt(4 * position);
      script.writeBigInt64LE(value, step + STEP.args + 8 * position);
    }
    script.writeBigInt64LE(kinds, step + STEP.kinds);
  }
  return { script, memory };
}

function placeMemory(calls: readonly SyscallCall[], start: number): ScriptMemory {
  const memory = new Map<Uint8Array, { bytes: Uint8Array; offset: number }>();
  let offset = start;
  for (const { args, store } of calls) {
    for (const bytes of [...args, store?.bytes]) {
      if (!(bytes instanceof Uint8Array) || memory.has(bytes)) continue;
      memory.set(bytes, { bytes, offset });
      // Structures of the kernel want to start at a multiple of 8.
      offset += Math.ceil(bytes.length / 8) * 8;
    }
  }
  return memory;
}

function encodeArgument(
  argument: SyscallArgument,
  locate: (bytes: Uint8Array) => bigint,
): { readonly kind: bigint; readonly value: bigint } {
  if (typeof argument === 'bigint') return { kind: KIND.number, value: BigInt.asIntN(64, argument) };
  if (argument instanceof Uint8Array) return { kind: KIND.address, value: locate(argument) };
  return { kind: KIND.result, value: BigInt(argument.resultOf) };
}

/** The object with the place of its script filled in. */
function fillIn(object: Buffer, descriptor: number, scriptBytes: number): Buffer {
  const filled = Buffer.from(object);
  const fields = filled.indexOf(MARK, 0, 'latin1') + MARK.length;
  for (const [index, value] of [descriptor, PAGE_BYTES, scriptBytes].entries()) {
    filled.writeBigInt64LE(BigInt(value), fields + 8 * index);
  }
  return filled;
}

/** Node refuses the object, as it is no add-on; by then its code has run. */
function load(descriptor: number): void {
  try {
    process.dlopen({ exports: {} }, `/proc/self/fd/${String(descriptor)}`);
  } catch (error) {
    if (error instanceof Error && error.message.includes('did not self-register')) return;
    throw new Error(
      'the native lockdown could not be loaded: its file must lie where code may run (no noexec mount), and Node needs --allow-addons under --permission',
      { cause: error },
    );
  }
}

function readResult(script: Buffer, call: SyscallCall, index: number): SyscallResult {
  const result = script.readBigInt64LE(HEADER_BYTES + index * STEP_BYTES + STEP.result);
  if (result === NOT_RUN) throw new Error('the native lockdown was loaded, but ran nothing');
  const isError = call.number !== KEEP && result < 0n && result > -4096n;
  return isError ? { value: -1, errno: Number(-result) } : { value: Number(result), errno: 0 };
}
