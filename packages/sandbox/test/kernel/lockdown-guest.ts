// Run as a child: locks itself down with the plan it is given, tries the acts, and prints what happened.

import fs from 'node:fs';
import process from 'node:process';
import { type FfiModule, FfiSyscallRunner } from '../../src/kernel/ffi-syscall-runner.ts';
import { createKernelLockdown, createLockdown } from '../../src/kernel/kernel-lockdown.ts';
import type { LinuxArchitecture } from '../../src/kernel/linux-architecture.ts';
import type { LockdownPlan, LockdownReport } from '../../src/kernel/lockdown-plan.ts';
import { type ActPaths, HOSTILE_ACTS, ORDINARY_ACTS, perform } from './guest-acts.ts';
import { rawAttacks, runRawAttacks } from './raw-attacks.ts';

/** What the test asks of the guest. */
export interface GuestRequest {
  readonly runner: 'ffi';
  readonly plan: LockdownPlan;
  readonly paths: ActPaths;
  readonly acts: readonly ('hostile' | 'ordinary' | 'raw')[];
  /** JavaScript that runs last; its value is `evaluated`. */
  readonly then?: string;
}

/** What the guest answers. */
export interface GuestAnswer {
  readonly report: LockdownReport;
  readonly hostile?: Readonly<Record<string, string>>;
  readonly ordinary?: Readonly<Record<string, string>>;
  readonly raw?: Readonly<Record<string, string>>;
  readonly evaluated?: unknown;
}

const request = JSON.parse(process.argv[2] ?? '') as GuestRequest;
const ffi = process.getBuiltinModule('node:ffi') as unknown as FfiModule;
const lockdown =
  request.plan.keepFfi === true && request.acts.includes('raw') ? undefined : createKernelLockdown(ffi);
const runner = lockdown === undefined ? new FfiSyscallRunner(ffi) : undefined;
const report = (lockdown ?? createLockdown(runner!)).apply(request.plan);

const answer: GuestAnswer = {
  report,
  ...(request.acts.includes('hostile') ? { hostile: await perform(HOSTILE_ACTS, request.paths) } : {}),
  ...(request.acts.includes('ordinary') ? { ordinary: await perform(ORDINARY_ACTS, request.paths) } : {}),
  ...(runner === undefined
    ? {}
    : {
        raw: runRawAttacks(
          runner,
          process.arch as LinuxArchitecture,
          rawAttacks(process.ppid, process.pid, `${request.paths.outside}/secret.txt`),
        ),
      }),
  // eslint-disable-next-line no-eval -- the test's own text, to see what the lockdown leaves of the engine
  ...(request.then === undefined ? {} : { evaluated: await (0, eval)(request.then) }),
};
fs.writeSync(1, JSON.stringify(answer));
