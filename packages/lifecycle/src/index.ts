export type { BackgroundErrorContext, BackgroundErrorListener } from './background-error.ts';
export { LifecycleManager } from './lifecycle-manager.ts';
export type { LifecycleManagerOptions } from './lifecycle-options.ts';
export type { LifecycleObserver, LifecycleSpan, LifecycleSpanEnd } from './lifecycle-observer.ts';
export { LifecycleTimeoutError } from './lifecycle-timeout-error.ts';
export { RESTING_STATES, isRestingState, planTransition } from './transition-path.ts';
export { TRANSITIONS, assertTransition, isLegalTransition } from './transitions.ts';
