/**
 * Limits that the host sets on a guest which cannot set its own, with `prlimit` of util-linux, once Node
 * has started and before any plugin code runs. (Before the start they would have to leave room for what
 * Node reserves: 562 MB of addresses, 22 descriptors.)
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { SecurityPolicy } from '@truthound/protocols';
import { findDescriptorLimit } from '../kernel/lockdown-limits.ts';
import { parseStatusBytes } from '../kernel/process-facts.ts';
import type { AppliedLayer } from './enforcement.ts';
import { findProgram } from './find-program.ts';
import type { UserId } from './guest-user.ts';

const run = promisify(execFile);
const MEBIBYTE = 1024 * 1024;
const TIMEOUT_MS = 10_000;

let program: string | undefined;

/** The path of `prlimit`. */
export function findPrlimit(): string | undefined {
  program ??= findProgram('prlimit');
  return program;
}

/** The numbers to set, as `prlimit` takes them. `core` is always off. */
interface OuterLimits {
  readonly core: number;
  readonly data?: number;
  readonly nofile?: number;
}

/** The lines of `/proc/PID/limits` by which the kernel confirms each. */
const LINES: Readonly<Record<keyof OuterLimits, RegExp>> = {
  core: /^Max core file size\s+(\S+)\s+(\S+)/m,
  data: /^Max data size\s+(\S+)\s+(\S+)/m,
  nofile: /^Max open files\s+(\S+)\s+(\S+)/m,
};

async function computeLimits(pid: number, policy: SecurityPolicy): Promise<OuterLimits> {
  const { maxMemoryMb, maxFileDescriptors } = policy.resourceLimits;
  const status = await readFile(`/proc/${String(pid)}/status`, 'latin1');
  const open = (await readdir(`/proc/${String(pid)}/fd`)).map(Number);
  const reserved = parseStatusBytes(status, 'VmData') - parseStatusBytes(status, 'RssAnon');
  return {
    core: 0,
    ...(Number.isFinite(maxMemoryMb) ? { data: Math.floor(reserved + maxMemoryMb * MEBIBYTE) } : {}),
    ...(Number.isFinite(maxFileDescriptors) ? { nofile: findDescriptorLimit(open, maxFileDescriptors) } : {}),
  };
}

/**
 * Sets a process's limits and reads them back; answers the layers that stand.
 * @param user whom the process runs as, where that is another: who is not may set them only with a privilege
 * that root does not have everywhere
 */
export async function applyOuterLimits(
  prlimit: string,
  pid: number,
  policy: SecurityPolicy,
  user: UserId | undefined,
): Promise<readonly AppliedLayer[]> {
  try {
    const limits = await computeLimits(pid, policy);
    const options = Object.entries(limits).map(
      ([name, value]) => `--${name}=${String(value)}:${String(value)}`,
    );
    await run(prlimit, ['--pid', String(pid), ...options], {
      ...user,
      timeout: TIMEOUT_MS,
      env: {},
      cwd: '/',
    });
    const confirmed = await readFile(`/proc/${String(pid)}/limits`, 'latin1');
    return judgeLimits(limits, confirmed, policy.allowSubprocess);
  } catch {
    return [];
  }
}

const LAYERS: Readonly<Record<'data' | 'nofile', (startsOthers: boolean) => AppliedLayer>> = {
  data: (startsOthers) => ({
    name: 'prlimit-data',
    claims: [
      {
        guarantee: 'memory',
        strength: startsOthers ? 'partial' : 'enforced',
        detail: startsOthers
          ? 'as much in each process that it starts'
          : 'heap, Buffers, SharedArrayBuffers and WebAssembly together',
      },
    ],
  }),
  nofile: () => ({
    name: 'prlimit-nofile',
    claims: [
      { guarantee: 'fileDescriptors', strength: 'enforced', detail: 'the kernel refuses the next one' },
    ],
  }),
};

/** What of the limits the kernel confirms. */
export function judgeLimits(
  limits: OuterLimits,
  confirmed: string,
  startsOthers: boolean,
): readonly AppliedLayer[] {
  return (['data', 'nofile'] as const)
    .filter((name) => {
      const [, soft, hard] = LINES[name].exec(confirmed) ?? [];
      return limits[name] !== undefined && soft === String(limits[name]) && hard === soft;
    })
    .map((name) => LAYERS[name](startsOthers));
}
