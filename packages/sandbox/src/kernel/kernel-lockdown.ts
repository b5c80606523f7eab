/**
 * Locks the running guest down, from inside, before any byte of a plugin is loaded.
 *
 * The order matters: no new privileges, without which the kernel takes no filter from an ordinary user;
 * Landlock; limits; the filter last, because it closes the calls that the others need. Each layer is
 * then tried. One that is in place but does not refuse what it should counts as absent: the host
 * decides by the report alone, and never by what was asked for.
 *
 * Call it before the first asynchronous file operation. Landlock binds the calling thread and the
 * threads that it starts later (all threads from ABI 8 on), and libuv starts its own at first use.
 *
 * @module
 */

import process from 'node:process';
import { type FfiModule, FfiSyscallRunner } from './ffi-syscall-runner.ts';
import { describeLandlockCoverage } from './landlock.ts';
import { type LinuxArchitecture, isLinuxArchitecture } from './linux-architecture.ts';
import { nameErrno } from './linux-errno.ts';
import { addCapabilityCalls } from './lockdown-capabilities.ts';
import { type LandlockVerdict, addLandlockCalls } from './lockdown-landlock.ts';
import { addLimitCalls } from './lockdown-limits.ts';
import type { LockdownReport, LockdownStep, PreparedLockdown } from './lockdown-plan.ts';
import { type SeccompVerdict, addSeccompCalls } from './lockdown-seccomp.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { SyscallList } from './syscall-list.ts';
import type { SyscallRunner } from './syscall-runner.ts';

/** `PR_SET_NO_NEW_PRIVS`, `PR_GET_NO_NEW_PRIVS`. */
const SET_NO_NEW_PRIVILEGES = 38n;
const GET_NO_NEW_PRIVILEGES = 39n;
/** `PR_SET_PDEATHSIG`, and the signal that nothing can catch. */
const SET_PARENT_DEATH_SIGNAL = 1n;
const SIGKILL = 9n;

/** Holds the current process to plans. */
export interface KernelLockdown {
  /** Version of Landlock that the kernel speaks; 0: none. */
  abi(): number;
  /** Applies a plan to the current process. It can't be taken back; a later plan can only narrow it. */
  apply(plan: PreparedLockdown): LockdownReport;
}

/** What a lockdown takes of its process; the tests give other values. */
export interface LockdownProcess {
  readonly arch: string;
  readonly platform: string;
  readonly pid: number;
  /** Node's permission model; `drop` came with Node 26. */
  readonly permission?: unknown;
}

/**
 * Prepares to lock this process down through `node:ffi` (Node 26.1 and later, with `--allow-ffi` under
 * `--permission`). Nothing is applied yet.
 *
 * @throws TypeError anywhere but on Linux on x64 or arm64; and what `node:ffi` throws where it is not permitted.
 */
export function createKernelLockdown(ffi: FfiModule, target: LockdownProcess = process): KernelLockdown {
  assertSupported(target);
  const runner = new FfiSyscallRunner(ffi);
  const lockdown = createLockdown(runner, target);
  return {
    abi: () => lockdown.abi(),
    apply(plan) {
      const report = lockdown.apply(plan);
      if (plan.keepFfi === true) return report;
      runner[Symbol.dispose]();
      const dropped = dropFfi(target);
      return {
        ...report,
        layers: { ...report.layers, ffiDropped: dropped.ok },
        steps: [...report.steps, dropped],
      };
    },
  };
}

/**
 * Prepares to lock this process down with any runner of system calls.
 *
 * @throws TypeError anywhere but on Linux on x64 or arm64.
 */
export function createLockdown(runner: SyscallRunner, target: LockdownProcess = process): KernelLockdown {
  const arch = assertSupported(target);
  return {
    abi: () => readProcessFacts(runner, arch).landlockAbi,
    apply(plan) {
      const report = applyPlan(runner, { arch, pid: target.pid }, plan, readProcessFacts(runner, arch));
      // Its files are nothing for a plugin to find open.
      if (plan.keepFfi !== true) runner.closeDescriptors();
      return report;
    },
  };
}

function assertSupported({ platform, arch }: LockdownProcess): LinuxArchitecture {
  if (platform !== 'linux' || !isLinuxArchitecture(arch)) {
    throw new TypeError(
      `the kernel lockdown exists for Linux on x64 and arm64, not for ${platform} on ${arch}`,
    );
  }
  return arch;
}

function applyPlan(
  runner: SyscallRunner,
  { arch, pid }: { readonly arch: LinuxArchitecture; readonly pid: number },
  plan: PreparedLockdown,
  facts: ProcessFacts,
): LockdownReport {
  const list = new SyscallList(arch);
  const judgePrivileges = addPrivilegeCalls(list);
  const judgeParentDeath = plan.dieWithParent === true ? addParentDeathCall(list) : undefined;
  const judgeLandlock = plan.files === undefined ? undefined : addLandlockCalls(list, plan.files, facts);
  const judgeLimits = addLimitCalls(list, plan.limits ?? {}, facts);
  const judgeCapabilities =
    plan.dropCapabilities === true ? addCapabilityCalls(list, facts.capabilities) : undefined;
  const isLeftToLandlock =
    plan.filterBesideLandlock !== undefined && describeLandlockCoverage(facts.landlockAbi).scope;
  const filter = isLeftToLandlock ? plan.filterBesideLandlock : plan.filter;
  const judgeSeccomp = filter && addSeccompCalls(list, filter, { arch, pid });
  list.run(runner);

  const privileges = judgePrivileges();
  const parentDeath = judgeParentDeath?.();
  const landlock: LandlockVerdict | undefined = judgeLandlock?.();
  const limits = judgeLimits();
  const capabilities = judgeCapabilities?.();
  const seccomp: SeccompVerdict | undefined = judgeSeccomp?.();
  const stands = seccomp?.stands ?? false;
  const isLimited = (name: Parameters<typeof limits.get>[0]): boolean => limits.get(name)?.ok ?? false;
  return {
    landlockAbi: facts.landlockAbi,
    layers: {
      noNewPrivileges: privileges.ok,
      parentDeath: parentDeath?.ok ?? false,
      coreDumps: isLimited('core'),
      capabilities: capabilities?.ok ?? false,
      descriptors: isLimited('descriptors'),
      fileSize: isLimited('fileSize'),
      memory: isLimited('data'),
      // Older versions of Landlock leave emptying files to the filter.
      files: (landlock?.files ?? false) && (describeLandlockCoverage(facts.landlockAbi).truncate || stands),
      tcp: landlock?.tcp ?? false,
      scope: landlock?.scope ?? false,
      syscalls: stands && (!isLeftToLandlock || landlock?.scope === true),
      ffiDropped: false,
    },
    steps: [
      privileges,
      ...(parentDeath === undefined ? [] : [parentDeath]),
      ...(landlock?.steps ?? []),
      ...limits.values(),
      ...(capabilities === undefined ? [] : [capabilities]),
      ...(seccomp?.steps ?? []),
    ],
    unknownSyscalls: filter?.unknownSyscalls ?? [],
    absentSyscalls: filter?.absentSyscalls ?? [],
  };
}

function addPrivilegeCalls(list: SyscallList): () => LockdownStep {
  const set = list.add('prctl', SET_NO_NEW_PRIVILEGES, 1n, 0n, 0n, 0n);
  const read = list.add('prctl', GET_NO_NEW_PRIVILEGES, 0n, 0n, 0n, 0n);
  return () => {
    const { errno } = list.result(set);
    const ok = list.result(read).value === 1;
    return {
      step: 'no-new-privileges',
      ok,
      ...(errno === 0 ? {} : { errno }),
      detail: ok ? 'no program can gain rights any more' : `failed with ${nameErrno(errno)}`,
    };
  };
}

function addParentDeathCall(list: SyscallList): () => LockdownStep {
  const set = list.add('prctl', SET_PARENT_DEATH_SIGNAL, SIGKILL, 0n, 0n, 0n);
  return () => {
    const { value, errno } = list.result(set);
    const ok = value === 0;
    return {
      step: 'parent-death',
      ok,
      ...(errno === 0 ? {} : { errno }),
      detail: ok ? 'it ends with its parent' : `failed with ${nameErrno(errno)}`,
    };
  };
}

/** Without the permission model FFI can't be given up; the module gate must then keep the plugin from it. */
function dropFfi({ permission }: LockdownProcess): LockdownStep {
  const step = 'drop-ffi';
  if (!canDrop(permission)) {
    return { step, ok: false, detail: 'Node runs without --permission, so node:ffi stays reachable' };
  }
  permission.drop('ffi');
  return { step, ok: true, detail: 'node:ffi is closed' };
}

function canDrop(permission: unknown): permission is { drop(scope: string): void } {
  return (
    typeof permission === 'object' &&
    permission !== null &&
    'drop' in permission &&
    typeof permission.drop === 'function'
  );
}
