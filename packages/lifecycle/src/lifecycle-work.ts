import { LifecycleEvent, type LifecyclePlugin, LifecycleState } from '@truthound/protocols';

/** What happens while a plugin passes through a state in which something is done. */
export interface LifecycleWork {
  /** Fired before the state is entered; a handler may refuse. */
  readonly before: LifecycleEvent | undefined;
  /** The plugin's own step, run on the way out. */
  readonly step: 'load' | 'activate' | 'deactivate' | 'unload' | undefined;
  /** Where it leads when the step succeeds. */
  readonly settlesIn: LifecycleState;
  /** Fired once the plugin has settled. */
  readonly after: LifecycleEvent;
}

const WORK: ReadonlyMap<LifecycleState, LifecycleWork> = new Map<LifecycleState, LifecycleWork>([
  [
    LifecycleState.LOADING,
    {
      before: LifecycleEvent.BEFORE_LOAD,
      step: 'load',
      settlesIn: LifecycleState.LOADED,
      after: LifecycleEvent.AFTER_LOAD,
    },
  ],
  [
    LifecycleState.ACTIVATING,
    {
      before: LifecycleEvent.BEFORE_ACTIVATE,
      step: 'activate',
      settlesIn: LifecycleState.ACTIVE,
      after: LifecycleEvent.AFTER_ACTIVATE,
    },
  ],
  [
    LifecycleState.DEACTIVATING,
    {
      before: LifecycleEvent.BEFORE_DEACTIVATE,
      step: 'deactivate',
      settlesIn: LifecycleState.INACTIVE,
      after: LifecycleEvent.AFTER_DEACTIVATE,
    },
  ],
  [
    LifecycleState.UNLOADING,
    {
      before: LifecycleEvent.BEFORE_UNLOAD,
      step: 'unload',
      settlesIn: LifecycleState.UNLOADED,
      after: LifecycleEvent.AFTER_UNLOAD,
    },
  ],
  [
    // Whoever reloads does the work and leaves the state; the lifecycle only tells that it happened.
    LifecycleState.RELOADING,
    {
      before: undefined,
      step: undefined,
      settlesIn: LifecycleState.ACTIVE,
      after: LifecycleEvent.ON_RELOAD,
    },
  ],
]);

/** What is done in `state`; `undefined` for a state in which nothing is. */
export function getWork(state: LifecycleState): LifecycleWork | undefined {
  return WORK.get(state);
}

/** The plugin's own function for `work`, bound to the plugin. */
export function getStep(plugin: LifecyclePlugin, work: LifecycleWork): LifecyclePlugin['load'] {
  return work.step === undefined ? undefined : plugin[work.step]?.bind(plugin);
}
