import type { PluginInstance } from '@truthound/protocols';
import type { Clock } from '../clock.ts';

/** An instance that calls no longer go to, as a plan sees it. */
export interface Leaving {
  readonly instance: Pick<PluginInstance, 'idle' | 'interrupt'>;
  /** How long its calls may take to finish, in milliseconds. */
  readonly drainLimitMs: number;
  readonly clock: Clock;
  /** Aborts when there is no time left to wait: the calls are cut off at once. */
  readonly hurry: AbortSignal;
  /** Aborts when the instance is to serve on after all: its calls are left alone. */
  readonly keep: AbortSignal;
  /** The error that calls which are cut off reject with. */
  createInterruption(why: string): Error;
}

/** The part of the settings that decides the pace of a plan. */
export interface PaceSettings {
  /** Instances that may be in replacement at a time. */
  readonly maxUnavailable: number;
}

/** What tells one strategy from another: how many instances at a time, and what becomes of their calls. */
export interface ReloadPlan {
  batchSize(instanceCount: number, pace: PaceSettings): number;
  /** Brings an instance to rest; answers how many calls were cut off. */
  quiesce(leaving: Leaving): Promise<number>;
}
