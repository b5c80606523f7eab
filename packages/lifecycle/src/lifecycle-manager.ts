import {
  type LifecycleController,
  type LifecycleEvent,
  type LifecycleHandler,
  type LifecyclePlugin,
  LifecycleState,
  type LifecycleTransition,
  type TransitionOptions,
  type Unsubscribe,
  ValidationError,
  ValidationRangeError,
} from '@truthound/protocols';
import { toError } from './background-error.ts';
import { LifecycleHooks } from './lifecycle-hooks.ts';
import { observe } from './lifecycle-observer.ts';
import {
  type LifecycleManagerOptions,
  type LifecycleSettings,
  resolveSettings,
} from './lifecycle-options.ts';
import { MoveScheduler } from './move-scheduler.ts';
import { PluginMover } from './plugin-mover.ts';
import { PluginRecord } from './plugin-record.ts';
import { planTransition } from './transition-path.ts';
import { assertPluginId, assertTransitionRequest, freezeMetadata } from './transition-request.ts';
import { isLegalTransition } from './transitions.ts';
import type { Walk } from './walk-context.ts';

/** States in which none of the plugin's code runs, or its owner is replacing it: another version may register. */
const REPLACEABLE: readonly LifecycleState[] = [
  LifecycleState.DISCOVERED,
  LifecycleState.UNLOADED,
  LifecycleState.RELOADING,
];

type PluginReference = Pick<LifecyclePlugin, 'id'>;
type Metadata = Readonly<Record<string, unknown>>;

/**
 * Moves plugins between their states, one move at a time for each plugin, different plugins side by side.
 *
 * Moves asked for from inside a handler or step wait for their turn where that can end, and are queued
 * behind the move they were asked in where it could not; see {@link LifecycleManager.transition}.
 */
export class LifecycleManager implements LifecycleController {
  readonly #settings: LifecycleSettings;
  readonly #hooks: LifecycleHooks;
  readonly #mover: PluginMover;
  readonly #scheduler: MoveScheduler;
  readonly #records = new Map<string, PluginRecord>();

  /** @throws ValidationRangeError for an option out of range. */
  constructor(options: LifecycleManagerOptions = {}) {
    this.#settings = resolveSettings(options);
    this.#hooks = new LifecycleHooks(this.#settings);
    this.#mover = new PluginMover(this.#settings, this.#hooks);
    this.#scheduler = new MoveScheduler(this.#settings.report);
  }

  /**
   * Makes a plugin known, in `DISCOVERED`. Registering another object under a known id replaces what runs at
   * each step, and keeps state and history: the way to another version.
   *
   * @throws ValidationError when the id is empty, or taken by a plugin whose code may be running.
   */
  register(plugin: LifecyclePlugin): void {
    assertPluginId(plugin.id);
    const known = this.#records.get(plugin.id);
    if (known === undefined) {
      this.#records.set(plugin.id, new PluginRecord(plugin, this.#settings.maxHistory));
      return;
    }
    if (known.plugin !== plugin && !REPLACEABLE.includes(known.state)) {
      const problem = `"${plugin.id}" is taken by a plugin that is ${known.state}; unload or remove that one first`;
      throw new ValidationError({ subject: 'plugin', faults: [{ path: 'id', problem }] });
    }
    known.plugin = plugin;
  }

  /** The state of a registered plugin; `UNLOADED` for one that is not known. */
  getState(pluginId: string): LifecycleState {
    return this.#records.get(pluginId)?.state ?? LifecycleState.UNLOADED;
  }

  /**
   * Moves a plugin. To a resting state (`discovered`, `loaded`, `active`, `inactive`, `unloaded`) it walks the
   * shortest legal path; to any other it makes one move. A plugin that is not known is registered first.
   *
   * Answers `true` once the plugin is there (at once when it was). Called from inside a handler or step that
   * would have to wait for itself, it answers `true` at once, for the move is accepted: it is queued and runs
   * after the present one, `getState` tells when, and if it fails, `onBackgroundError` is told. A call from
   * outside settles after all such follow-ups.
   *
   * @throws InvalidTransitionError when no path leads there or a handler refuses (`vetoReason`; the plugin
   * stays where it was asked). What the step threw, when one fails: the plugin is in `ERROR` then.
   * LifecycleTimeoutError when a step takes too long. PluginNotFoundError when it is removed meanwhile.
   * The reason of `signal`: while it waits, nothing has changed; between steps it rests; in a step it is in `ERROR`.
   */
  async transition(plugin: PluginReference, options: TransitionOptions): Promise<boolean> {
    assertTransitionRequest(plugin.id, options);
    const { toState, signal } = options;
    const metadata = freezeMetadata(plugin.id, options.metadata);
    const known = this.#records.get(plugin.id);
    const turn = { pluginId: plugin.id, fromState: this.getState(plugin.id), toState, signal };
    return await this.#scheduler.schedule(turn, async (walk) => {
      known?.assertKnown();
      await this.#walk(plugin, { toState, metadata, ...(signal && { signal }) }, walk);
      return true;
    });
  }

  /**
   * Records a failure that happened outside a move, such as a crash, and fires `ON_ERROR`: before all moves
   * that wait, and if a step is under way, by ending it with this error. Answers `false`, and records nothing, for a plugin that is unknown, unloaded or in
   * `ERROR` already. Called from inside a move of the plugin, it answers `true` at once and ends that move.
   */
  async transitionToError(
    plugin: PluginReference,
    options: { readonly error: Error; readonly metadata?: Metadata },
  ): Promise<boolean> {
    const error = toError(options.error);
    assertPluginId(plugin.id);
    const metadata = freezeMetadata(plugin.id, options.metadata);
    const record = this.#records.get(plugin.id);
    if (record === undefined || !isLegalTransition(record.state, LifecycleState.ERROR)) return false;
    this.#scheduler.findRunning(plugin.id)?.reportFailure(error, metadata);
    const { state: fromState } = record;
    const turn = { pluginId: plugin.id, fromState, toState: LifecycleState.ERROR, isUrgent: true };
    return await this.#scheduler.schedule(turn, async () => {
      if (record.isForgotten) return false;
      if (record.state === LifecycleState.ERROR) return record.lastError === error;
      if (!isLegalTransition(record.state, LifecycleState.ERROR)) return false;
      await this.#mover.fail(record, { error, metadata });
      return true;
    });
  }

  /**
   * The latest moves of a plugin, newest first.
   *
   * @throws ValidationRangeError when `limit` is not a whole number of at least 0.
   */
  getHistory(pluginId: string, options: { readonly limit?: number } = {}): readonly LifecycleTransition[] {
    const { limit = Infinity } = options;
    if (limit !== Infinity && (!Number.isInteger(limit) || limit < 0)) {
      const problem = `must be a whole number of at least 0, not ${String(limit)}`;
      throw new ValidationRangeError({
        subject: 'getHistory options',
        faults: [{ path: 'limit', problem, outOfRange: true }],
      });
    }
    return this.#records.get(pluginId)?.history.list(limit) ?? [];
  }

  /** The ids of the registered plugins in `state`, in the order they were registered. Read from the states themselves. */
  getPluginsInState(state: LifecycleState): readonly string[] {
    return [...this.#records].filter(([, record]) => record.state === state).map(([id]) => id);
  }

  /** Calls `handler` at each `event`. @throws ValidationError for an event that does not exist. */
  on(event: LifecycleEvent, handler: LifecycleHandler): Unsubscribe {
    return this.#hooks.on(event, handler);
  }

  /** Ends what `on` began; answers whether there was anything to end. */
  off(event: LifecycleEvent, handler: LifecycleHandler): boolean {
    return this.#hooks.off(event, handler);
  }

  /**
   * Forgets a plugin with its history, and answers whether it was known. None of its steps runs for that. A move
   * under way gets its signal aborted and rejects with PluginNotFoundError, and so do those that wait.
   */
  remove(pluginId: string): boolean {
    const record = this.#records.get(pluginId);
    if (record === undefined) return false;
    record.forget();
    this.#records.delete(pluginId);
    this.#scheduler.findRunning(pluginId)?.reportFailure(new Error(`plugin "${pluginId}" was removed`), {});
    return true;
  }

  async #walk(
    plugin: PluginReference,
    options: TransitionOptions & { metadata: Metadata },
    walk: Walk,
  ): Promise<void> {
    const { toState, metadata, signal } = options;
    const known = this.#records.get(plugin.id);
    if (known === undefined && toState === LifecycleState.UNLOADED) return;
    const record = known ?? new PluginRecord(plugin, this.#settings.maxHistory);
    const fromState = record.state;
    const path = planTransition(plugin.id, fromState, toState);
    this.#records.set(plugin.id, record);
    if (path.length === 0) return;
    const { version } = record.plugin;
    await observe(
      this.#settings.observer,
      { kind: 'transition', name: 'transition', pluginId: plugin.id, version, fromState, toState, metadata },
      { getState: () => record.state, report: this.#settings.report },
      async () => {
        for (const next of path) await this.#mover.move({ record, walk, toState: next, metadata, signal });
      },
    );
  }
}
