/**
 * A control group for one guest, with everything that it starts. Removed when the guest is gone.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SecurityPolicy } from '@truthound/protocols';
import { CONTROLLERS, type CgroupParents, type Controller, nextGroupName } from './cgroups.ts';
import type { AppliedLayer, Claim } from './enforcement.ts';

const MEBIBYTE = 1024 * 1024;
/** What a group is charged for an idle Node: its heap, its pages of files, the kernel's own memory for it. */
const IDLE_NODE_MB = 48;
/** Threads and processes of a guest. Node itself has a dozen threads. */
const MAX_TASKS = 256;
const PERIOD_US = 100_000;
/** The kernel takes no smaller share. */
const MIN_QUOTA_US = 1000;
/** The kernel lets a group be removed shortly after its last process has ended. */
const REMOVAL_DELAYS_MS = [0, 5, 20, 50, 100, 200, 500, 1000];

interface Setting {
  readonly file: string;
  readonly value: string;
  /** Not every kernel has it. */
  readonly isOptional?: true;
}

/** What to write for a limit, by version. The order matters: swap cannot be less than memory. */
const SETTINGS: Readonly<
  Record<1 | 2, Readonly<Record<Controller, (policy: SecurityPolicy) => readonly Setting[]>>>
> = {
  1: {
    memory: (policy) => [
      { file: 'memory.limit_in_bytes', value: memoryBytes(policy) },
      { file: 'memory.memsw.limit_in_bytes', value: memoryBytes(policy), isOptional: true },
    ],
    cpu: (policy) => [
      { file: 'cpu.cfs_period_us', value: String(PERIOD_US) },
      { file: 'cpu.cfs_quota_us', value: String(quotaUs(policy)) },
      { file: 'cpu.cfs_burst_us', value: String(quotaUs(policy)), isOptional: true },
    ],
    pids: () => [{ file: 'pids.max', value: String(MAX_TASKS) }],
  },
  2: {
    memory: (policy) => [
      { file: 'memory.max', value: memoryBytes(policy) },
      { file: 'memory.swap.max', value: '0', isOptional: true },
    ],
    cpu: (policy) => [
      { file: 'cpu.max', value: `${String(quotaUs(policy))} ${String(PERIOD_US)}` },
      { file: 'cpu.max.burst', value: String(quotaUs(policy)), isOptional: true },
    ],
    pids: () => [{ file: 'pids.max', value: String(MAX_TASKS) }],
  },
};

/** Where the kernel counts those that it killed for want of memory. */
const KILL_COUNT: Readonly<Record<1 | 2, string>> = { 1: 'memory.oom_control', 2: 'memory.events' };

const CLAIMS: Readonly<Record<Controller, Claim>> = {
  memory: {
    guarantee: 'memory',
    strength: 'enforced',
    detail: 'everything that the guest and what it starts is charged for, files it keeps in memory with it',
  },
  cpu: {
    guarantee: 'cpu',
    strength: 'enforced',
    detail: 'the kernel’s quota, for the guest and what it starts',
  },
  pids: {
    guarantee: 'processCount',
    strength: 'partial',
    detail: `${String(MAX_TASKS)} processes and threads`,
  },
};

function memoryBytes({ resourceLimits }: SecurityPolicy): string {
  return String(Math.ceil(resourceLimits.maxMemoryMb + IDLE_NODE_MB) * MEBIBYTE);
}

function quotaUs({ resourceLimits }: SecurityPolicy): number {
  return Math.max(Math.round((resourceLimits.maxCpuPercent / 100) * PERIOD_US), MIN_QUOTA_US);
}

/**
 * What a group is to limit: each controller costs a start some milliseconds, so only what nothing else keeps.
 * @param isMemoryBound whether the kernel bounds the memory of each process by other means
 */
export function wantedControllers(
  { allowSubprocess, resourceLimits }: SecurityPolicy,
  isMemoryBound: boolean,
): readonly Controller[] {
  const wanted: Readonly<Record<Controller, boolean>> = {
    memory: Number.isFinite(resourceLimits.maxMemoryMb) && (allowSubprocess || !isMemoryBound),
    cpu: Number.isFinite(resourceLimits.maxCpuPercent),
    pids: allowSubprocess,
  };
  return CONTROLLERS.filter((controller) => wanted[controller]);
}

const removals = new Set<Promise<void>>();

/** Resolves when every group that was to go is gone: the kernel takes its time for it. */
export async function cgroupsAreGone(): Promise<void> {
  await Promise.all(removals);
}

export class GuestCgroup implements Disposable {
  readonly #version: 1 | 2;
  /** The group's folder for each controller; in version 2 they are one and the same. */
  readonly #folders: ReadonlyMap<Controller, string>;
  #joined: Promise<void> = Promise.resolve();

  private constructor(version: 1 | 2, folders: ReadonlyMap<Controller, string>) {
    this.#version = version;
    this.#folders = folders;
  }

  /** Makes a group without limits; `undefined` where none can be made. */
  static create(parents: CgroupParents, controllers: readonly Controller[]): GuestCgroup | undefined {
    const name = nextGroupName();
    const folders = new Map<Controller, string>();
    for (const controller of controllers) {
      const parent = parents.folders[controller];
      if (parent !== undefined && makeFolder(join(parent, name))) folders.set(controller, join(parent, name));
    }
    return folders.size === 0 ? undefined : new GuestCgroup(parents.version, folders);
  }

  /** Moves a process in, beside its start: the kernel takes some ten milliseconds for it. */
  add(pid: number): void {
    this.#joined = (async () => {
      for (const folder of new Set(this.#folders.values())) {
        // Whether it is in, is read afterwards.
        await writeFile(join(folder, 'cgroup.procs'), String(pid)).catch(() => undefined);
      }
    })();
  }

  /**
   * Waits until the process has been moved, sets the limits of its policy, which were not to slow its
   * start, and answers the layer that stands by what the kernel reports.
   */
  async confirm(
    pid: number,
    policy: SecurityPolicy,
    controllers: readonly Controller[],
  ): Promise<readonly AppliedLayer[]> {
    await this.#joined;
    const claims = controllers
      .filter((controller) => this.#limit(controller, policy) && this.#has(controller, pid))
      .map((controller) => CLAIMS[controller]);
    return claims.length === 0 ? [] : [{ name: 'cgroup', claims }];
  }

  /** Whether the kernel has ended a process of the group for want of memory. */
  get isOutOfMemory(): boolean {
    const folder = this.#folders.get('memory');
    if (folder === undefined) return false;
    const count = /^oom_kill (\d+)/m.exec(read(join(folder, KILL_COUNT[this.#version])))?.[1];
    return Number(count ?? 0) > 0;
  }

  /** Has it removed once nobody is in it any more. Nobody has to wait for that: {@link cgroupsAreGone}. */
  [Symbol.dispose](): void {
    const removing = this.#remove().finally(() => removals.delete(removing));
    removals.add(removing);
  }

  async #remove(): Promise<void> {
    await this.#joined;
    for (const folder of new Set(this.#folders.values())) await removeFolder(folder);
  }

  #limit(controller: Controller, policy: SecurityPolicy): boolean {
    const folder = this.#folders.get(controller);
    if (folder === undefined) return false;
    return SETTINGS[this.#version][controller](policy).every(({ file, value, isOptional = false }) => {
      try {
        writeFileSync(join(folder, file), value);
        return true;
      } catch {
        return isOptional;
      }
    });
  }

  #has(controller: Controller, pid: number): boolean {
    const members = read(join(this.#folders.get(controller) ?? '', 'cgroup.procs'));
    return members.split('\n').includes(String(pid));
  }
}

function makeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function removeFolder(folder: string): Promise<void> {
  for (const ms of REMOVAL_DELAYS_MS) {
    if (ms > 0) await delay(ms);
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    }
  }
}
