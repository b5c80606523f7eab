/** What the host tells a guest to do to itself before any plugin code runs, and what the guest answers. Plain data. */

import type { PreparedLockdown } from '../kernel/lockdown-plan.ts';

/** What a container was ordered to hold its guest to. Plain data; `undefined` where the policy does not ask. */
export interface ContainerExpectations {
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  readonly pidsLimit: number;
  readonly hasNetwork: boolean;
}

/** Which modules the plugin may use. */
export interface ModuleGatePlan {
  /** Built-in modules that may be used; empty for all that are not blocked. Without `node:`. */
  readonly allowed: readonly string[];
  /** Modules that may not be used, built-in or from npm. Without `node:`. */
  readonly blocked: readonly string[];
  /** Without it, globals and streams that are sockets are closed as well. */
  readonly allowNetwork: boolean;
}

/** How the guest asks the kernel to hold it, and to what. */
export interface KernelPlan {
  /** `ffi`: through `node:ffi`; `native`: through the prebuilt shared object. */
  readonly road: 'ffi' | 'native';
  /** A folder where the native road may make a file without a name. */
  readonly scratch: string;
  readonly lockdown: PreparedLockdown;
}

/** What is different for a guest in a container. */
export interface ContainerPlan {
  /** Its environment variables. What the engine set on top is dropped. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether Node lets it open sockets, which it needed for its channel, and has to give up. */
  readonly dropNetwork: boolean;
  /** What the container is to hold it to. */
  readonly expectations: ContainerExpectations;
}

/** The steps of a guest's own lockdown. A step that is absent is not asked for. */
export interface GuestPlan {
  readonly moduleGate: ModuleGatePlan | undefined;
  /** What the kernel is asked to hold the guest to; `undefined` where it cannot be asked. */
  readonly kernel: KernelPlan | undefined;
  /** Set for a guest in a container. */
  readonly container?: ContainerPlan;
  /** Whether a filter stands since before the start, and is to be tried. @defaultValue false */
  readonly hasEarlyFilter?: boolean;
  /** Variables that came from whatever started the guest, and not from the host. @defaultValue none */
  readonly foreignVariables?: readonly string[];
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
