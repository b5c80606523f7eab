import { AsyncLocalStorage } from 'node:async_hooks';
import type { LifecycleController, ReloadResult, ReloadStrategy } from '@truthound/protocols';
import {
  type HotReloadOptions,
  type HotReloadSettings,
  resolveHotReloadOptions,
} from './hot-reload-options.ts';
import { ReloadAttempt } from './reload-attempt.ts';
import { type ReloadOptions, resolveReloadOptions } from './reload-options.ts';
import { ReloadQueue } from './reload-queue.ts';
import { ReloadRun } from './reload-run.ts';
import { RELOAD_PLANS } from './strategies/reload-plans.ts';
import { createIgnoreFilter } from './watch/ignored-paths.ts';
import { PluginWatch } from './watch/plugin-watch.ts';
import { openTreeWatcher } from './watch/tree-watcher.ts';
import type { WatchHandle } from './watch/watch-handle.ts';
import { type WatchOptions, resolveWatchOptions } from './watch/watch-options.ts';

const CLOSED = 'the hot reload manager was closed';

/**
 * Replaces running plugins by what is on disk now, without losing a call.
 *
 * The new version is verified, started and found healthy beside the old one; then calls switch over in one
 * tick. Until it has proven itself the old one stays ready to take back over.
 */
export class HotReloadManager implements AsyncDisposable {
  readonly #lifecycle: LifecycleController;
  readonly #settings: HotReloadSettings;
  readonly #queue: ReloadQueue<ReloadStrategy, ReloadResult>;
  readonly #watches = new Set<PluginWatch>();
  readonly #closing = new AbortController();
  /** The plugin whose reload the running code is part of. */
  readonly #within = new AsyncLocalStorage<{ readonly pluginId: string; isOver: boolean }>();

  /** @throws ValidationError that lists every fault of the options. */
  constructor(lifecycle: LifecycleController, options: HotReloadOptions) {
    this.#lifecycle = lifecycle;
    this.#settings = resolveHotReloadOptions(options);
    this.#queue = new ReloadQueue({
      run: (pluginId, strategy, signal) => this.#run(pluginId, strategy, signal),
      abandon: (pluginId, strategy, reason) => this.#abandon(pluginId, strategy, reason),
    });
  }

  /**
   * Replaces a plugin by the version that is on disk now.
   *
   * Never rejects for a reload that fails: the result says why, and the old version serves on. Requests that
   * come while one runs share one further reload, done as the newest of them asked.
   * @throws ValidationError for options that are not valid.
   */
  async reload(pluginId: string, options: ReloadOptions = {}): Promise<ReloadResult> {
    const { strategy = this.#settings.defaultStrategy, signal } = resolveReloadOptions(options);
    if (this.#isClosed()) return this.#abandon(pluginId, strategy, CLOSED);
    const within = this.#within.getStore();
    if (within?.pluginId === pluginId && !within.isOver) {
      const reason =
        'it was asked for from inside the reload of the same plugin, which would wait for itself';
      return this.#abandon(pluginId, strategy, reason);
    }
    return this.#queue.ask({ key: pluginId, request: strategy, signal });
  }

  /**
   * Ends the reload of a plugin, as the `signal` of all who asked for it would, and drops what waits.
   * Resolves when no instance is touched any more. For hosts that are about to unload the plugin.
   */
  abort(pluginId: string, reason: unknown = 'it was aborted'): Promise<void> {
    return this.#queue.abort(pluginId, reason);
  }

  /**
   * Watches a plugin's files: added, changed, removed and renamed ones, also where an edit keeps size and
   * modification time. Resolves when all that is there is known.
   * @throws ValidationError; what the file system says about the path; the reason of the signal.
   */
  async watch(options: WatchOptions): Promise<WatchHandle> {
    if (this.#isClosed()) throw new Error(CLOSED);
    const { pluginId, path, autoReload, strategy, debounceMs, ignored, signal } =
      resolveWatchOptions(options);
    const reload = (): Promise<ReloadResult> =>
      this.reload(pluginId, strategy === undefined ? {} : { strategy });
    const watch = await PluginWatch.open({
      pluginId,
      path,
      debounceMs,
      signal: signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]),
      clock: this.#settings.clock,
      isIgnored: createIgnoreFilter(path, ignored),
      reload: autoReload ? reload : undefined,
      onWarning: this.#settings.onWarning,
      onCancelled: (cancelled) => this.#watches.delete(cancelled),
      openTree: openTreeWatcher,
    });
    this.#watches.add(watch);
    if (this.#isClosed()) await watch.cancel();
    return watch;
  }

  /** Ends all watches; reloads that run are not touched. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => watch.cancel()));
  }

  /** Ends all watches and all reloads. A reload asked for later fails, a watch is refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error(CLOSED));
    await Promise.all([this.stopAll(), this.#queue.abortAll(CLOSED)]);
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #run(pluginId: string, strategy: ReloadStrategy, signal: AbortSignal): Promise<ReloadResult> {
    const lifecycle = this.#lifecycle;
    const settings = this.#settings;
    const attempt = new ReloadAttempt(pluginId, strategy);
    const run = new ReloadRun({ lifecycle, settings, attempt, plan: RELOAD_PLANS[strategy], signal });
    const within = { pluginId, isOver: false };
    return this.#within.run(within, async () => {
      try {
        return await run.run();
      } catch (error) {
        // Only a lifecycle that breaks its contract leads here; whoever waits gets an answer all the same.
        return attempt.result(0, attempt.failure('lifecycle', error));
      } finally {
        within.isOver = true;
      }
    });
  }

  /** The result for somebody whose reload did not happen, or goes on without them. */
  #abandon(pluginId: string, strategy: ReloadStrategy, reason: unknown): ReloadResult {
    const attempt = new ReloadAttempt(pluginId, strategy);
    try {
      attempt.previousVersion = this.#settings.loader.getInstances(pluginId)[0]?.version ?? '';
    } catch {
      // A plugin that is not there has no version either.
    }
    return attempt.result(0, attempt.failure('aborted', reason));
  }
}
