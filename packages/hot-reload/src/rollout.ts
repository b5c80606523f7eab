/**
 * Puts a prepared version in the place of the one that serves, batch by batch.
 *
 * Every old instance is kept, ready to serve, until the last new one has proven itself; so going back is
 * a switch and never a start. Nothing here knows strategies: a plan says how many instances a batch has
 * and what becomes of calls in flight.
 *
 * @module
 */
import type { PluginInstance, PluginStateVersions, PreparedPlugin } from '@truthound/protocols';
import { assertHealthy } from './assert-healthy.ts';
import { BakeMonitor } from './bake-monitor.ts';
import { waitFor } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { type DepartureSignals, NEVER, depart } from './departure.ts';
import type { ReloadEnvironment } from './reload-environment.ts';
import { createAbortedError, retire } from './reload-steps.ts';
import { replaceBatch } from './replace-batch.ts';
import type { Replacement } from './replacement.ts';
import { takeBack } from './take-back.ts';

/** What is rolled out, and over what. */
export interface RolloutPlan {
  readonly prepared: PreparedPlugin;
  /** The instances that serve now. */
  readonly instances: readonly PluginInstance[];
  /** State versions of what serves now. */
  readonly stateVersions: PluginStateVersions;
}

/** @throws ReloadError when the old version serves on, or had to take back over. */
export async function rollOut(environment: ReloadEnvironment, plan: RolloutPlan): Promise<void> {
  const { stateVersions } = plan;
  const { calls } = environment;
  const monitor = new BakeMonitor(environment.attempt, environment.settings.bakeErrorLimit);
  const rollout = new Rollout(environment, plan, monitor);
  const { switched } = rollout;
  try {
    await rollout.replaceAll();
    await rollout.bake();
  } catch (error) {
    await rollout.stopDeparting();
    throw await takeBack(environment, { switched, error, stateVersions });
  } finally {
    monitor[Symbol.dispose]();
    calls.release();
    await rollout.cleanedUp();
  }
  for (const { previous } of switched) environment.leaveBehind(() => retire(environment, previous));
}

class Rollout {
  readonly switched: Replacement[] = [];
  readonly #environment: ReloadEnvironment;
  readonly #plan: RolloutPlan;
  readonly #monitor: BakeMonitor;
  /** Aborts when the reload is told to stop, and when a new instance fails. */
  readonly #stop: AbortSignal;
  readonly #keepPrevious = new AbortController();
  readonly #departures: Promise<void>[] = [];
  readonly #cleanUps: Promise<void>[] = [];
  #switchedAtMs = 0;

  constructor(environment: ReloadEnvironment, plan: RolloutPlan, monitor: BakeMonitor) {
    this.#environment = environment;
    this.#plan = plan;
    this.#monitor = monitor;
    this.#stop = AbortSignal.any([environment.signal, monitor.failure]);
    // In the same tick: what crashed may have left others, which are about to be switched away from as well.
    monitor.failure.addEventListener('abort', () => {
      environment.calls.tryHold();
    });
  }

  async replaceAll(): Promise<void> {
    const { plan, settings } = this.#environment;
    const { instances, prepared } = this.#plan;
    const stoppable = { ...this.#environment, signal: this.#stop };
    const size = plan.batchSize(instances.length, settings);
    for (let first = 0; first < instances.length; first += size) {
      const isLast = first + size >= instances.length;
      await replaceBatch(stoppable, instances.slice(first, first + size), {
        prepared,
        onSwitched: (replacements) => {
          this.#onSwitched(replacements, isLast);
        },
        cleanUp: (work) => this.#cleanUps.push(work),
      });
      if (isLast) return;
      await this.#departed(this.#stop);
      await waitFor(settings.clock, settings.rollingPauseMs, this.#stop);
      if (this.#stop.aborted) throw createAbortedError(stoppable);
    }
  }

  /**
   * Waits until the old version is at rest and the new one has been watched long enough.
   * All calls go to the new version by now, so being told to stop means to end at once and keep it.
   */
  async bake(): Promise<void> {
    const { settings } = this.#environment;
    await this.#departed(this.#monitor.failure);
    const remainingMs = this.#switchedAtMs + settings.bakeTimeMs - settings.clock.now();
    await waitFor(settings.clock, remainingMs, this.#stop);
    await this.#assertStillHealthy();
    this.#monitor.failure.throwIfAborted();
  }

  /**
   * Asks once more, now that the new version has had calls. The end of a guest may be told late on a busy machine;
   * one that answers has not ended.
   */
  async #assertStillHealthy(): Promise<void> {
    if (this.#environment.settings.bakeTimeMs === 0 || this.#stop.aborted) return;
    const stoppable = { ...this.#environment, signal: this.#stop };
    try {
      await Promise.all(this.switched.map(({ next }) => assertHealthy(stoppable, next, 'bake')));
    } catch (error) {
      // Told to stop, the reload keeps the new version, whatever that would have answered.
      if (!this.#environment.signal.aborted) throw error;
    }
  }

  /** Lets the old instances keep the calls that they still have. */
  async stopDeparting(): Promise<void> {
    this.#keepPrevious.abort();
    await Promise.all(this.#departures);
  }

  /** Waits until what did not come into use is freed. */
  async cleanedUp(): Promise<void> {
    await Promise.all(this.#cleanUps);
  }

  #onSwitched(replacements: readonly Replacement[], isLast: boolean): void {
    this.#switchedAtMs = this.#environment.settings.clock.now();
    this.switched.push(...replacements);
    // Until the last batch, being told to stop means to go back: then the calls must be left alone.
    const { signal } = this.#environment;
    const signals = isLast
      ? { hurry: signal, keep: this.#keepPrevious.signal }
      : { hurry: NEVER, keep: AbortSignal.any([signal, this.#keepPrevious.signal]) };
    for (const { previous, next } of replacements) {
      this.#monitor.watch(next);
      this.#environment.calls.watch(next);
      this.#departures.push(this.#depart(previous, signals));
    }
  }

  async #depart(instance: PluginInstance, signals: DepartureSignals): Promise<void> {
    const { drained, aborted } = await depart(this.#environment, instance, signals);
    this.#environment.attempt.drained += drained;
    this.#environment.attempt.aborted += aborted;
  }

  async #departed(signal: AbortSignal): Promise<void> {
    const { clock } = this.#environment.settings;
    await withDeadline(() => Promise.all(this.#departures), {
      clock,
      limitMs: Infinity,
      limitOption: 'drainTimeoutMs',
      signal,
    });
  }
}
