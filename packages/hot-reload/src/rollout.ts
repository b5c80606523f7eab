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
import { BakeMonitor } from './bake-monitor.ts';
import { waitFor } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { type DepartureSignals, NEVER, depart } from './departure.ts';
import { HeldCalls } from './held-calls.ts';
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
  const monitor = new BakeMonitor(environment.attempt, environment.settings.bakeErrorLimit);
  const calls = new HeldCalls(environment);
  const rollout = new Rollout(environment, plan, { monitor, calls });
  const { switched } = rollout;
  try {
    await rollout.replaceAll();
    await rollout.bake();
  } catch (error) {
    await rollout.stopDeparting();
    throw await takeBack(environment, { switched, error, stateVersions, calls });
  } finally {
    monitor[Symbol.dispose]();
    calls.release();
    await rollout.cleanedUp();
  }
  await Promise.all(switched.map(({ previous }) => retire(environment, previous)));
}

class Rollout {
  readonly switched: Replacement[] = [];
  readonly #environment: ReloadEnvironment;
  readonly #plan: RolloutPlan;
  readonly #monitor: BakeMonitor;
  readonly #calls: HeldCalls;
  /** Aborts when the reload is told to stop, and when a new instance fails. */
  readonly #stop: AbortSignal;
  readonly #keepPrevious = new AbortController();
  readonly #departures: Promise<void>[] = [];
  readonly #cleanUps: Promise<void>[] = [];
  #switchedAtMs = 0;

  constructor(
    environment: ReloadEnvironment,
    plan: RolloutPlan,
    { monitor, calls }: { readonly monitor: BakeMonitor; readonly calls: HeldCalls },
  ) {
    this.#environment = environment;
    this.#plan = plan;
    this.#monitor = monitor;
    this.#calls = calls;
    this.#stop = AbortSignal.any([environment.signal, monitor.failure]);
    // In the same tick: between a crash and the switch back a call would find nobody who serves.
    monitor.failure.addEventListener('abort', () => calls.tryHold());
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
        calls: this.#calls,
        onSwitched: (replacements) => {
          this.#onSwitched(replacements, isLast);
        },
        cleanUp: (work) => this.#cleanUps.push(work),
      });
      if (isLast) return;
      await this.#departed(this.#stop);
      await waitFor(settings.clock, plan.pauseMs(settings), this.#stop);
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
    this.#monitor.failure.throwIfAborted();
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
