import { type LifecycleController, LifecycleEvent, LifecycleState } from '@truthound/protocols';
import type { ManagerEventHub } from '../manager-events.ts';
import type { PluginLoads } from '../operations/plugin-loads.ts';
import type { PluginOperations } from '../operations/plugin-operations.ts';
import type { PluginDirectory } from '../plugin-directory.ts';
import type { CrashSupervision } from './crash-supervision.ts';

/** What the response to crashes acts on. */
export interface CrashResponseParts {
  readonly directory: PluginDirectory;
  readonly operations: PluginOperations;
  readonly loads: PluginLoads;
  readonly lifecycle: LifecycleController;
  readonly supervision: CrashSupervision;
  readonly events: ManagerEventHub;
}

/** Joins crashes, the lifecycle and the crash policy, which know nothing of one another. */
export class CrashResponse {
  readonly #parts: CrashResponseParts;

  constructor(parts: CrashResponseParts) {
    this.#parts = parts;
  }

  /** Listens to what the lifecycle tells, whoever moved the plugin. */
  listen(): void {
    const { directory, lifecycle, supervision } = this.#parts;
    lifecycle.on(LifecycleEvent.AFTER_ACTIVATE, ({ id, version }) => {
      supervision.reportHealthy(id, version ?? '');
    });
    lifecycle.on(LifecycleEvent.ON_RELOAD, ({ id }) => this.#reviewInstances(id));
    lifecycle.on(LifecycleEvent.ON_ERROR, async ({ id }, _event, { fromState, error, metadata }) => {
      // A lifecycle of the host may hold plugins that are not this manager's.
      if (!directory.has(id)) return;
      await directory.recordOf(id).unload();
      const wasServing = fromState === LifecycleState.ACTIVE || fromState === LifecycleState.RELOADING;
      if (wasServing && error !== undefined && metadata['revoked'] !== true)
        supervision.reportCrash(id, error);
    });
  }

  /** Crashes during a reload were left to it; what it could not make good is made good now. */
  async #reviewInstances(pluginId: string): Promise<void> {
    const { directory, lifecycle, supervision } = this.#parts;
    if (!directory.has(pluginId)) return;
    const { count, error } = directory.recordOf(pluginId).dropEnded();
    if (count === 0 || error === undefined) return;
    if (supervision.reportCrash(pluginId, error))
      await lifecycle.transitionToError({ id: pluginId }, { error });
  }

  /** An instance ended by itself; `isLast` when none is left. */
  async report(pluginId: string, error: Error, isLast: boolean): Promise<void> {
    const { directory, events, lifecycle, supervision } = this.#parts;
    events.emit('crashed', { pluginId, error });
    const state = directory.stateOf(pluginId);
    // During a reload, hot reload watches the instances itself: it goes back, or calls wait until it is over.
    if (state === LifecycleState.RELOADING) return;
    const isOver = isLast || state !== LifecycleState.ACTIVE || supervision.reportCrash(pluginId, error);
    if (isOver) await lifecycle.transitionToError({ id: pluginId }, { error });
  }

  /** Brings a plugin back, or the instance that it lacks. */
  async restart(pluginId: string, signal: AbortSignal): Promise<void> {
    const { directory, loads, operations } = this.#parts;
    if (!directory.isLoaded(pluginId)) await loads.load(pluginId, { activate: true, signal });
    else await operations.run(pluginId, () => directory.recordOf(pluginId).replenish(signal), signal);
  }
}
