/**
 * The kernel's part: what a guest asks the kernel to hold it to, and what that keeps once the guest has
 * confirmed that it stands. How it is done is in `kernel/`.
 *
 * @module
 */
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import type { SecurityPolicy } from '@truthound/protocols';
import type { KernelPlan, StepReport } from '../guest/guest-plan.ts';
import { ACCEPT_CALLS } from '../kernel/seccomp-denials.ts';
import { isLinuxArchitecture } from '../kernel/linux-architecture.ts';
import { prepareLockdown } from '../kernel/prepare-lockdown.ts';
import type { LockdownLayers, LockdownPlan } from '../kernel/lockdown-plan.ts';
import { NETWORK_READ_PATHS, NODE_READ_PATHS } from '../kernel/node-read-paths.ts';
import type { AppliedLayer, Claim } from './enforcement.ts';
import { type NodeFacts, type PermittedPaths, hasFfi } from './node-permissions.ts';

const MEGABYTE = 1024 * 1024;

/** Where programs and their libraries lie. */
export const PROGRAM_PATHS: readonly string[] = [
  '/bin',
  '/usr',
  '/lib',
  '/lib64',
  '/sbin',
  '/etc/ld.so.cache',
  '/etc/alternatives',
];

/**
 * How a guest reaches the kernel: `node:ffi` (Node 26.1 and newer), or the prebuilt shared object of
 * `kernel/native-lockdown-*.ts` where Node has none.
 */
export type KernelRoad = 'ffi' | 'native';

/** The better one first. */
export const KERNEL_ROADS: readonly KernelRoad[] = ['ffi', 'native'];

/**
 * The road that guests on this Node take; `undefined` where the kernel has no such layers.
 * @param offered roads that may be taken
 */
export function findKernelRoad(
  node: NodeFacts,
  platform: NodeJS.Platform,
  arch: string,
  offered: readonly KernelRoad[] = KERNEL_ROADS,
): KernelRoad | undefined {
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) return undefined;
  return KERNEL_ROADS.find((road) => offered.includes(road) && (road === 'native' || hasFfi(node)));
}

/**
 * What the guest is to ask for.
 * @param debug whether a debugger is to reach it
 */
export function planKernelLockdown(
  policy: SecurityPolicy,
  paths: PermittedPaths,
  nodePath: string,
  debug = false,
): LockdownPlan {
  const { maxMemoryMb, maxFileDescriptors, deniedSyscalls } = policy.resourceLimits;
  return {
    dieWithParent: true,
    dropCapabilities: true,
    limits: {
      ...(Number.isFinite(maxMemoryMb) ? { memoryBytes: Math.ceil(maxMemoryMb * MEGABYTE) } : {}),
      ...(Number.isFinite(maxFileDescriptors) ? { additionalDescriptors: maxFileDescriptors } : {}),
    },
    files: {
      readPaths: paths.read,
      systemReadPaths: [...NODE_READ_PATHS, ...(policy.allowNetwork ? NETWORK_READ_PATHS : [])],
      // Programs are given the null device for what nobody reads.
      writePaths: [...paths.write, ...(policy.allowSubprocess ? [devNull] : [])],
      executePaths: policy.allowSubprocess ? [...PROGRAM_PATHS, dirname(nodePath)] : [],
      denyTcp: !policy.allowNetwork,
    },
    syscalls: {
      deniedSyscalls: debug ? deniedSyscalls.filter((name) => !ACCEPT_CALLS.includes(name)) : deniedSyscalls,
      allowAccept: debug,
      allowNetwork: policy.allowNetwork,
      allowSubprocess: policy.allowSubprocess,
      allowFileWrite: policy.allowFileWrite,
    },
  };
}

/** The guest's part of a lockdown, on this machine's architecture. */
export function planKernel(
  road: KernelRoad,
  scratch: string,
  lockdown: LockdownPlan,
  arch: string = process.arch,
): KernelPlan {
  // A road exists nowhere else.
  if (!isLinuxArchitecture(arch)) throw new TypeError(`there is no lockdown for ${arch}`);
  return { road, scratch, lockdown: prepareLockdown(lockdown, arch) };
}

interface KernelLayer {
  readonly name: string;
  readonly claims: readonly Claim[];
}

const enforced = (guarantee: Claim['guarantee'], detail: string): Claim => ({
  guarantee,
  strength: 'enforced',
  detail,
});

/** What each part of the lockdown keeps, once it stands and has passed its self-test. */
const KERNEL_LAYERS: Readonly<Partial<Record<keyof LockdownLayers, KernelLayer>>> = {
  memory: {
    name: 'rlimit-data',
    claims: [enforced('memory', 'heap, Buffers, SharedArrayBuffers and WebAssembly together')],
  },
  descriptors: {
    name: 'rlimit-nofile',
    claims: [enforced('fileDescriptors', 'the kernel refuses the next one')],
  },
  files: {
    name: 'landlock',
    claims: [
      enforced('fileRead', 'content and listings outside the granted paths; that a path exists can be seen'),
      enforced('fileWrite', 'everything outside the granted paths'),
    ],
  },
  scope: { name: 'landlock', claims: [enforced('hostSignals', 'no process outside can be signalled')] },
  capabilities: {
    name: 'capabilities',
    claims: [
      {
        guarantee: 'syscalls',
        strength: 'partial',
        detail: 'none of root’s privileges is left, but those over granted files',
      },
    ],
  },
  tcp: { name: 'landlock', claims: [{ guarantee: 'network', strength: 'partial', detail: 'TCP' }] },
  syscalls: {
    name: 'seccomp',
    claims: [
      enforced('network', 'no socket can be made'),
      enforced('subprocess', 'no process and no program can be started'),
      enforced('processCount', 'no process can be started'),
      enforced('syscalls', 'the denied calls fail'),
      enforced('hostSignals', 'only the guest itself can be signalled'),
    ],
  },
};

/** A limit of the kernel's is each process's own: what a guest starts has as much again. */
const EACH_PROCESS: Readonly<Partial<Record<keyof LockdownLayers, KernelLayer>>> = {
  memory: {
    name: 'rlimit-data',
    claims: [{ guarantee: 'memory', strength: 'partial', detail: 'as much in each process that it starts' }],
  },
  descriptors: {
    name: 'rlimit-nofile',
    claims: [
      enforced('fileDescriptors', 'the kernel refuses the next one, in each process that it starts as well'),
    ],
  },
};

/** The layers that stand, by the guest's report. */
export function appliedKernelLayers(
  steps: readonly StepReport[],
  startsOthers = false,
): readonly AppliedLayer[] {
  return Object.entries(startsOthers ? { ...KERNEL_LAYERS, ...EACH_PROCESS } : KERNEL_LAYERS)
    .filter(([layer]) => steps.some(({ step, ok }) => ok && step === `kernel:${layer}`))
    .map(([, layer]) => layer);
}

/**
 * The module gate is JavaScript in the guest: it counts as enforced only where the kernel stands behind it,
 * by the guest's own lockdown or by bubblewrap (`isWrapped`).
 */
export function moduleGateLayer(steps: readonly StepReport[], isWrapped = false): readonly AppliedLayer[] {
  const held = (name: string): boolean => steps.some(({ step, ok }) => ok && step === name);
  if (!held('module-gate')) return [];
  const isLocked =
    held('kernel:syscalls') && held('kernel:files') && (held('kernel:ffiDropped') || held('kernel:native'));
  const backing = isLocked ? 'kernel' : isWrapped ? 'bubblewrap' : 'none';
  const detail = `resolved names are checked in the guest${GATE_BACKING[backing]}`;
  const strength = backing === 'none' ? 'partial' : 'enforced';
  return [{ name: 'module-gate', claims: [{ guarantee: 'modules', strength, detail }] }];
}

const GATE_BACKING = {
  kernel: '; files, network, programs and native code behind them are closed by the kernel',
  bubblewrap:
    '; files, network and processes behind them are closed by the kernel, native code by Node’s permission model',
  none: ', with no kernel layer behind them',
} as const;
