import { DependencyError, LifecycleState } from '@truthound/protocols';
import type { BulkResult } from '../bulk-result.ts';
import type { PluginDirectory } from '../plugin-directory.ts';
import { toError } from '../to-error.ts';
import type { PluginLoads } from './plugin-loads.ts';
import type { PluginOperations } from './plugin-operations.ts';

/** How a plugin is unloaded. */
export interface UnloadOptions {
  /** Whether the plugins that depend on it go first; otherwise the call is refused while there are any. @defaultValue false */
  readonly cascade?: boolean;
}

/** What unloading needs of the manager. */
export interface UnloadParts {
  readonly directory: PluginDirectory;
  readonly operations: PluginOperations;
  readonly loads: PluginLoads;
  readonly move: (id: string, toState: LifecycleState) => Promise<void>;
  /** Ends what acts on the plugin by itself: a reload, a watch, a restart that waits. */
  readonly release: (pluginId: string) => Promise<void>;
  readonly abortReload: (pluginId: string, reason: string) => Promise<void>;
  readonly warn: (pluginId: string, error: Error) => void;
}

const NOT_LOADED: readonly LifecycleState[] = [LifecycleState.DISCOVERED, LifecycleState.UNLOADED];

/** Deactivates and unloads plugins, dependents first. */
export class PluginUnloads {
  readonly #parts: UnloadParts;

  constructor(parts: UnloadParts) {
    this.#parts = parts;
  }

  async deactivate(pluginId: string): Promise<void> {
    const { directory, operations, abortReload, move } = this.#parts;
    directory.recordOf(pluginId);
    await abortReload(pluginId, 'the plugin is deactivated');
    await operations.run(pluginId, async () => {
      if (directory.stateOf(pluginId) === LifecycleState.ACTIVE)
        await move(pluginId, LifecycleState.INACTIVE);
    });
  }

  async unload(pluginId: string, { cascade = false }: UnloadOptions = {}): Promise<void> {
    const { directory, loads } = this.#parts;
    directory.recordOf(pluginId);
    const resolution = directory.resolution();
    const dependents = resolution
      .dependentsOf(pluginId)
      .filter((id) => directory.isLoaded(id) || loads.isWanted(id));
    if (dependents.length > 0 && !cascade) {
      const names = dependents.map((id) => `"${id}"`).join(', ');
      throw new DependencyError(
        `plugin "${pluginId}" is used by ${names}: unload them first, or unload with cascade: true`,
      );
    }
    for (const id of resolution.unloadOrderOf(dependents)) await this.unloadOne(id);
    await this.unloadOne(pluginId);
  }

  /** Unloads whatever is or may come to be loaded, dependents first. */
  async unloadAll(): Promise<BulkResult> {
    const { directory, operations } = this.#parts;
    const ids = directory.ids.filter(
      (id) => !NOT_LOADED.includes(directory.stateOf(id)) || operations.isBusy(id),
    );
    const succeeded: string[] = [];
    const failed: { readonly pluginId: string; readonly error: Error }[] = [];
    for (const pluginId of directory.resolution().unloadOrderOf(ids)) {
      try {
        await this.unloadOne(pluginId);
        succeeded.push(pluginId);
      } catch (error) {
        failed.push({ pluginId, error: toError(error) });
      }
    }
    return Object.freeze({ succeeded: Object.freeze(succeeded), failed: Object.freeze(failed) });
  }

  /** Unloads one plugin, whoever depends on it; a load of it that runs ends with an error. */
  async unloadOne(pluginId: string): Promise<void> {
    const { directory, operations, loads, release, move, warn } = this.#parts;
    loads.cancel(
      [pluginId],
      new DependencyError(`plugin "${pluginId}" was unloaded while it was being loaded`),
    );
    await release(pluginId);
    await operations.run(pluginId, async () => {
      // A reload or restart may have begun while this waited for its turn.
      await release(pluginId);
      if (NOT_LOADED.includes(directory.stateOf(pluginId))) return;
      try {
        await move(pluginId, LifecycleState.UNLOADED);
      } catch (error) {
        if (directory.stateOf(pluginId) !== LifecycleState.ERROR) throw error;
        // Its own deactivate failed. Its sandbox is gone all the same, and it shall not stay half unloaded.
        warn(pluginId, toError(error));
        await move(pluginId, LifecycleState.UNLOADED);
      }
    });
  }
}
