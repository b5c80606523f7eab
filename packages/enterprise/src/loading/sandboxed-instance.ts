import type {
  InvokeOptions,
  PluginHealth,
  PluginInstance,
  PluginState,
  SandboxContext,
  SandboxEngine,
  Unsubscribe,
} from '@truthound/protocols';
import { createUnsubscribe } from '@truthound/protocols';
import type { PreparedVersion } from './prepared-version.ts';

type Listener = (error: Error | undefined) => void;

/** One running instance of a plugin: a sandbox, its calls, and the functions that the plugin keeps for its host. */
export class SandboxedInstance implements PluginInstance {
  readonly prepared: PreparedVersion;
  readonly context: SandboxContext;
  readonly #engine: SandboxEngine;
  /** Ids of the loaded plugins that this one depends on; read when it is activated. */
  readonly #listDependencies: () => readonly string[];
  readonly #calls = new Set<AbortController>();
  readonly #idleWaiters = new Set<() => void>();
  readonly #listeners = { error: new Set<Listener>(), exit: new Set<Listener>() };

  constructor(
    prepared: PreparedVersion,
    engine: SandboxEngine,
    context: SandboxContext,
    listDependencies: () => readonly string[],
  ) {
    this.prepared = prepared;
    this.context = context;
    this.#engine = engine;
    this.#listDependencies = listDependencies;
    context.on('exit', ({ error }) => {
      this.#emit('exit', error);
    });
  }

  get pluginId(): string {
    return this.prepared.manifest.id;
  }

  get version(): string {
    return this.prepared.manifest.version;
  }

  get instanceId(): string {
    return this.context.sandboxId;
  }

  get isAlive(): boolean {
    return this.context.isAlive;
  }

  get callsInFlight(): number {
    return this.#calls.size;
  }

  get hasState(): boolean {
    return this.#has('dispose');
  }

  /** Calls an exported function. */
  async call(exportName: string, args: readonly unknown[], options: InvokeOptions = {}): Promise<unknown> {
    const abort = new AbortController();
    const signal =
      options.signal === undefined ? abort.signal : AbortSignal.any([abort.signal, options.signal]);
    this.#calls.add(abort);
    try {
      return await this.#engine.invoke(this.context, { export: exportName }, args, { ...options, signal });
    } catch (error) {
      if (!signal.aborted) this.#emit('error', error instanceof Error ? error : undefined);
      throw error;
    } finally {
      this.#calls.delete(abort);
      if (this.#calls.size === 0) this.#wakeIdle();
    }
  }

  async activate(
    options: { readonly previousState?: PluginState | undefined; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { previousState, signal } = options;
    const data = { version: this.version, plugins: this.#listDependencies() };
    const state = previousState === undefined ? {} : { previousState: previousState.data };
    await this.#callOwn('activate', [data, state], signal);
  }

  async deactivate({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#callOwn('deactivate', [], signal);
  }

  async dispose({ signal }: { readonly signal?: AbortSignal } = {}): Promise<PluginState | undefined> {
    if (!this.hasState) return undefined;
    const data = await this.#callOwn('dispose', [], signal);
    return { version: this.prepared.manifest.state.version, data };
  }

  async health({ signal }: { readonly signal?: AbortSignal } = {}): Promise<PluginHealth> {
    if (!this.isAlive) return { isHealthy: false, reason: 'its guest is gone' };
    if (!this.#has('health')) return { isHealthy: true };
    const answer = await this.#callOwn('health', [], signal);
    if (typeof answer === 'boolean') return { isHealthy: answer };
    if (typeof answer === 'object' && answer !== null && 'isHealthy' in answer) {
      const { isHealthy, reason } = answer as { readonly isHealthy: unknown; readonly reason?: unknown };
      return { isHealthy: isHealthy === true, reason: typeof reason === 'string' ? reason : undefined };
    }
    return {
      isHealthy: false,
      reason: `health() answered ${typeof answer}, which is neither a boolean nor { isHealthy }`,
    };
  }

  async idle({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#calls.size === 0) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#idleWaiters.delete(wake);
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#idleWaiters.add(wake);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  interrupt(reason: Error): Promise<number> {
    const calls = [...this.#calls];
    for (const call of calls) call.abort(reason);
    return Promise.resolve(calls.length);
  }

  on(event: 'error' | 'exit', handler: Listener): Unsubscribe {
    this.#listeners[event].add(handler);
    return createUnsubscribe(() => this.#listeners[event].delete(handler));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.terminate(this.context);
  }

  #has(name: string): boolean {
    return this.context.exports.includes(name);
  }

  async #callOwn(name: string, args: readonly unknown[], signal: AbortSignal | undefined): Promise<unknown> {
    if (!this.#has(name)) return undefined;
    return this.#engine.invoke(this.context, { export: name }, args, signal === undefined ? {} : { signal });
  }

  #wakeIdle(): void {
    for (const wake of this.#idleWaiters) wake();
    this.#idleWaiters.clear();
  }

  #emit(event: 'error' | 'exit', error: Error | undefined): void {
    for (const listener of [...this.#listeners[event]]) listener(error);
  }
}
