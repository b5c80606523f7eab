import type { SecurityPolicy } from '@truthound/protocols';
import { createGuestPlan } from '../confinement/create-guest-plan.ts';
import { findKernelRoad, planKernel, planKernelLockdown } from '../confinement/kernel-layers.ts';
import { type PermittedPaths, closesNetwork } from '../confinement/node-permissions.ts';
import type { GuestPlan } from '../guest/guest-plan.ts';
import { SCRATCH_PATH, limitsOfPolicy } from './container-spec.ts';
import type { UsableRuntime } from './detect-runtime.ts';

/** What a plan takes of a sandbox beside its policy. */
export interface ContainerPlanFacts {
  readonly usable: UsableRuntime;
  /** As the guest sees them. */
  readonly paths: PermittedPaths;
  readonly hostFunctions: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What a guest in a container is to do to itself: the lockdown of every guest, and a look at its container. */
export function createContainerPlan(policy: SecurityPolicy, facts: ContainerPlanFacts): GuestPlan {
  const { usable, paths, hostFunctions, environment } = facts;
  const kernelRoad = findKernelRoad(usable.node, 'linux', process.arch);
  // Its parent is the engine's, whose threads come and go; that the host is gone, it sees by its channel.
  const lockdown = { ...planKernelLockdown(policy, paths, usable.nodePath), dieWithParent: false };
  return {
    ...createGuestPlan(policy, hostFunctions, kernelRoad && planKernel(kernelRoad, SCRATCH_PATH, lockdown)),
    container: {
      environment,
      dropNetwork: closesNetwork(usable.node) && !policy.allowNetwork,
      expectations: limitsOfPolicy(policy),
    },
  };
}

/** What standby containers can be shared by: policies whose containers have the same limits, mounts and rules. */
export function containerStandbyKey(policy: SecurityPolicy, { read, write }: PermittedPaths): string {
  const { allowNetwork, allowSubprocess, allowFileWrite, resourceLimits } = policy;
  // The time is kept by the host alone.
  const limits = { ...resourceLimits, maxExecutionTimeSec: undefined };
  return JSON.stringify([allowNetwork, allowSubprocess, allowFileWrite, limits, read, write]);
}
