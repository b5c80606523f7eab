import type { SecurityPolicy } from '@truthound/protocols';
import type { UserId } from '../confinement/guest-user.ts';
import type { KernelRoad } from '../confinement/kernel-layers.ts';
import { type NodeFacts, type PermittedPaths, nodePermissionFlags } from '../confinement/node-permissions.ts';

import { STANDBY_ARGUMENT } from '../guest/guest-arguments.ts';

/** What the command line of a guest depends on. */
export interface LaunchFacts {
  readonly policy: SecurityPolicy;
  readonly node: NodeFacts;
  readonly kernelRoad: KernelRoad | undefined;
  readonly script: string;
  readonly debug: boolean;
  /** Whether the guest is to wait, and has the time to run its own code once before. @defaultValue false */
  readonly isStandby?: boolean;
}

/** Node's arguments for a guest. */
export function launchArguments(facts: LaunchFacts, paths: PermittedPaths): readonly string[] {
  const { policy, node, kernelRoad, script, debug } = facts;
  const { maxMemoryMb } = policy.resourceLimits;
  return [
    ...nodePermissionFlags(policy, paths, node, { allowInspector: debug, kernelRoad }),
    ...(Number.isFinite(maxMemoryMb) ? [`--max-old-space-size=${String(Math.ceil(maxMemoryMb))}`] : []),
    '--no-warnings',
    '--enable-source-maps',
    '--disable-sigusr1',
    ...(debug ? ['--inspect=127.0.0.1:0'] : []),
    script,
    ...(facts.isStandby === true ? [STANDBY_ARGUMENT] : []),
  ];
}

/**
 * What standby guests can be shared by: policies whose guests have the same command line. Which paths they
 * may use, the kernel is told once the plugin is known.
 */
export function standbyKey(
  { policy, kernelRoad }: LaunchFacts,
  user: UserId | undefined,
  controllers: readonly string[],
): string {
  const { allowNetwork, allowSubprocess, allowFileWrite, resourceLimits } = policy;
  return JSON.stringify([
    allowNetwork,
    allowSubprocess,
    allowFileWrite,
    resourceLimits.maxMemoryMb,
    kernelRoad,
    user?.uid,
    controllers,
  ]);
}
