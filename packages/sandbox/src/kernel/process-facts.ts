/**
 * What a lockdown must know of its own process, read with the same raw calls that lock it down: Node's
 * `fs` would need permission for /proc, and an asynchronous call would start threads too early.
 *
 * @module
 */

import { Buffer } from 'node:buffer';
import { type LinuxArchitecture, getSyscallNumber } from './linux-architecture.ts';
import { LANDLOCK_CREATE_RULESET_VERSION } from './landlock.ts';
import { type SyscallCall, type SyscallRunner, cString } from './syscall-runner.ts';

/** The state of a process before it is locked down. */
export interface ProcessFacts {
  /** 0 where the kernel has no Landlock, or has it switched off. */
  readonly landlockAbi: number;
  /** Private writable memory that is reserved, and that is in use (VmData and RssAnon), in bytes. */
  readonly reservedBytes: number;
  readonly usedBytes: number;
  readonly openDescriptors: readonly number[];
  /** Hard limits by `RLIMIT_*` number; what can't be read counts as none. */
  readonly hardLimits: ReadonlyMap<number, bigint>;
  /** Whether the parent can be signalled now, so that a later refusal proves something. */
  readonly canSignalParent: boolean;
  readonly parentPid: number;
}

/** `RLIMIT_*` of asm-generic/resource.h. */
export const LIMIT_NUMBERS = { fileSize: 1, data: 2, core: 4, descriptors: 7 } as const;

/** `RLIM_INFINITY`. */
export const NO_LIMIT = 0xffff_ffff_ffff_ffffn;

/** `AT_FDCWD`: paths here are absolute, so it only fills the place. */
export const CURRENT_DIRECTORY = -100n;
/** Flags of open(2). */
export const OPEN = {
  readOnly: 0n,
  writeOnly: 0o1n,
  /** arm64 has another value for O_DIRECTORY, so nothing here depends on it. */
  closeOnExec: 0o2_000_000n,
  pathOnly: 0o10_000_000n,
} as const;

const STATUS_BYTES = 8192;
const DIRECTORY_BYTES = 64 * 1024;

/** Where in the list below the limits are asked for. */
const FIRST_LIMIT_CALL = 9;

/** Reads the facts with one list of calls. */
export function readProcessFacts(runner: SyscallRunner, arch: LinuxArchitecture): ProcessFacts {
  const number = (name: string): number => getSyscallNumber(arch, name);
  const status = new Uint8Array(STATUS_BYTES);
  const descriptors = new Uint8Array(DIRECTORY_BYTES);
  const limits = Object.values(LIMIT_NUMBERS).map((limit) => ({ limit, bytes: new Uint8Array(16) }));
  const readInto = (path: string, call: string, bytes: Uint8Array, at: number): SyscallCall[] => [
    { number: number('openat'), args: [CURRENT_DIRECTORY, cString(path), OPEN.closeOnExec] },
    { number: number(call), args: [{ resultOf: at }, bytes, BigInt(bytes.length)] },
    { number: number('close'), args: [{ resultOf: at }] },
  ];
  const calls: SyscallCall[] = [
    { number: number('landlock_create_ruleset'), args: [0n, 0n, LANDLOCK_CREATE_RULESET_VERSION] },
    { number: number('getppid'), args: [] },
    { number: number('kill'), args: [{ resultOf: 1 }, 0n] },
    ...readInto('/proc/self/status', 'read', status, 3),
    ...readInto('/proc/self/fd', 'getdents64', descriptors, 6),
    ...limits.map(({ limit, bytes }) => ({
      number: number('prlimit64'),
      args: [0n, BigInt(limit), 0n, bytes],
    })),
  ];
  const results = runner.run(calls);
  const value = (index: number): number => results[index]?.value ?? -1;
  const text = decodeAscii(status.subarray(0, Math.max(0, value(4))));
  const listed = parseDirectory(descriptors.subarray(0, Math.max(0, value(7)))).filter((name) =>
    /^\d+$/.test(name),
  );
  return {
    landlockAbi: Math.max(0, value(0)),
    reservedBytes: parseStatusBytes(text, 'VmData'),
    usedBytes: parseStatusBytes(text, 'RssAnon'),
    // One of them was the directory itself.
    openDescriptors: listed.map(Number).filter((descriptor) => descriptor !== value(6)),
    hardLimits: new Map(
      limits.map(({ limit, bytes }, index) => [
        limit,
        value(FIRST_LIMIT_CALL + index) === 0 ? new DataView(bytes.buffer).getBigUint64(8, true) : NO_LIMIT,
      ]),
    ),
    canSignalParent: value(1) > 0 && value(2) === 0,
    parentPid: Math.max(0, value(1)),
  };
}

/** A size of /proc/self/status in bytes; `NaN` where the line is missing. */
export function parseStatusBytes(status: string, field: string): number {
  const line = status.split('\n').find((candidate) => candidate.startsWith(`${field}:`));
  return line === undefined ? Number.NaN : Number.parseInt(line.slice(field.length + 1), 10) * 1024;
}

/** The names of `struct linux_dirent64` records. */
export function parseDirectory(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names: string[] = [];
  let offset = 0;
  while (offset + NAME_OFFSET < bytes.length) {
    const length = view.getUint16(offset + 16, true);
    if (length < NAME_OFFSET) break;
    const name = bytes.subarray(offset + NAME_OFFSET, offset + length);
    const end = name.indexOf(0);
    names.push(decodeAscii(end === -1 ? name : name.subarray(0, end)));
    offset += length;
  }
  return names;
}

/** Where the name stands in a directory record. */
const NAME_OFFSET = 19;

/** Field names and numbers; setting up a TextDecoder takes longer than the whole lockdown. */
function decodeAscii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
