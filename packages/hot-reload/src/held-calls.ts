import { LifecycleState, type PluginInstance, type Unsubscribe } from '@truthound/protocols';
import type { ReloadRequest } from './reload-request.ts';
import { warn } from './reload-steps.ts';

/**
 * Lets new calls of the plugin wait while its state is on its way or no instance can take them, and lets them
 * go on however that ends. Lives as long as the reload: until then whoever serves next is the reload's to say.
 */
export class HeldCalls implements Disposable {
  readonly #request: ReloadRequest;
  readonly #subscriptions: Unsubscribe[] = [];
  readonly #unserved = new AbortController();
  #isHolding = false;

  constructor(request: ReloadRequest) {
    this.#request = request;
  }

  /** Aborts when the last instance that served has ended during the reload. */
  get unserved(): AbortSignal {
    return this.#unserved.signal;
  }

  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Whether an instance is there that takes calls. A plugin that was unloaded has nobody to wait for. */
  get isServed(): boolean {
    const { settings, attempt } = this.#request;
    try {
      const instances = settings.loader.getInstances(attempt.pluginId);
      return instances.length === 0 || instances.some(({ isAlive }) => isAlive);
    } catch {
      return true;
    }
  }

  /** Calls wait from the tick in which `instance` ends, where it was the last that served. */
  watch(instance: PluginInstance): void {
    this.#subscriptions.push(
      instance.on('exit', () => {
        this.#onExit();
      }),
    );
  }

  /** Twice is fine. */
  hold(): void {
    if (this.#isHolding) return;
    const { settings, attempt } = this.#request;
    this.#isHolding = true;
    settings.loader.holdCalls(attempt.pluginId, true);
  }

  /** As {@link HeldCalls.hold}, where nobody could catch what the loader throws: it is told as a warning. */
  tryHold(): void {
    try {
      this.hold();
    } catch (error) {
      warn(this.#request, this.#request.attempt.failure('switch', error));
    }
  }

  /** Lets calls go on where an instance is there that takes them. Twice is fine. */
  release(): void {
    if (this.isServed) this.#letGo();
  }

  /** The reload is over: calls go on, and to whoever is there. */
  [Symbol.dispose](): void {
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.#letGo();
  }

  #onExit(): void {
    const { lifecycle, attempt } = this.#request;
    // In any other state crashes are the host's.
    if (lifecycle.getState(attempt.pluginId) !== LifecycleState.RELOADING || this.isServed) return;
    this.#unserved.abort();
    this.tryHold();
  }

  /** A loader that fails here is told as a warning: what comes after must still be done. */
  #letGo(): void {
    if (!this.#isHolding) return;
    this.#isHolding = false;
    const { settings, attempt } = this.#request;
    try {
      settings.loader.holdCalls(attempt.pluginId, false);
    } catch (error) {
      warn(this.#request, attempt.failure('state', error));
    }
  }
}
