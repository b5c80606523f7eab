import {
  type LifecycleController,
  type PluginExports,
  type PluginHandle,
  type PluginInfo,
  ReloadError,
  type ReloadResult,
  type ReloadStrategy,
  type TrustStore,
  type Unsubscribe,
} from '@truthound/protocols';
import type { BulkResult } from './bulk-result.ts';
import type { ManagerParts } from './composition.ts';
import { EnterprisePluginManagerConfig } from './config/enterprise-config.ts';
import type { QuarantinedPlugin } from './crash/crash-supervision.ts';
import type { DiscoveryProblem } from './discovery/discover-plugins.ts';
import type { LockDrift } from './lock/lock-keeper.ts';
import type { PluginLock } from './lock/plugin-lock.ts';
import { ManagerCore } from './manager-core.ts';
import type { ManagerEvents } from './manager-events.ts';
import type { LoadOptions } from './operations/plugin-loads.ts';
import type { UnloadOptions } from './operations/plugin-unloads.ts';

/**
 * Finds, verifies, resolves, isolates, runs and replaces plugins. It delegates each of these and decides
 * none: the parts come from the composition root, or from the host.
 */
export class EnterprisePluginManager implements AsyncDisposable {
  readonly #core: ManagerCore;
  #disposal: Promise<void> | undefined;

  /**
   * @param parts replaces parts of the manager: a trust store, an engine, a verifier.
   * @throws ValidationError that lists every fault of the configuration
   */
  constructor(config: EnterprisePluginManagerConfig = {}, parts: Partial<ManagerParts> = {}) {
    this.#core = new ManagerCore(EnterprisePluginManagerConfig.create(config), parts);
  }

  /** States, transitions, history and their events. */
  get lifecycle(): LifecycleController {
    return this.#core.parts.lifecycle;
  }

  get trustStore(): TrustStore {
    return this.#core.parts.trustStore;
  }

  /** What the last discovery found and could not use. */
  get discoveryProblems(): readonly DiscoveryProblem[] {
    return this.#core.directory.problems;
  }

  /** Plugins that crashed too often. They are loaded again only after `release`. */
  get quarantined(): readonly QuarantinedPlugin[] {
    return this.#core.supervision.quarantined;
  }

  on<Name extends keyof ManagerEvents>(
    event: Name,
    handler: (event: ManagerEvents[Name]) => void,
  ): Unsubscribe {
    return this.#core.events.on(event, handler);
  }

  /**
   * Looks for plugins. Reads manifests, runs no plugin code; folders that are no valid plugin are told as
   * `discovery-problem` and listed in `discoveryProblems`. With `autoLoad` it loads what it found; what fails there is
   * told as `load-failed`.
   */
  async discoverPlugins(): Promise<readonly PluginInfo[]> {
    this.#core.directory.discover();
    for (const problem of this.#core.directory.problems) this.#core.events.emit('discovery-problem', problem);
    if (this.#core.config.autoLoad) await this.loadAll();
    return this.listPlugins();
  }

  /** Every discovered plugin, by id. */
  listPlugins(): readonly PluginInfo[] {
    return this.#core.directory.ids.map((id) => this.#core.directory.infoOf(id));
  }

  /** A handle that stays valid over reloads. Give your plugin's own type to have its calls checked. @throws PluginNotFoundError */
  getPlugin<Exports = PluginExports>(pluginId: string): PluginHandle<Exports> {
    return this.#core.handleOf(pluginId) as unknown as PluginHandle<Exports>;
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
    await this.#core.loads.load(pluginId, options);
    return this.getPlugin<Exports>(pluginId);
  }

  /** Loads every discovered plugin, each as soon as what it requires is loaded. */
  loadAll(options: LoadOptions = {}): Promise<BulkResult> {
    return this.#core.loads.loadAll(options);
  }

  /** Activates a plugin and what it depends on; loads what is not loaded. @throws as `load` */
  async activate(pluginId: string): Promise<void> {
    await this.#core.loads.load(pluginId, { activate: true });
  }

  /** Stops a plugin and keeps it loaded. Calls in flight finish first; a reload is ended. */
  async deactivate(pluginId: string): Promise<void> {
    await this.#core.unloads.deactivate(pluginId);
  }

  /** Stops a plugin and closes its sandbox. @throws DependencyError while others that are loaded depend on it, unless told to cascade */
  async unload(pluginId: string, options: UnloadOptions = {}): Promise<void> {
    await this.#core.unloads.unload(pluginId, options);
  }

  /** Unloads every plugin, dependents first. */
  unloadAll(): Promise<BulkResult> {
    return this.#core.unloads.unloadAll();
  }

  /** Replaces a loaded plugin by what is in its folder now. A failed reload is an answer: the old version serves on. */
  async reload(
    pluginId: string,
    options: { readonly strategy?: ReloadStrategy; readonly signal?: AbortSignal } = {},
  ): Promise<ReloadResult> {
    this.#core.directory.recordOf(pluginId);
    if (!this.#core.config.enableHotReload) {
      throw new ReloadError({ pluginId, step: 'prepare', reason: 'hot reload is off (enableHotReload)' });
    }
    return this.#core.hotReload.reload(pluginId, options);
  }

  /** Lets a plugin out of quarantine, with its whole budget of restarts. Answers whether it was in. Load it again to use it. */
  release(pluginId: string): boolean {
    return this.#core.supervision.release(pluginId);
  }

  /** Ends the safe mode that the configuration began. Answers whether it was on. */
  leaveSafeMode(): boolean {
    return this.#core.supervision.leaveSafeMode();
  }

  /** Verifies all loaded plugins against the trust store as it is now, as every change of it does. */
  async verifyLoaded(): Promise<void> {
    await this.#core.revocation.check();
  }

  /**
   * Verifies every discovered plugin and writes the lock file (`lockPath`): versions, digests, signers and permissions.
   * Runs no plugin code. @throws what is wrong with a plugin; nothing is written then
   */
  writeLock(): Promise<PluginLock> {
    return this.#core.lock.write();
  }

  /** In what the discovered plugins differ from the lock file; empty for in nothing. @throws ValidationError for a lock file that is not valid */
  checkLock(): Promise<readonly LockDrift[]> {
    return this.#core.lock.check();
  }

  /** Ends all loads, reloads, restarts and watches, unloads every plugin and cleans the engines up. Can be called twice. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#core[Symbol.asyncDispose]();
    return this.#disposal;
  }
}
