// Run as a child: locks itself down with the plan it is given, tries the acts, and prints what happened.

import fs from 'node:fs';
import process from 'node:process';
import { type FfiModule, FfiSyscallRunner } from '../../src/kernel/ffi-syscall-runner.ts';
import { createKernelLockdown, createLockdown } from '../../src/kernel/kernel-lockdown.ts';
import type { LinuxArchitecture } from '../../src/kernel/linux-architecture.ts';
import type { LockdownPlan, LockdownReport } from '../../src/kernel/lockdown-plan.ts';
import { prepareLockdown } from '../../src/kernel/prepare-lockdown.ts';
import { NativeSyscallRunner } from '../../src/kernel/native-syscall-runner.ts';
import { inheritScratchFiles, openScratchFile } from '../../src/kernel/scratch-file.ts';
import { type ActPaths, HOSTILE_ACTS, ORDINARY_ACTS, perform } from './guest-acts.ts';
import { rawAttacks, runRawAttacks } from './raw-attacks.ts';

/** What the test asks of the guest. */
export interface GuestRequest {
  readonly runner: 'ffi' | 'native';
  readonly plan: LockdownPlan;
  readonly paths: ActPaths;
  readonly acts: readonly ('hostile' | 'ordinary' | 'raw')[];
  /** Descriptors of scratch files from the host, for the native way. */
  readonly scratchFiles?: readonly number[];
  /** JavaScript that runs before the lockdown. */
  readonly first?: string;
  /** JavaScript that runs last; its value is `evaluated`. */
  readonly then?: string;
  /** A second plan, applied after the first, which must keep FFI. */
  readonly narrow?: LockdownPlan;
}

/** What the guest answers. */
export interface GuestAnswer {
  readonly report: LockdownReport;
  readonly hostile?: Readonly<Record<string, string>>;
  readonly ordinary?: Readonly<Record<string, string>>;
  readonly raw?: Readonly<Record<string, string>>;
  readonly evaluated?: unknown;
  readonly narrowed?: LockdownReport;
}

const request = JSON.parse(process.argv[2] ?? '') as GuestRequest;
const arch = process.arch as LinuxArchitecture;
let narrowed: LockdownReport | undefined;
// eslint-disable-next-line no-eval -- the test's own text, to prepare what a lockdown must see
if (request.first !== undefined) await (0, eval)(request.first);
const { report, runner } = request.runner === 'native' ? lockNatively() : lockThroughFfi();

function lockNatively(): { report: LockdownReport; runner?: FfiSyscallRunner } {
  const native = new NativeSyscallRunner(
    arch,
    request.scratchFiles === undefined ? openScratchFile : inheritScratchFiles(request.scratchFiles),
  );
  const applied = createLockdown(native).apply(prepareLockdown(request.plan, arch));
  // Node 22 has no \`using\`.
  native[Symbol.dispose]();
  return { report: applied };
}

/** Raw attacks need the very FFI that a lockdown gives up. */
function lockThroughFfi(): { report: LockdownReport; runner?: FfiSyscallRunner } {
  const ffi = process.getBuiltinModule('node:ffi') as unknown as FfiModule;
  if (!request.acts.includes('raw')) {
    const lockdown = createKernelLockdown(ffi);
    const first = lockdown.apply(prepareLockdown(request.plan, arch));
    if (request.narrow !== undefined) narrowed = lockdown.apply(prepareLockdown(request.narrow, arch));
    return { report: first };
  }
  const raw = new FfiSyscallRunner(ffi);
  return { report: createLockdown(raw).apply(prepareLockdown(request.plan, arch)), runner: raw };
}

const answer: GuestAnswer = {
  report,
  ...(narrowed === undefined ? {} : { narrowed }),
  ...(request.acts.includes('hostile') ? { hostile: await perform(HOSTILE_ACTS, request.paths) } : {}),
  ...(request.acts.includes('ordinary') ? { ordinary: await perform(ORDINARY_ACTS, request.paths) } : {}),
  ...(runner === undefined
    ? {}
    : {
        raw: runRawAttacks(
          runner,
          arch,
          rawAttacks(process.ppid, process.pid, `${request.paths.outside}/secret.txt`),
        ),
      }),
  // eslint-disable-next-line no-eval -- the test's own text, to see what the lockdown leaves of the engine
  ...(request.then === undefined ? {} : { evaluated: await (0, eval)(request.then) }),
};
fs.writeSync(1, JSON.stringify(answer));
