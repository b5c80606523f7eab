import type { PluginStateVersions } from './plugin-manifest.ts';
import type { ReloadStrategy } from './reload-strategy.ts';
import type { Unsubscribe } from './subscription.ts';

/** State that one version hands to the next. */
export interface PluginState {
  /** Version of its format: `state.version` of the manifest that wrote it. */
  readonly version: number;
  readonly data: unknown;
}

/** What a plugin's `health()` says. Without one, an instance that answers is healthy. */
export interface PluginHealth {
  readonly isHealthy: boolean;
  readonly reason?: string | undefined;
}

/** One running instance of one version of a plugin. Disposing it ends its sandbox at once. */
export interface PluginInstance extends AsyncDisposable {
  readonly pluginId: string;
  readonly version: string;
  /** Unique among the instances of the host. */
  readonly instanceId: string;
  readonly isAlive: boolean;
  /** Calls that began here and have not ended. */
  readonly callsInFlight: number;
  /** Whether the plugin hands over state, that is, exports `dispose`. */
  readonly hasState: boolean;
  activate(options?: {
    readonly previousState?: PluginState | undefined;
    readonly signal?: AbortSignal;
  }): Promise<void>;
  health(options?: { readonly signal?: AbortSignal }): Promise<PluginHealth>;
  /**
   * Asks the plugin for its state; it must be idle, and serves no call after unless it is activated again.
   * `undefined` where it keeps none. When it rejects, nothing was given up and the instance serves on.
   */
  dispose(options?: { readonly signal?: AbortSignal }): Promise<PluginState | undefined>;
  deactivate(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Resolves once no call is in flight. */
  idle(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Rejects every call in flight with `reason`; answers how many. */
  interrupt(reason: Error): Promise<number>;
  /** `error`: a call failed for the plugin's own fault. `exit`: the guest is gone, with the error if it was not asked to. */
  on(event: 'error' | 'exit', handler: (error: Error | undefined) => void): Unsubscribe;
}

/** A version that was found, verified and resolved, with no code run yet. Disposing it frees what was prepared. */
export interface PreparedPlugin extends AsyncDisposable {
  readonly pluginId: string;
  readonly version: string;
  readonly state: PluginStateVersions;
  /** Permissions it asks for beyond those of the version that serves, one sentence each. */
  readonly widerPermissions: readonly string[];
  /** Starts an instance in its own sandbox, loaded and not yet activated. */
  start(options?: { readonly signal?: AbortSignal }): Promise<PluginInstance>;
}

/**
 * Where hot reload gets instances from and where it puts them.
 * The host implements it over its own pipeline; hot reload knows nothing of sandboxes or signatures.
 */
export interface PluginLoader {
  /**
   * The instances that serve the plugin now, in a stable order.
   * @throws PluginNotFoundError
   */
  getInstances(pluginId: string): readonly PluginInstance[];
  /** State versions of what serves now. */
  getStateVersions(pluginId: string): PluginStateVersions;
  /** Finds, verifies and resolves the version that is on disk now. */
  prepare(pluginId: string, options?: { readonly signal?: AbortSignal }): Promise<PreparedPlugin>;
  /**
   * From this call on, new calls go to `next` where they went to `previous`; calls in flight stay.
   * Synchronous, so that no call can fall between.
   */
  switchInstance(pluginId: string, previous: PluginInstance, next: PluginInstance): void;
  /** Lets new calls wait (`true`), and go on (`false`): while state is handed over, and while nobody serves. */
  holdCalls(pluginId: string, hold: boolean): void;
}

/** What a reload came to. */
export interface ReloadResult {
  readonly success: boolean;
  readonly pluginId: string;
  readonly strategy: ReloadStrategy;
  /** From the request to the last step, in milliseconds. */
  readonly reloadTimeMs: number;
  readonly previousVersion: string;
  /** The version that was to take over; `undefined` when it could not even be read. */
  readonly newVersion: string | undefined;
  /** The new version had taken over and was taken back. */
  readonly rolledBack: boolean;
  /** Calls that finished on the old version. */
  readonly drained: number;
  /** Calls that were cut off. */
  readonly aborted: number;
  readonly error: Error | undefined;
}
