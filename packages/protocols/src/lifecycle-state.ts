/** Where a plugin stands between being found and being gone. The legal moves are `TRANSITIONS` of `@truthound/lifecycle`. */
export const LifecycleState = {
  /** Its manifest was read; none of its code ran. */
  DISCOVERED: 'discovered',
  /** Being verified and brought into its sandbox. */
  LOADING: 'loading',
  /** In its sandbox, not started. */
  LOADED: 'loaded',
  /** Its `activate` is running. */
  ACTIVATING: 'activating',
  /** Serving calls. */
  ACTIVE: 'active',
  /** Its `deactivate` is running. */
  DEACTIVATING: 'deactivating',
  /** Loaded, stopped, can be activated again. */
  INACTIVE: 'inactive',
  /** Its sandbox is being closed. */
  UNLOADING: 'unloading',
  /** Gone; can be loaded again. */
  UNLOADED: 'unloaded',
  /** A step failed. It recovers by loading again, or is unloaded. */
  ERROR: 'error',
  /** A new version is taking over; calls are served throughout. */
  RELOADING: 'reloading',
} as const;
Object.freeze(LifecycleState);

/** One of the values of the {@link LifecycleState} object. */
export type LifecycleState = (typeof LifecycleState)[keyof typeof LifecycleState];

/** What a host can listen to while plugins change state. */
export const LifecycleEvent = {
  BEFORE_LOAD: 'before-load',
  AFTER_LOAD: 'after-load',
  BEFORE_ACTIVATE: 'before-activate',
  AFTER_ACTIVATE: 'after-activate',
  BEFORE_DEACTIVATE: 'before-deactivate',
  AFTER_DEACTIVATE: 'after-deactivate',
  BEFORE_UNLOAD: 'before-unload',
  AFTER_UNLOAD: 'after-unload',
  /** A plugin entered `ERROR`, on whatever path. */
  ON_ERROR: 'on-error',
  /** A plugin was replaced by another version, or a replacement was given up. */
  ON_RELOAD: 'on-reload',
} as const;
Object.freeze(LifecycleEvent);

/** One of the values of the {@link LifecycleEvent} object. */
export type LifecycleEvent = (typeof LifecycleEvent)[keyof typeof LifecycleEvent];
