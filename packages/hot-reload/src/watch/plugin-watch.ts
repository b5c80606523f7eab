import { type ReloadResult, type Unsubscribe, createUnsubscribe } from '@truthound/protocols';
import type { Clock } from '../clock.ts';
import { describeError } from '../reload-attempt.ts';
import { FileTracker } from './file-tracker.ts';
import type { WatchedFile } from './ignored-paths.ts';
import type { OpenTreeWatcher, TreeWatcher } from './tree-watcher.ts';
import type { WatchEvents, WatchHandle } from './watch-handle.ts';

/** What one watch works with. */
export interface PluginWatchSettings {
  readonly pluginId: string;
  /** Absolute. */
  readonly path: string;
  readonly debounceMs: number;
  readonly clock: Clock;
  readonly isIgnored: (file: WatchedFile) => boolean;
  /** Starts a reload; `undefined` when changes are only to be told. Never rejects. */
  readonly reload: (() => Promise<ReloadResult>) | undefined;
  onWarning(warning: Error): void;
  onCancelled(watch: PluginWatch): void;
  readonly openTree: OpenTreeWatcher;
  readonly signal?: AbortSignal | undefined;
}

type Listener<Name extends keyof WatchEvents> = (payload: WatchEvents[Name]) => unknown;

/** Turns the stir in a folder into one event when it is quiet again. Nothing that goes wrong ends it. */
export class PluginWatch implements WatchHandle {
  readonly #settings: PluginWatchSettings;
  readonly #tracker = new FileTracker();
  readonly #listeners: { readonly [Name in keyof WatchEvents]: Set<Listener<Name>> } = {
    change: new Set(),
    reload: new Set(),
    error: new Set(),
  };
  #tree: TreeWatcher | undefined;
  #cancelTimer: () => void = () => undefined;
  #isActive = true;
  #isLooking = false;
  #closing: Promise<void> | undefined;

  private constructor(settings: PluginWatchSettings) {
    this.#settings = settings;
  }

  /** @throws what the file system says about the path; the reason of the signal. */
  static async open(settings: PluginWatchSettings): Promise<PluginWatch> {
    const watch = new PluginWatch(settings);
    const { path, signal } = settings;
    watch.#tree = await settings.openTree(
      { path, signal, isIgnored: settings.isIgnored },
      {
        onSeen: (file, stats) => {
          watch.#tracker.learn(file, stats);
        },
        onStirred: (file) => {
          watch.#onStirred(file);
        },
        onError: (error) => {
          watch.#onError(`watching ${path} is in trouble`, error);
        },
      },
    );
    return watch;
  }

  get pluginId(): string {
    return this.#settings.pluginId;
  }

  get path(): string {
    return this.#settings.path;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  on<Name extends keyof WatchEvents>(event: Name, listener: Listener<Name>): Unsubscribe {
    const listeners: Set<Listener<Name>> = this.#listeners[event];
    // A listener given twice is told twice, and each subscription ends by itself.
    const own: Listener<Name> = (payload) => listener(payload);
    listeners.add(own);
    return createUnsubscribe(() => listeners.delete(own));
  }

  cancel(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel();
  }

  async #close(): Promise<void> {
    this.#isActive = false;
    this.#cancelTimer();
    this.#settings.onCancelled(this);
    await this.#tree?.close();
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }

  #onStirred(file: string | undefined): void {
    if (!this.#isActive) return;
    if (file === undefined) this.#tracker.suspectAll();
    else this.#tracker.suspect(file);
    this.#waitForQuiet();
  }

  #waitForQuiet(): void {
    const { clock, debounceMs } = this.#settings;
    this.#cancelTimer();
    this.#cancelTimer = clock.setTimer(() => void this.#onQuiet(), debounceMs);
  }

  async #onQuiet(): Promise<void> {
    if (this.#isLooking) {
      this.#waitForQuiet();
      return;
    }
    this.#isLooking = true;
    try {
      const changes = await this.#tracker.findChanges();
      if (this.#isActive && changes.length > 0) this.#onChanges(Object.freeze(changes));
    } catch (error) {
      this.#onError(`the files of ${this.path} cannot be looked at`, error);
    } finally {
      this.#isLooking = false;
    }
  }

  #onChanges(changes: WatchEvents['change']['changes']): void {
    const { pluginId } = this;
    this.#emit('change', Object.freeze({ pluginId, changes }));
    // A listener may have ended the watch.
    if (this.#isActive)
      void this.#settings.reload?.().then((result) => {
        this.#emit('reload', result);
      });
  }

  #emit<Name extends keyof WatchEvents>(event: Name, payload: WatchEvents[Name]): void {
    const listeners: ReadonlySet<Listener<Name>> = this.#listeners[event];
    for (const listener of [...listeners]) void this.#tell(event, listener, payload);
  }

  async #tell<Name extends keyof WatchEvents>(
    event: Name,
    listener: Listener<Name>,
    payload: WatchEvents[Name],
  ): Promise<void> {
    try {
      await listener(payload);
    } catch (error) {
      if (event === 'error') this.#settings.onWarning(this.#describe('a listener for "error" threw', error));
      else this.#onError(`a listener for "${event}" threw`, error);
    }
  }

  #onError(what: string, error: unknown): void {
    if (!this.#isActive) return;
    const told = this.#describe(what, error);
    if (this.#listeners.error.size === 0) this.#settings.onWarning(told);
    else this.#emit('error', told);
  }

  #describe(what: string, cause: unknown): Error {
    return new Error(`plugin "${this.pluginId}": ${what}: ${describeError(cause)}`, { cause });
  }
}
