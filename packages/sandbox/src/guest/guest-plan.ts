/** What the host tells a guest to do to itself before any plugin code runs, and what the guest answers. Plain data. */

import type { LockdownPlan } from '../kernel/lockdown-plan.ts';

/** Which modules the plugin may use. */
export interface ModuleGatePlan {
  /** Built-in modules that may be used; empty for all that are not blocked. Without `node:`. */
  readonly allowed: readonly string[];
  /** Modules that may not be used, built-in or from npm. Without `node:`. */
  readonly blocked: readonly string[];
  readonly allowNetwork: boolean;
  readonly allowSubprocess: boolean;
}

/** The steps of a guest's own lockdown. A step that is absent is not asked for. */
export interface GuestPlan {
  readonly moduleGate: ModuleGatePlan | undefined;
  /** What the kernel is asked to hold the guest to; `undefined` where it cannot be asked. */
  readonly kernel: LockdownPlan | undefined;
  /** Names of the host functions the plugin may call. */
  readonly hostFunctions: readonly string[];
  /** Whether text may be run as code (`eval`, `new Function`). */
  readonly allowCodeGeneration: boolean;
}

/** What one step came to, as the guest saw it. */
export interface StepReport {
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
}
