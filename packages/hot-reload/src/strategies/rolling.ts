import { drain } from './graceful.ts';
import type { PaceSettings, ReloadPlan } from './reload-plan.ts';

/** `maxUnavailable` instances at a time with a pause between; each finishes its calls as with GRACEFUL. */
export const rolling: ReloadPlan = Object.freeze({
  batchSize: (instanceCount: number, { maxUnavailable }: PaceSettings) =>
    Math.min(instanceCount, maxUnavailable),
  quiesce: drain,
});
