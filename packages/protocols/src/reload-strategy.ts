/** How the calls in flight on the old version are treated when a plugin is replaced. */
export const ReloadStrategy = {
  /** They finish on the old version, within a drain limit; new calls go to the new version. */
  GRACEFUL: 'graceful',
  /** They are aborted with a `ReloadError` as soon as the new version is ready. */
  IMMEDIATE: 'immediate',
  /** Instances are replaced one after another, each as with `GRACEFUL`; a failure stops and restores. */
  ROLLING: 'rolling',
} as const;
Object.freeze(ReloadStrategy);

/** One of the values of the {@link ReloadStrategy} object. */
export type ReloadStrategy = (typeof ReloadStrategy)[keyof typeof ReloadStrategy];
