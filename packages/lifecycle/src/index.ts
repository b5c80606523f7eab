export type { BackgroundErrorContext, BackgroundErrorListener } from './background-error.ts';
export { LifecycleManager } from './lifecycle-manager.ts';
export type { LifecycleManagerOptions } from './lifecycle-options.ts';
export type { LifecycleObserver, LifecycleSpan, LifecycleSpanEnd } from './lifecycle-observer.ts';
export { LifecycleTimeoutError } from './lifecycle-timeout-error.ts';
export { RESTING_STATES, isRestingState, planTransition } from './transition-path.ts';
export { TRANSITIONS, assertTransition, isLegalTransition } from './transitions.ts';
export {
  type CrashDecision,
  CrashPolicy,
  decideAfterCrash,
  listRecentCrashes,
} from './crash/crash-policy.ts';
export { RestartSupervisor } from './crash/restart-supervisor.ts';
export type {
  LoadPermission,
  RestartContext,
  RestartSupervisorOptions,
  SupervisorDecision,
  SupervisorEvent,
} from './crash/supervisor-options.ts';
export {
  type CrashRecord,
  type LastKnownGood,
  type Quarantine,
  type SupervisorSnapshot,
  parseSupervisorSnapshot,
} from './crash/supervisor-snapshot.ts';
