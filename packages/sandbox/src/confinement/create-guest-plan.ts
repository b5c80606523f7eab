import {
  IsolationLevel,
  NETWORK_MODULES,
  SUBPROCESS_MODULES,
  type SecurityPolicy,
  normalizeModuleName,
} from '@truthound/protocols';
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
          blocked: blockedModules(policy),
          allowNetwork: policy.allowNetwork,
        }
      : undefined,
    kernel,
    hostFunctions,
    allowCodeGeneration: policy.isolationLevel === IsolationLevel.PROCESS,
    ...(isWrapped ? { hasEarlyFilter: true, foreignVariables: SET_BY_BUBBLEWRAP } : {}),
  };
}

/** What a policy blocks by name, and what its other fields close with all their modules. */
function blockedModules({
  blockedModules: named,
  allowNetwork,
  allowSubprocess,
}: SecurityPolicy): readonly string[] {
  return [
    ...new Set([
      ...named.map(normalizeModuleName),
      ...(allowNetwork ? [] : NETWORK_MODULES),
      ...(allowSubprocess ? [] : SUBPROCESS_MODULES),
    ]),
  ];
}
