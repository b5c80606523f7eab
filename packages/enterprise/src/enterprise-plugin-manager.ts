import {
  DependencyError,
  type LifecycleController,
  LifecycleState,
  type PluginExports,
  type PluginHandle,
  type PluginInfo,
  type PluginManifest,
  PluginNotFoundError,
  ReloadError,
  type ReloadResult,
  type ReloadStrategy,
  type SandboxEngine,
  type TrustStore,
  type Unsubscribe,
} from '@truthound/protocols';
import type { HotReloadManager, WatchHandle } from '@truthound/hot-reload';
import { type ManagerParts, composeParts } from './composition.ts';
import { type EnterprisePluginManagerConfig, type ResolvedConfig, resolveConfig } from './config.ts';
import { type DiscoveryProblem, discoverPlugins } from './discovery/discover-plugins.ts';
import { createHostVersionCheck } from './host-version-check.ts';
import { LoadPipeline } from './loading/load-pipeline.ts';
import { type ManagerEvents, ManagerEventHub } from './manager-events.ts';
import { ManagerPluginLoader } from './manager-plugin-loader.ts';
import { RecordPluginHandle } from './plugin-handle.ts';
import { PluginRecord } from './plugin-record.ts';
import { PluginResolution, runtimeDependencies, toResolvable } from './plugin-resolution.ts';

/** What `loadAll` and `unloadAll` came to: one plugin's failure never keeps the others from it. */
export interface BulkResult {
  readonly succeeded: readonly string[];
  readonly failed: readonly { readonly pluginId: string; readonly error: Error }[];
}

/** How a plugin is loaded. */
export interface LoadOptions {
  /** @defaultValue the configuration's `autoActivate` */
  readonly activate?: boolean;
  readonly signal?: AbortSignal;
}

/** How a plugin is unloaded. */
export interface UnloadOptions {
  /** Whether the plugins that depend on it go first; otherwise the call is refused while there are any. @defaultValue false */
  readonly cascade?: boolean;
}

/** States of a plugin that holds a sandbox. */
const LOADED_STATES: readonly LifecycleState[] = [
  LifecycleState.LOADED,
  LifecycleState.ACTIVE,
  LifecycleState.INACTIVE,
  LifecycleState.RELOADING,
];

/**
 * Finds, verifies, resolves, isolates, runs and replaces plugins. It delegates each of these and decides
 * none: the parts come from the composition root, or from the host.
 */
export class EnterprisePluginManager implements AsyncDisposable {
  readonly #config: ResolvedConfig;
  readonly #parts: ManagerParts;
  readonly #pipeline: LoadPipeline;
  readonly #hotReload: HotReloadManager;
  readonly #events = new ManagerEventHub();
  readonly #records = new Map<string, PluginRecord>();
  readonly #watches = new Map<string, WatchHandle>();
  readonly #engines = new Map<string, SandboxEngine>();
  #problems: readonly DiscoveryProblem[] = [];
  #resolution: PluginResolution | undefined;

  /**
   * @param parts replaces parts of the manager: a trust store, an engine, a verifier.
   * @throws ValidationError that lists every fault of the configuration
   */
  constructor(config: EnterprisePluginManagerConfig = {}, parts: Partial<ManagerParts> = {}) {
    this.#config = resolveConfig(config);
    this.#parts = composeParts(this.#config, parts);
    this.#pipeline = new LoadPipeline({
      config: this.#config,
      verifier: this.#parts.verifier,
      parseRange: this.#parts.parseRange,
      createEngine: (level) => this.#engineFor(level),
      assertHostVersion: createHostVersionCheck(this.#config, this.#parts.parseRange, (pluginId, error) => {
        this.#events.emit('warning', { pluginId, error });
      }),
      callPlugin: (_callerId, pluginId, exportName, args) =>
        this.#handleOf(pluginId).invoke(exportName, args),
      listActiveDependencies: (manifest) =>
        runtimeDependencies(manifest).filter((id) => this.#stateOf(id) === LifecycleState.ACTIVE),
      onSandbox: (pluginId, context) => {
        context.on('log', (event) => {
          this.#events.emit('log', { ...event, pluginId });
        });
        context.on('violation', (event) => {
          this.#events.emit('violation', { ...event, pluginId });
        });
      },
    });
    const loader = new ManagerPluginLoader(
      this.#pipeline,
      (id) => this.#recordOf(id),
      (record, next) => {
        this.#assertReplaceable(record, next);
      },
    );
    this.#hotReload = this.#parts.createHotReload(this.#parts.lifecycle, loader);
  }

  /** States, transitions, history and their events. */
  get lifecycle(): LifecycleController {
    return this.#parts.lifecycle;
  }

  get trustStore(): TrustStore {
    return this.#parts.trustStore;
  }

  /** What the last discovery found and could not use. */
  get discoveryProblems(): readonly DiscoveryProblem[] {
    return this.#problems;
  }

  on<Name extends keyof ManagerEvents>(
    event: Name,
    handler: (event: ManagerEvents[Name]) => void,
  ): Unsubscribe {
    return this.#events.on(event, handler);
  }

  /**
   * Looks for plugins. Reads manifests, runs no plugin code; folders that are no valid plugin are told as
   * `discovery-problem` and listed in `discoveryProblems`. With `autoLoad` it loads what it found.
   */
  async discoverPlugins(): Promise<readonly PluginInfo[]> {
    const { plugins, problems } = discoverPlugins({ ...this.#config, parseRange: this.#parts.parseRange });
    this.#problems = problems;
    for (const problem of problems) this.#events.emit('discovery-problem', problem);
    const found = new Set(plugins.map(({ manifest }) => manifest.id));
    for (const [id, record] of this.#records) {
      if (!found.has(id) && record.instances.length === 0) this.#forget(id);
    }
    for (const plugin of plugins) {
      const known = this.#records.get(plugin.manifest.id);
      if (known === undefined) this.#register(new PluginRecord(plugin, this.#recordSteps()));
      else known.rediscovered(plugin.manifest);
    }
    this.#resolution = undefined;
    if (this.#config.autoLoad) await this.loadAll();
    return this.listPlugins();
  }

  /** Every discovered plugin, by id. */
  listPlugins(): readonly PluginInfo[] {
    return [...this.#records.keys()].sort().map((id) => this.#infoOf(id));
  }

  /** A handle that stays valid over reloads. Give your plugin's own type to have its calls checked. @throws PluginNotFoundError */
  getPlugin<Exports = PluginExports>(pluginId: string): PluginHandle<Exports> {
    return this.#handleOf(pluginId) as unknown as PluginHandle<Exports>;
  }

  /**
   * Loads a plugin, what it depends on first, and activates it. All or nothing: where it fails, nothing of
   * it stays behind.
   * @throws PluginNotFoundError, DependencyError and its kin, SignatureError and its kin, SandboxError and its kin
   */
  async load<Exports = PluginExports>(
    pluginId: string,
    options: LoadOptions = {},
  ): Promise<PluginHandle<Exports>> {
    this.#recordOf(pluginId);
    const { batches, problems } = this.#resolve().orderOf(pluginId);
    if (problems.length > 0) this.#judgeProblems(pluginId, problems);
    const required = new Set(this.#requiredClosure(pluginId));
    for (const batch of batches) {
      await Promise.all(batch.map((id) => this.#loadOne(id, options, required.has(id))));
    }
    return this.getPlugin<Exports>(pluginId);
  }

  /** Loads every discovered plugin, dependencies first, in parallel where they do not depend on one another. */
  async loadAll(options: LoadOptions = {}): Promise<BulkResult> {
    return settle([...this.#records.keys()].sort(), async (id) => {
      await this.load(id, options);
    });
  }

  /** Activates a loaded plugin. @throws what its `activate` threw; InvalidTransitionError */
  async activate(pluginId: string): Promise<void> {
    await this.#move(pluginId, LifecycleState.ACTIVE);
  }

  /** Stops a plugin and keeps it loaded. Calls in flight finish first. */
  async deactivate(pluginId: string): Promise<void> {
    if (this.#stateOf(this.#recordOf(pluginId).id) !== LifecycleState.ACTIVE) return;
    await this.#move(pluginId, LifecycleState.INACTIVE);
  }

  /** Stops a plugin and closes its sandbox. @throws DependencyError while others that are loaded depend on it, unless told to cascade */
  async unload(pluginId: string, { cascade = false }: UnloadOptions = {}): Promise<void> {
    const record = this.#recordOf(pluginId);
    const dependents = this.#resolve()
      .dependentsOf(pluginId)
      .filter((id) => this.#isLoaded(id));
    if (dependents.length > 0 && !cascade) {
      throw new DependencyError(
        `plugin "${pluginId}" is used by ${dependents.map((id) => `"${id}"`).join(', ')}: unload them first, or unload with cascade: true`,
      );
    }
    for (const id of this.#resolve().unloadOrderOf(dependents)) await this.#unloadOne(this.#recordOf(id));
    await this.#unloadOne(record);
  }

  /** Unloads every plugin, dependents first. */
  async unloadAll(): Promise<BulkResult> {
    const loaded = [...this.#records.keys()].filter((id) => this.#isLoaded(id));
    const succeeded: string[] = [];
    const failed: { readonly pluginId: string; readonly error: Error }[] = [];
    for (const pluginId of this.#resolve().unloadOrderOf(loaded)) {
      try {
        await this.#unloadOne(this.#recordOf(pluginId));
        succeeded.push(pluginId);
      } catch (error) {
        failed.push({ pluginId, error: toError(error) });
      }
    }
    return { succeeded, failed };
  }

  /** Replaces a loaded plugin by what is in its folder now. A failed reload is an answer: the old version serves on. */
  async reload(
    pluginId: string,
    options: { readonly strategy?: ReloadStrategy; readonly signal?: AbortSignal } = {},
  ): Promise<ReloadResult> {
    this.#recordOf(pluginId);
    if (!this.#config.enableHotReload) {
      throw new ReloadError({ pluginId, step: 'prepare', reason: 'hot reload is off (enableHotReload)' });
    }
    return this.#hotReload.reload(pluginId, options);
  }

  /** Ends all watches, unloads every plugin and cleans the engines up. Can be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hotReload[Symbol.asyncDispose]();
    this.#watches.clear();
    await this.unloadAll();
    await Promise.all([...this.#engines.values()].map((engine) => engine.cleanup()));
  }

  #recordSteps(): ConstructorParameters<typeof PluginRecord>[1] {
    return {
      prepare: (id, path, signal) => this.#pipeline.prepare(id, path, signal),
      start: (prepared, signal) => this.#pipeline.start(prepared, signal),
      stateOf: (id) => this.#stateOf(id),
      instanceCount: (id) => this.#config.instances[id] ?? 1,
      onCrash: (id, error) => {
        // During a reload, hot reload watches the instances itself: it goes back, or reports what is left.
        if (this.#stateOf(id) === LifecycleState.RELOADING) return;
        this.#parts.lifecycle.transitionToError({ id }, { error }).catch((failure: unknown) => {
          this.#events.emit('warning', { pluginId: id, error: toError(failure) });
        });
      },
    };
  }

  #register(record: PluginRecord): void {
    this.#records.set(record.id, record);
    this.#parts.lifecycle.register(record);
  }

  #forget(id: string): void {
    this.#records.delete(id);
    this.#parts.lifecycle.remove(id);
  }

  #recordOf(pluginId: string): PluginRecord {
    const record = this.#records.get(pluginId);
    if (record !== undefined) return record;
    const problem = this.#problems.find(({ error }) =>
      error.faults.some(({ problem: text }) => text.startsWith(`"${pluginId}" is also`)),
    );
    throw new PluginNotFoundError(
      {
        pluginId,
        known: [...this.#records.keys()].sort(),
        ...(this.#records.size === 0 ? { hint: 'call discoverPlugins() first' } : {}),
      },
      problem && { cause: problem.error },
    );
  }

  #handleOf(pluginId: string): RecordPluginHandle {
    return new RecordPluginHandle(this.#recordOf(pluginId), {
      infoOf: (id) => this.#infoOf(id),
      stateOf: (id) => this.#stateOf(id),
    });
  }

  #infoOf(id: string): PluginInfo {
    const record = this.#recordOf(id);
    const { manifest } = record;
    return Object.freeze({
      ...toResolvable(manifest, this.#parts.parseRange),
      id,
      version: manifest.version,
      state: this.#stateOf(id),
      description: manifest.description,
      path: record.path,
      manifest,
      error: record.lastError,
    });
  }

  #stateOf(id: string): LifecycleState {
    return this.#parts.lifecycle.getState(id);
  }

  #isLoaded(id: string): boolean {
    return LOADED_STATES.includes(this.#stateOf(id));
  }

  #resolve(): PluginResolution {
    this.#resolution ??= new PluginResolution(
      [...this.#records.values()].map(({ manifest }) => manifest),
      {
        strict: this.#config.strictDependencies,
        allowMissingOptional: this.#config.allowMissingOptional,
        parseRange: this.#parts.parseRange,
      },
    );
    return this.#resolution;
  }

  #requiredClosure(pluginId: string): readonly string[] {
    return [pluginId, ...this.#resolve().result.graph.getDependencies(pluginId, { recursive: true })];
  }

  #judgeProblems(pluginId: string, problems: readonly DependencyError[]): void {
    const [first] = problems;
    if (first === undefined) return;
    if (this.#config.strictDependencies)
      throw problems.length === 1
        ? first
        : new DependencyError(problems.map(({ message }) => message).join('; '), {
            cause: new AggregateError(problems),
          });
    for (const error of problems) this.#events.emit('warning', { pluginId, error });
  }

  async #loadOne(id: string, options: LoadOptions, isRequired: boolean): Promise<void> {
    const record = this.#recordOf(id);
    const activate = options.activate ?? this.#config.autoActivate;
    try {
      if (!this.#isLoaded(id)) await this.#move(id, LifecycleState.LOADED, options.signal);
      if (activate && this.#stateOf(id) !== LifecycleState.ACTIVE)
        await this.#move(id, LifecycleState.ACTIVE, options.signal);
      await this.#watch(record);
    } catch (error) {
      if (isRequired) throw error;
      this.#events.emit('warning', { pluginId: id, error: toError(error) });
    }
  }

  async #move(id: string, toState: LifecycleState, signal?: AbortSignal): Promise<void> {
    await this.#parts.lifecycle.transition(
      this.#recordOf(id),
      signal === undefined ? { toState } : { toState, signal },
    );
  }

  async #unloadOne(record: PluginRecord): Promise<void> {
    await this.#watches.get(record.id)?.cancel();
    this.#watches.delete(record.id);
    if (this.#stateOf(record.id) === LifecycleState.RELOADING)
      await this.#hotReload.abort(record.id, 'the plugin is unloaded');
    const state = this.#stateOf(record.id);
    if (state === LifecycleState.DISCOVERED || state === LifecycleState.UNLOADED) return;
    await this.#move(record.id, LifecycleState.UNLOADED);
  }

  async #watch(record: PluginRecord): Promise<void> {
    if (!this.#config.enableHotReload || !this.#config.watchForChanges || this.#watches.has(record.id))
      return;
    this.#watches.set(
      record.id,
      await this.#hotReload.watch({ pluginId: record.id, pluginPath: record.path, autoReload: true }),
    );
  }

  /** A new version must fit those that depend on it, and what it depends on must be there. */
  #assertReplaceable(record: PluginRecord, next: PluginManifest): void {
    const manifests = [...this.#records.values()].map(({ id, manifest }) =>
      id === record.id ? next : manifest,
    );
    const { strictDependencies: strict, allowMissingOptional } = this.#config;
    const resolution = new PluginResolution(manifests, {
      strict,
      allowMissingOptional,
      parseRange: this.#parts.parseRange,
    });
    const affected = [record.id, ...resolution.dependentsOf(record.id).filter((id) => this.#isLoaded(id))];
    const problems = affected.flatMap((id) => resolution.orderOf(id).problems);
    if (problems.length > 0)
      this.#judgeProblems(record.id, [
        ...new Map(problems.map((problem) => [problem.message, problem])).values(),
      ]);
    this.#resolution = undefined;
  }

  #engineFor(level: Parameters<ManagerParts['createEngine']>[0]): SandboxEngine {
    const engine = this.#engines.get(level) ?? this.#parts.createEngine(level);
    this.#engines.set(level, engine);
    return engine;
  }
}

function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}

async function settle(ids: readonly string[], act: (id: string) => Promise<void>): Promise<BulkResult> {
  const results = await Promise.allSettled(ids.map(act));
  const succeeded = ids.filter((_id, index) => results[index]?.status === 'fulfilled');
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ pluginId: ids[index] ?? '', error: toError(result.reason) }] : [],
  );
  return { succeeded, failed };
}
