/**
 * The plugins that were found: their records, what is known of each, and how they fit together.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type LifecycleController,
  LifecycleState,
  type PluginInfo,
  type PluginManifest,
  PluginNotFoundError,
} from '@truthound/protocols';
import type { ResolvedConfig } from './config/enterprise-config.ts';
import { assertRanges } from './discovery/assert-ranges.ts';
import {
  type DiscoveredPlugin,
  type DiscoveryProblem,
  discoverPlugins,
} from './discovery/discover-plugins.ts';
import { readManifest } from './discovery/read-manifest.ts';
import type { PluginRecord } from './plugin-record.ts';
import { type CreateResolver, type ParseRange, PluginResolution, toResolvable } from './plugin-resolution.ts';

/** States of a plugin that may hold a sandbox. */
const LOADED_STATES: readonly LifecycleState[] = [
  LifecycleState.LOADED,
  LifecycleState.ACTIVATING,
  LifecycleState.ACTIVE,
  LifecycleState.DEACTIVATING,
  LifecycleState.INACTIVE,
  LifecycleState.RELOADING,
];

/** States in which a plugin whose folder is gone can be forgotten. */
const FORGETTABLE: readonly LifecycleState[] = [
  LifecycleState.DISCOVERED,
  LifecycleState.UNLOADED,
  LifecycleState.ERROR,
];

/** What a directory needs of the manager. */
export interface DirectoryParts {
  readonly config: ResolvedConfig;
  readonly parseRange: ParseRange;
  readonly createResolver: CreateResolver;
  readonly lifecycle: LifecycleController;
  readonly createRecord: (plugin: DiscoveredPlugin) => PluginRecord;
  /** Whether an operation on the plugin runs or waits. */
  readonly isBusy: (pluginId: string) => boolean;
}

export class PluginDirectory {
  readonly #parts: DirectoryParts;
  readonly #records = new Map<string, PluginRecord>();
  #problems: readonly DiscoveryProblem[] = [];
  #resolution: PluginResolution | undefined;
  /** What the resolution was made from. */
  #resolved: readonly PluginManifest[] = [];

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  /** What the last discovery found and could not use. */
  get problems(): readonly DiscoveryProblem[] {
    return this.#problems;
  }

  /** Every known id, sorted. */
  get ids(): readonly string[] {
    return [...this.#records.keys()].sort();
  }

  /** Looks for plugins. Loaded ones go on with what they were loaded from. */
  discover(): void {
    const { config, parseRange, lifecycle, createRecord } = this.#parts;
    const { plugins, problems } = discoverPlugins({ ...config, parseRange });
    this.#problems = problems;
    const found = new Set(plugins.map(({ manifest }) => manifest.id));
    for (const id of this.ids) if (!found.has(id)) this.#forgetIfIdle(id);
    for (const plugin of plugins) {
      const known = this.#records.get(plugin.manifest.id);
      if (known !== undefined) {
        known.rediscovered(plugin);
        continue;
      }
      const record = createRecord(plugin);
      this.#records.set(record.id, record);
      lifecycle.register(record);
    }
  }

  /** Whether a plugin of that id is known. */
  has(pluginId: string): boolean {
    return this.#records.has(pluginId);
  }

  /** @throws PluginNotFoundError */
  recordOf(pluginId: string): PluginRecord {
    const record = this.#records.get(pluginId);
    if (record !== undefined) return record;
    const problem = this.#problems.find(({ error }) =>
      error.faults.some(({ problem: text }) => text.startsWith(`"${pluginId}" is also`)),
    );
    throw new PluginNotFoundError(
      {
        pluginId,
        known: this.ids,
        ...(this.#records.size === 0 ? { hint: 'call discoverPlugins() first' } : {}),
      },
      problem && { cause: problem.error },
    );
  }

  infoOf(pluginId: string): PluginInfo {
    const record = this.recordOf(pluginId);
    const { manifest } = record;
    return Object.freeze({
      ...toResolvable(manifest, this.#parts.parseRange),
      id: record.id,
      version: manifest.version,
      state: this.stateOf(record.id),
      description: manifest.description,
      path: record.path,
      manifest,
      error: record.lastError,
    });
  }

  stateOf(pluginId: string): LifecycleState {
    return this.#parts.lifecycle.getState(pluginId);
  }

  isLoaded(pluginId: string): boolean {
    return LOADED_STATES.includes(this.stateOf(pluginId));
  }

  /** How what is known fits together. Made anew only when a manifest has changed: each load asks for it. */
  resolution(): PluginResolution {
    const manifests = [...this.#records.values()].map(({ manifest }) => manifest);
    if (this.#resolution === undefined || !isSame(manifests, this.#resolved))
      this.#resolution = this.#resolve(manifests);
    this.#resolved = manifests;
    return this.#resolution;
  }

  /** How it would fit together with another manifest in the place of one. */
  resolutionWith(next: PluginManifest): PluginResolution {
    const manifests = [...this.#records.values()].map(({ id, manifest }) =>
      id === next.id ? next : manifest,
    );
    return this.#resolve(manifests);
  }

  /**
   * Reads the manifests of plugins that are not loaded again, and of what they turn out to depend on: the folders may
   * have changed since the discovery. A manifest that cannot be read is left to the load itself to refuse.
   */
  refresh(pluginIds: readonly string[]): void {
    const seen = new Set<string>();
    const waiting = [...pluginIds];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const record = this.#records.get(id);
      if (record === undefined || seen.has(id)) continue;
      seen.add(id);
      if (!this.isLoaded(id)) this.#reread(record);
      waiting.push(...Object.keys(record.manifest.dependencies));
    }
  }

  #reread(record: PluginRecord): void {
    try {
      const file = `${record.path}/package.json`;
      const manifest = assertRanges(readManifest(record.path), file, this.#parts.parseRange);
      if (manifest.id === record.id) record.rediscovered({ path: record.path, manifest });
    } catch {
      // The load reads it again, and says what is wrong with it.
    }
  }

  #forgetIfIdle(id: string): void {
    if (!FORGETTABLE.includes(this.stateOf(id)) || this.#parts.isBusy(id)) return;
    this.#records.delete(id);
    this.#parts.lifecycle.remove(id);
  }

  #resolve(manifests: readonly PluginManifest[]): PluginResolution {
    const { config, parseRange, createResolver } = this.#parts;
    const { strictDependencies: strict, allowMissingOptional } = config;
    return new PluginResolution(manifests, { strict, allowMissingOptional, parseRange, createResolver });
  }
}

/** A manifest that was read again is another object, and mostly says the same. */
function isSame(left: readonly PluginManifest[], right: readonly PluginManifest[]): boolean {
  return (
    left.length === right.length &&
    left.every((manifest, index) => manifest === right[index] || isDeepStrictEqual(manifest, right[index]))
  );
}
