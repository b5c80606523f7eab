import { IsolationLevel, type SecurityPolicy, normalizeModuleName } from '@truthound/protocols';
import type { GuestPlan, KernelPlan } from '../guest/guest-plan.ts';

/** Variables that bubblewrap sets, whatever environment it was given. */
const SET_BY_BUBBLEWRAP = ['PWD'] as const;

/** What a guest is to do to itself under a policy. */
export function createGuestPlan(
  policy: SecurityPolicy,
  hostFunctions: readonly string[],
  kernel: KernelPlan | undefined,
  isWrapped = false,
): GuestPlan {
  const restrictsModules = policy.allowedModules.length + policy.blockedModules.length > 0;
  return {
    moduleGate: restrictsModules
      ? {
          allowed: policy.allowedModules.map(normalizeModuleName),
          blocked: policy.blockedModules.map(normalizeModuleName),
          allowNetwork: policy.allowNetwork,
          allowSubprocess: policy.allowSubprocess,
        }
      : undefined,
    kernel,
    hostFunctions,
    allowCodeGeneration: policy.isolationLevel === IsolationLevel.PROCESS,
    ...(isWrapped ? { hasEarlyFilter: true, foreignVariables: SET_BY_BUBBLEWRAP } : {}),
  };
}
