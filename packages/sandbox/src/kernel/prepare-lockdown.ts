import type { LinuxArchitecture } from './linux-architecture.ts';
import type { LockdownPlan, PreparedLockdown } from './lockdown-plan.ts';
import { prepareFilter } from './prepare-filter.ts';

/** Does in the host what of a lockdown does not have to be done in the guest. */
export function prepareLockdown(
  { syscalls, ...plan }: LockdownPlan,
  arch: LinuxArchitecture,
): PreparedLockdown {
  if (syscalls === undefined) return plan;
  const mayLeaveSignals = syscalls.allowSubprocess && plan.files !== undefined;
  return {
    ...plan,
    filter: prepareFilter({ ...syscalls, arch, confinesSignals: true }),
    ...(mayLeaveSignals
      ? {
          filterBesideLandlock: prepareFilter({
            ...syscalls,
            arch,
            confinesSignals: false,
            allowTruncateByPath: true,
          }),
        }
      : {}),
  };
}
