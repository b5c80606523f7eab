/**
 * Makes single moves: asks, acts, records, tells.
 *
 * Into a state of work: before-handlers are asked, then the state changes. Out of it: the plugin's own step
 * runs, then the state changes, then after-handlers are told. A step that fails leads to `error`, from
 * wherever, by the one method that fires `on-error`. Which moves to make is decided in transition-path.ts.
 *
 * @module
 */
import {
  InvalidTransitionError,
  LifecycleEvent,
  type LifecycleEventData,
  LifecycleState,
  type LifecycleTransition,
} from '@truthound/protocols';
import { toError } from './background-error.ts';
import type { LifecycleHooks } from './lifecycle-hooks.ts';
import { observe } from './lifecycle-observer.ts';
import type { LifecycleSettings } from './lifecycle-options.ts';
import { LifecycleTimeoutError } from './lifecycle-timeout-error.ts';
import { type LifecycleWork, getStep, getWork } from './lifecycle-work.ts';
import type { PluginRecord } from './plugin-record.ts';
import { runWithDeadline } from './run-with-deadline.ts';
import { TRANSITIONS, isLegalTransition } from './transitions.ts';
import type { Walk } from './walk-context.ts';

/** One move to make. */
export interface Move {
  readonly record: PluginRecord;
  readonly walk: Walk;
  readonly toState: LifecycleState;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
}

/** What made a plugin fail. */
export interface Failure {
  readonly error: Error | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly durationMs?: number | undefined;
}

/** Makes one move at a time for a plugin whose lock the caller holds. */
export class PluginMover {
  readonly #settings: LifecycleSettings;
  readonly #hooks: LifecycleHooks;

  constructor(settings: LifecycleSettings, hooks: LifecycleHooks) {
    this.#settings = settings;
    this.#hooks = hooks;
  }

  /** Makes the move, or leaves the plugin where it was, or in `ERROR`, and throws. */
  async move(move: Move): Promise<void> {
    const { record, toState, metadata } = move;
    record.assertKnown();
    if (toState === LifecycleState.ERROR) {
      await this.fail(record, { error: undefined, metadata });
      return;
    }
    const finished = getWork(record.state);
    await (finished?.settlesIn === toState ? this.#settle(move, finished) : this.#begin(move));
  }

  /** Puts the plugin into `ERROR` and tells. */
  async fail(record: PluginRecord, { error, metadata, durationMs }: Failure): Promise<void> {
    const entry = this.#enter(record, { toState: LifecycleState.ERROR, durationMs, metadata, error });
    await this.#tell(record, LifecycleEvent.ON_ERROR, entry);
  }

  async #begin(move: Move): Promise<void> {
    const { record, toState, metadata, signal } = move;
    signal?.throwIfAborted();
    await this.#giveWayToFailure(move);
    const before = getWork(toState)?.before;
    if (before !== undefined) await this.#ask(move, before);
    signal?.throwIfAborted();
    record.assertKnown();
    await this.#giveWayToFailure(move);
    this.#enter(record, { toState, durationMs: undefined, metadata, error: undefined });
  }

  async #settle(move: Move, work: LifecycleWork): Promise<void> {
    const { record, walk, toState, metadata } = move;
    const startedAt = performance.now();
    const elapsedMs = (): number | undefined =>
      getStep(record.plugin, work) === undefined ? undefined : performance.now() - startedAt;
    try {
      await this.#runStep(move, work);
    } catch (thrown) {
      record.assertKnown();
      const error = toError(thrown);
      const isReported = walk.failureSignal.reason === error;
      await this.fail(record, {
        error,
        metadata: isReported ? Object.freeze({ ...metadata, ...walk.failureMetadata }) : metadata,
        durationMs: elapsedMs(),
      });
      throw error;
    }
    record.assertKnown();
    const entry = this.#enter(record, { toState, durationMs: elapsedMs(), metadata, error: undefined });
    await this.#tell(record, work.after, entry);
  }

  /** Refuses the move where a handler does. */
  async #ask({ record, toState, metadata, signal }: Move, event: LifecycleEvent): Promise<void> {
    const fromState = record.state;
    const data = { fromState, toState, metadata, durationMs: undefined, error: undefined };
    const refusal = await this.#hooks.ask(
      { plugin: record.plugin, event, data: Object.freeze({ ...data, timestamp: this.#settings.now() }) },
      signal,
    );
    if (refusal === undefined) return;
    throw new InvalidTransitionError(
      {
        pluginId: record.plugin.id,
        from: fromState,
        to: toState,
        allowed: TRANSITIONS[fromState],
        vetoReason: refusal.reason,
      },
      refusal.cause === undefined ? undefined : { cause: refusal.cause },
    );
  }

  async #runStep({ record, walk, toState, metadata, signal }: Move, work: LifecycleWork): Promise<void> {
    const step = getStep(record.plugin, work);
    const { plugin, state: fromState } = record;
    const { stepTimeoutMs: timeoutMs, observer, report } = this.#settings;
    const run = (): Promise<void> =>
      runWithDeadline((stepSignal) => step?.(Object.freeze({ signal: stepSignal, metadata })), {
        timeoutMs,
        signals: [signal, walk.failureSignal],
        createTimeoutError: () =>
          new LifecycleTimeoutError({
            pluginId: plugin.id,
            phase: String(work.step),
            timeoutMs,
            option: 'stepTimeoutMs',
          }),
      });
    if (work.step === undefined || step === undefined) {
      await run();
      return;
    }
    const facts = { pluginId: plugin.id, version: plugin.version, fromState, toState, metadata };
    await observe(
      observer,
      { kind: 'step', name: work.step, ...facts },
      { getState: () => record.state, report },
      run,
    );
  }

  /** A failure reported while the plugin rested between two moves ends the walk there. */
  async #giveWayToFailure({ record, walk, metadata }: Move): Promise<void> {
    const signal = walk.failureSignal;
    if (!signal.aborted || !isLegalTransition(record.state, LifecycleState.ERROR)) return;
    const error = signal.reason as Error;
    await this.fail(record, { error, metadata: Object.freeze({ ...metadata, ...walk.failureMetadata }) });
    throw error;
  }

  #enter(
    record: PluginRecord,
    facts: Omit<LifecycleTransition, 'pluginId' | 'fromState' | 'timestamp'>,
  ): LifecycleTransition {
    return record.enter({ ...facts, timestamp: this.#settings.now() });
  }

  async #tell(record: PluginRecord, event: LifecycleEvent, entry: LifecycleTransition): Promise<void> {
    const { fromState, toState, metadata, timestamp, durationMs, error } = entry;
    const data: LifecycleEventData = { fromState, toState, metadata, timestamp, durationMs, error };
    await this.#hooks.tell({ plugin: record.plugin, event, data: Object.freeze(data) });
  }
}
