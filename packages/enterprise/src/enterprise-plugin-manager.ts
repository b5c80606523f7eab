import {
  type LifecycleController,
  LifecycleEvent,
  LifecycleState,
  type PluginExports,
  type PluginHandle,
  type PluginInfo,
  ReloadError,
  type ReloadResult,
  type ReloadStrategy,
  type SandboxEngine,
  type TrustStore,
  type Unsubscribe,
} from '@truthound/protocols';
import type { HotReloadManager } from '@truthound/hot-reload';
import type { BulkResult } from './bulk-result.ts';
import { type ManagerParts, composeParts } from './composition.ts';
import { EnterprisePluginManagerConfig, type ResolvedConfig } from './config/enterprise-config.ts';
import { CrashSupervision, type QuarantinedPlugin } from './crash/crash-supervision.ts';
import type { DiscoveryProblem } from './discovery/discover-plugins.ts';
import { createHostVersionCheck } from './host-version-check.ts';
import { LoadPipeline } from './loading/load-pipeline.ts';
import { ManagerDisposedError } from './manager-disposed-error.ts';
import { type ManagerEvents, ManagerEventHub } from './manager-events.ts';
import { ManagerPluginLoader } from './manager-plugin-loader.ts';
import { ParallelLimit } from './operations/parallel-limit.ts';
import { type LoadOptions, PluginLoads } from './operations/plugin-loads.ts';
import { PluginOperations } from './operations/plugin-operations.ts';
import { PluginUnloads, type UnloadOptions } from './operations/plugin-unloads.ts';
import { PluginDirectory } from './plugin-directory.ts';
import { RecordPluginHandle } from './plugin-handle.ts';
import { PluginRecord, type RecordSteps } from './plugin-record.ts';
import { runtimeDependencies } from './plugin-resolution.ts';
import { PluginWatches } from './plugin-watches.ts';
import { RevocationWatch } from './revocation/revocation-watch.ts';
import { stopRevoked } from './revocation/stop-revoked.ts';
import { toError } from './to-error.ts';

/**
 * Finds, verifies, resolves, isolates, runs and replaces plugins. It delegates each of these and decides
 * none: the parts come from the composition root, or from the host.
 */
export class EnterprisePluginManager implements AsyncDisposable {
  readonly #config: ResolvedConfig;
  readonly #parts: ManagerParts;
  readonly #pipeline: LoadPipeline;
  readonly #directory: PluginDirectory;
  readonly #operations = new PluginOperations();
  readonly #limit: ParallelLimit;
  readonly #loads: PluginLoads;
  readonly #unloads: PluginUnloads;
  readonly #hotReload: HotReloadManager;
  readonly #watches: PluginWatches;
  readonly #supervision: CrashSupervision;
  readonly #revocation: RevocationWatch;
  readonly #events = new ManagerEventHub();
  readonly #engines = new Map<string, SandboxEngine>();
  readonly #closing = new AbortController();
  #disposal: Promise<void> | undefined;

  /**
   * @param parts replaces parts of the manager: a trust store, an engine, a verifier.
   * @throws ValidationError that lists every fault of the configuration
   */
  constructor(config: EnterprisePluginManagerConfig = {}, parts: Partial<ManagerParts> = {}) {
    this.#config = EnterprisePluginManagerConfig.create(config);
    this.#parts = composeParts(this.#config, parts);
    const { lifecycle, parseRange } = this.#parts;
    const warn = (pluginId: string, error: Error): void => {
      this.#events.emit('warning', { pluginId, error });
    };
    this.#limit = new ParallelLimit(this.#config.parallelLoads);
    this.#pipeline = this.#createPipeline(warn);
    this.#directory = new PluginDirectory({
      config: this.#config,
      parseRange,
      lifecycle,
      createRecord: (plugin) => new PluginRecord(plugin, this.#createSteps(warn)),
      isBusy: (id) => this.#operations.isBusy(id),
    });
    const loader = new ManagerPluginLoader(
      this.#pipeline,
      (id) => this.#directory.recordOf(id),
      (next) => {
        this.#loads.assertReplaceable(next);
      },
    );
    this.#hotReload = this.#parts.createHotReload(lifecycle, loader);
    this.#watches = new PluginWatches(this.#config, this.#hotReload);
    const shared = {
      directory: this.#directory,
      operations: this.#operations,
      move: (id: string, toState: LifecycleState, signal?: AbortSignal) => this.#move(id, toState, signal),
      warn,
    };
    this.#loads = new PluginLoads({
      ...shared,
      autoActivate: this.#config.autoActivate,
      strictDependencies: this.#config.strictDependencies,
      closing: this.#closing.signal,
      assertMayLoad: (id) => {
        this.#supervision.assertMayLoad(id);
      },
      watch: (record) => this.#watches.start(record.id, record.path),
      onFailed: (pluginId, error) => {
        this.#events.emit('load-failed', { pluginId, error });
      },
    });
    const abortReload = (id: string, reason: string): Promise<void> => this.#hotReload.abort(id, reason);
    this.#unloads = new PluginUnloads({
      ...shared,
      loads: this.#loads,
      abortReload,
      release: async (id) => {
        this.#supervision.stop(id);
        await this.#watches.stop(id);
        await abortReload(id, 'the plugin is unloaded');
      },
    });
    this.#supervision = new CrashSupervision({
      config: this.#config,
      createSupervisor: this.#parts.createSupervisor,
      events: this.#events,
      restart: (id, signal) => this.#restart(id, signal),
    });
    this.#revocation = new RevocationWatch({
      ...this.#parts,
      directory: this.#directory,
      intervalMs: this.#config.trustCheckIntervalMs,
      warn,
      stop: async (pluginId, version, error) => {
        this.#supervision.stop(pluginId);
        const dependents = await stopRevoked(pluginId, error, {
          directory: this.#directory,
          lifecycle,
          unloads: this.#unloads,
        });
        this.#events.emit('revoked', { pluginId, version, error, dependents });
      },
    });
    this.#listen();
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
    return this.#directory.problems;
  }

  /** Plugins that crashed too often. They are loaded again only after `release`. */
  get quarantined(): readonly QuarantinedPlugin[] {
    return this.#supervision.quarantined;
  }

  on<Name extends keyof ManagerEvents>(
    event: Name,
    handler: (event: ManagerEvents[Name]) => void,
  ): Unsubscribe {
    return this.#events.on(event, handler);
  }

  /**
   * Looks for plugins. Reads manifests, runs no plugin code; folders that are no valid plugin are told as
   * `discovery-problem` and listed in `discoveryProblems`. With `autoLoad` it loads what it found; what fails there is
   * told as `load-failed`.
   */
  async discoverPlugins(): Promise<readonly PluginInfo[]> {
    this.#directory.discover();
    for (const problem of this.#directory.problems) this.#events.emit('discovery-problem', problem);
    if (this.#config.autoLoad) await this.loadAll();
    return this.listPlugins();
  }

  /** Every discovered plugin, by id. */
  listPlugins(): readonly PluginInfo[] {
    return this.#directory.ids.map((id) => this.#directory.infoOf(id));
  }

  /** A handle that stays valid over reloads. Give your plugin's own type to have its calls checked. @throws PluginNotFoundError */
  getPlugin<Exports = PluginExports>(pluginId: string): PluginHandle<Exports> {
    return this.#handleOf(pluginId) as unknown as PluginHandle<Exports>;
  }

  /**
   * Loads a plugin, what it depends on first, and activates it. All or nothing: where it fails, nothing of it stays
   * behind, nor of what was loaded for it alone.
   * @throws PluginNotFoundError, PluginHeldError, DependencyError and its kin, SignatureError and its kin, SandboxError and its kin
   */
  async load<Exports = PluginExports>(
    pluginId: string,
    options: LoadOptions = {},
  ): Promise<PluginHandle<Exports>> {
    await this.#loads.load(pluginId, options);
    return this.getPlugin<Exports>(pluginId);
  }

  /** Loads every discovered plugin, each as soon as what it requires is loaded. */
  loadAll(options: LoadOptions = {}): Promise<BulkResult> {
    return this.#loads.loadAll(options);
  }

  /** Activates a plugin and what it depends on; loads what is not loaded. @throws as `load` */
  async activate(pluginId: string): Promise<void> {
    await this.#loads.load(pluginId, { activate: true });
  }

  /** Stops a plugin and keeps it loaded. Calls in flight finish first; a reload is ended. */
  async deactivate(pluginId: string): Promise<void> {
    await this.#unloads.deactivate(pluginId);
  }

  /** Stops a plugin and closes its sandbox. @throws DependencyError while others that are loaded depend on it, unless told to cascade */
  async unload(pluginId: string, options: UnloadOptions = {}): Promise<void> {
    await this.#unloads.unload(pluginId, options);
  }

  /** Unloads every plugin, dependents first. */
  unloadAll(): Promise<BulkResult> {
    return this.#unloads.unloadAll();
  }

  /** Replaces a loaded plugin by what is in its folder now. A failed reload is an answer: the old version serves on. */
  async reload(
    pluginId: string,
    options: { readonly strategy?: ReloadStrategy; readonly signal?: AbortSignal } = {},
  ): Promise<ReloadResult> {
    this.#directory.recordOf(pluginId);
    if (!this.#config.enableHotReload) {
      throw new ReloadError({ pluginId, step: 'prepare', reason: 'hot reload is off (enableHotReload)' });
    }
    return this.#hotReload.reload(pluginId, options);
  }

  /** Lets a plugin out of quarantine, with its whole budget of restarts. Answers whether it was in. Load it again to use it. */
  release(pluginId: string): boolean {
    return this.#supervision.release(pluginId);
  }

  /** Ends the safe mode that the configuration began. Answers whether it was on. */
  leaveSafeMode(): boolean {
    return this.#supervision.leaveSafeMode();
  }

  /** Verifies all loaded plugins against the trust store as it is now, as every change of it does. */
  async verifyLoaded(): Promise<void> {
    await this.#revocation.check();
  }

  /** Ends all loads, reloads, restarts and watches, unloads every plugin and cleans the engines up. Can be called twice. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    this.#closing.abort(new ManagerDisposedError());
    this.#supervision[Symbol.dispose]();
    await this.#revocation[Symbol.asyncDispose]();
    await this.#hotReload[Symbol.asyncDispose]();
    await this.unloadAll();
    await Promise.all([...this.#engines.values()].map((engine) => engine.cleanup()));
  }

  #createPipeline(warn: (pluginId: string, error: Error) => void): LoadPipeline {
    const { verifier, parseRange } = this.#parts;
    return new LoadPipeline({
      config: this.#config,
      verifier,
      parseRange,
      createEngine: (level) => this.#engineFor(level),
      assertHostVersion: createHostVersionCheck(this.#config, parseRange, warn),
      callPlugin: (_callerId, pluginId, exportName, args) =>
        this.#handleOf(pluginId).invoke(exportName, args),
      listActiveDependencies: (manifest) =>
        runtimeDependencies(manifest).filter((id) => this.#directory.stateOf(id) === LifecycleState.ACTIVE),
      onSandbox: (pluginId, context) => {
        context.on('log', (event) => {
          this.#events.emit('log', { ...event, pluginId });
        });
        context.on('violation', (event) => {
          this.#events.emit('violation', { ...event, pluginId });
        });
      },
    });
  }

  #createSteps(warn: (pluginId: string, error: Error) => void): RecordSteps {
    const limit = this.#limit;
    return {
      prepare: (id, path, signal) => limit.run(() => this.#pipeline.prepare(id, path, signal), signal),
      start: (prepared, signal) => limit.run(() => this.#pipeline.start(prepared, signal), signal),
      stateOf: (id) => this.#directory.stateOf(id),
      instanceCount: (id) => this.#config.instances[id] ?? 1,
      assertFits: (manifest) => {
        this.#loads.assertReplaceable(manifest);
      },
      onCrash: (id, error, isLast) => {
        this.#onCrash(id, error, isLast).catch((failure: unknown) => {
          warn(id, toError(failure));
        });
      },
    };
  }

  /** What is told by the lifecycle itself, whoever moved the plugin. */
  #listen(): void {
    const { lifecycle } = this.#parts;
    lifecycle.on(LifecycleEvent.AFTER_ACTIVATE, ({ id, version }) => {
      this.#supervision.reportHealthy(id, version ?? '');
    });
    lifecycle.on(LifecycleEvent.ON_ERROR, async ({ id }, _event, { fromState, error, metadata }) => {
      const wasServing = fromState === LifecycleState.ACTIVE || fromState === LifecycleState.RELOADING;
      // A lifecycle of the host may hold plugins that are not this manager's.
      if (!this.#directory.ids.includes(id)) return;
      await this.#directory.recordOf(id).unload();
      if (wasServing && error !== undefined && metadata['revoked'] !== true)
        this.#supervision.reportCrash(id, error);
    });
  }

  async #onCrash(pluginId: string, error: Error, isLast: boolean): Promise<void> {
    this.#events.emit('crashed', { pluginId, error });
    const state = this.#directory.stateOf(pluginId);
    if (state === LifecycleState.RELOADING) return;
    const isOver =
      isLast || state !== LifecycleState.ACTIVE || this.#supervision.reportCrash(pluginId, error);
    if (isOver) await this.#parts.lifecycle.transitionToError({ id: pluginId }, { error });
  }

  async #restart(pluginId: string, signal: AbortSignal): Promise<void> {
    if (this.#directory.isLoaded(pluginId))
      await this.#operations.run(
        pluginId,
        () => this.#directory.recordOf(pluginId).replenish(signal),
        signal,
      );
    else await this.#loads.load(pluginId, { activate: true, signal });
  }

  #handleOf(pluginId: string): RecordPluginHandle {
    return new RecordPluginHandle(this.#directory.recordOf(pluginId).id, this.#directory);
  }

  async #move(id: string, toState: LifecycleState, signal?: AbortSignal): Promise<void> {
    await this.#parts.lifecycle.transition(
      this.#directory.recordOf(id),
      signal === undefined ? { toState } : { toState, signal },
    );
  }

  #engineFor(level: Parameters<ManagerParts['createEngine']>[0]): SandboxEngine {
    const engine = this.#engines.get(level) ?? this.#parts.createEngine(level);
    this.#engines.set(level, engine);
    return engine;
  }
}
