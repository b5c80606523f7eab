import type { Leaving, ReloadPlan } from './reload-plan.ts';

/** All instances at once; calls in flight are cut off as soon as the new version is ready. */
export const immediate: ReloadPlan = Object.freeze({
  batchSize: (instanceCount: number) => instanceCount,
  async quiesce(leaving: Leaving) {
    return leaving.instance.interrupt(leaving.createInterruption('the reload was IMMEDIATE'));
  },
});
