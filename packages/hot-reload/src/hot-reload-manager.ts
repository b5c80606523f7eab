import { AsyncLocalStorage } from 'node:async_hooks';
import type { LifecycleController, ReloadResult, ReloadStrategy } from '@truthound/protocols';
import {
  type HotReloadOptions,
  type HotReloadSettings,
  resolveHotReloadOptions,
} from './hot-reload-options.ts';
import { ReloadAttempt } from './reload-attempt.ts';
import { ReloadQueue } from './reload-queue.ts';
import { ReloadRun } from './reload-run.ts';
import { RELOAD_PLANS } from './strategies/reload-plans.ts';

/** How one reload is done. */
export interface ReloadOptions {
  /** @defaultValue the manager's `defaultStrategy` */
  readonly strategy?: ReloadStrategy;
  /**
   * Gives the reload up. Before the switch the old version serves on; after it the new one stays, and the
   * wait for calls and for the bake ends at once.
   */
  readonly signal?: AbortSignal;
}

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
   */
  reload(pluginId: string, options: ReloadOptions = {}): Promise<ReloadResult> {
    const { strategy = this.#settings.defaultStrategy, signal } = options;
    if (!Object.hasOwn(RELOAD_PLANS, strategy)) {
      const known = Object.keys(RELOAD_PLANS).join(', ');
      return Promise.reject(
        new TypeError(`reload strategy must be one of ${known}, not ${String(strategy)}`),
      );
    }
    const within = this.#within.getStore();
    if (within?.pluginId === pluginId && !within.isOver) {
      const reason =
        'it was asked for from inside the reload of the same plugin, which would wait for itself';
      return Promise.resolve(this.#abandon(pluginId, strategy, reason));
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

  /** Ends all reloads. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.abortAll('the hot reload manager was closed');
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
      } finally {
        within.isOver = true;
      }
    });
  }

  #abandon(pluginId: string, strategy: ReloadStrategy, reason: unknown): ReloadResult {
    const attempt = new ReloadAttempt(pluginId, strategy);
    return attempt.result(0, attempt.failure('aborted', reason));
  }
}
