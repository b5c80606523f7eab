/**
 * What the machine offers to confine processes with. Found by trying, not by the names of programs; each
 * of the finders looks when it is first asked, and remembers.
 *
 * Tests put other answers in the place of these, to force layers off and to be other machines.
 *
 * @module
 */
import process from 'node:process';
import { canGovernCpu } from '../process/cpu-governor.ts';
import { findBubblewrap } from './bubblewrap.ts';
import { type CgroupParents, findCgroupParents } from './cgroups.ts';
import { NOBODY, type UserId } from './guest-user.ts';
import { KERNEL_ROADS, type KernelRoad } from './kernel-layers.ts';
import { findPrlimit } from './outer-limits.ts';

export interface ProcessHost {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Ways to the kernel that guests may take, where their Node has them. */
  readonly kernelRoads: readonly KernelRoad[];
  /** Whom guests can be run as instead, where this process is root. */
  readonly otherUser: UserId | undefined;
  /** Whether the memory and the CPU time of processes can be read. */
  readonly canWatch: boolean;
  /** The program, where it can make namespaces for this user. */
  findBubblewrap(user?: UserId): Promise<string | undefined>;
  /** The program that limits other processes. */
  findPrlimit(): string | undefined;
  /** Where groups of processes can be made. */
  findCgroups(): CgroupParents | undefined;
}

/** The option of a process engine that replaces parts of what its machine offers. For tests. */
export const PROCESS_HOST: unique symbol = Symbol('truthound.process-host');

/** Holds what a test puts in the place of the machine's own answers. */
export interface ProcessHostOption {
  readonly [PROCESS_HOST]?: Partial<ProcessHost>;
}

/** The machine that this runs on. */
export function describeProcessHost(): ProcessHost {
  const isLinux = process.platform === 'linux';
  const isKnown = isLinux && (process.arch === 'x64' || process.arch === 'arm64');
  return {
    platform: process.platform,
    arch: process.arch,
    kernelRoads: KERNEL_ROADS,
    otherUser: isLinux && process.getuid?.() === 0 ? NOBODY : undefined,
    canWatch: isLinux && canGovernCpu(),
    findBubblewrap: isKnown ? findBubblewrap : () => Promise.resolve(undefined),
    findPrlimit: isLinux ? findPrlimit : () => undefined,
    findCgroups: isLinux ? findCgroupParents : () => undefined,
  };
}
