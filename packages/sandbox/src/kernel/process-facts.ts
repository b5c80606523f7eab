/**
 * What a lockdown must know of its own process, read with the same raw calls that lock it down: Node's
 * `fs` would need permission for /proc, and an asynchronous call would start threads too early.
 *
 * @module
 */

import { Buffer } from 'node:buffer';
import { LANDLOCK_CREATE_RULESET_VERSION } from './landlock.ts';
import type { LinuxArchitecture } from './linux-architecture.ts';
import { SyscallList } from './syscall-list.ts';
import { type ResultOf, type SyscallRunner, cString } from './syscall-runner.ts';

/** The state of a process before it is locked down. */
export interface ProcessFacts {
  /** 0 where the kernel has no Landlock, or has it switched off. */
  readonly landlockAbi: number;
  /** Private writable memory that is reserved, and that is in use (VmData and RssAnon), in bytes. */
  readonly reservedBytes: number;
  readonly usedBytes: number;
  /** Privileges of root that this process has, a bit each (capabilities(7)); 0 where that can't be read. */
  readonly capabilities: bigint;
  /** `undefined` where /proc/self/fd can't be read any more. */
  readonly openDescriptors: readonly number[] | undefined;
  /** Hard limits by `RLIMIT_*` number; what can't be read counts as none. */
  readonly hardLimits: ReadonlyMap<number, bigint>;
  /** Whether the parent can be signalled now, so that a later refusal proves something. */
  readonly canSignalParent: boolean;
  readonly parentPid: number;
  /** Threads of libuv's pool, which touch files; `undefined` where /proc/self/task can't be read any more. */
  readonly poolThreads: number | undefined;
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

/** Comm names are at most 15 bytes and a line end. */
const NAME_BYTES = 16;
/** What libuv calls the threads that carry out file operations. */
const POOL_THREAD = 'libuv-worker';

/** Reads the facts with two lists of calls: the names of threads are asked for when their ids are known. */
export function readProcessFacts(runner: SyscallRunner, arch: LinuxArchitecture): ProcessFacts {
  const list = new SyscallList(arch);
  const version = list.add('landlock_create_ruleset', 0n, 0n, LANDLOCK_CREATE_RULESET_VERSION);
  const parent = list.add('getppid');
  const signalled = list.add('kill', parent, 0n);
  const status = addRead(list, 'read', '/proc/self/status', STATUS_BYTES);
  const descriptors = addRead(list, 'getdents64', '/proc/self/fd', DIRECTORY_BYTES);
  const tasks = addRead(list, 'getdents64', '/proc/self/task', DIRECTORY_BYTES);
  const limits = Object.values(LIMIT_NUMBERS).map((limit) => {
    const bytes = new Uint8Array(16);
    return { limit, bytes, read: list.add('prlimit64', 0n, BigInt(limit), 0n, bytes) };
  });
  list.run(runner);

  const text = decodeAscii(status.bytes() ?? new Uint8Array());
  const taskIds = listNumbers(tasks.bytes());
  return {
    landlockAbi: Math.max(0, list.result(version).value),
    reservedBytes: parseStatusBytes(text, 'VmData'),
    usedBytes: parseStatusBytes(text, 'RssAnon'),
    capabilities: parseCapabilities(text),
    // One of them was the directory itself; the runner's are closed before plugin code runs.
    openDescriptors: listNumbers(descriptors.bytes())?.filter(
      (descriptor) =>
        descriptor !== list.result(descriptors.opened).value && !runner.descriptors.includes(descriptor),
    ),
    hardLimits: new Map(
      limits.map(({ limit, bytes, read }) => [
        limit,
        list.result(read).errno === 0 ? new DataView(bytes.buffer).getBigUint64(8, true) : NO_LIMIT,
      ]),
    ),
    canSignalParent: list.result(parent).value > 0 && list.result(signalled).errno === 0,
    parentPid: list.result(parent).value,
    poolThreads: taskIds === undefined ? undefined : countPoolThreads(runner, arch, taskIds),
  };
}

function countPoolThreads(
  runner: SyscallRunner,
  arch: LinuxArchitecture,
  taskIds: readonly number[],
): number {
  const list = new SyscallList(arch);
  const names = taskIds.map((id) => addRead(list, 'read', `/proc/self/task/${String(id)}/comm`, NAME_BYTES));
  list.run(runner);
  return names.filter(({ bytes }) => decodeAscii(bytes() ?? new Uint8Array()).trim() === POOL_THREAD).length;
}

/** Adds the calls that read a file or a directory; `bytes` is what they read, `undefined` where they failed. */
function addRead(
  list: SyscallList,
  call: 'read' | 'getdents64',
  path: string,
  size: number,
): { readonly opened: ResultOf; readonly bytes: () => Uint8Array | undefined } {
  const buffer = new Uint8Array(size);
  const opened = list.add('openat', CURRENT_DIRECTORY, cString(path), OPEN.closeOnExec);
  const read = list.add(call, opened, buffer, BigInt(size));
  list.add('close', opened);
  return {
    opened,
    bytes() {
      const { value } = list.result(read);
      return value < 0 ? undefined : buffer.subarray(0, value);
    },
  };
}

function listNumbers(directory: Uint8Array | undefined): readonly number[] | undefined {
  if (directory === undefined) return undefined;
  return parseDirectory(directory)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A size of /proc/self/status in bytes; `NaN` where the line is missing. */
export function parseStatusBytes(status: string, field: string): number {
  const line = status.split('\n').find((candidate) => candidate.startsWith(`${field}:`));
  return line === undefined ? Number.NaN : Number.parseInt(line.slice(field.length + 1), 10) * 1024;
}

/** The permitted capabilities of /proc/self/status. */
export function parseCapabilities(status: string): bigint {
  const [, digits = '0'] = /^CapPrm:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  return BigInt(`0x${digits}`);
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
