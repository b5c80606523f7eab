import { isDeepStrictEqual } from 'node:util';
import {
  type InvokeOptions,
  type LifecyclePlugin,
  LifecycleState,
  type LifecycleStepContext,
  type PluginManifest,
  type PluginPermissions,
} from '@truthound/protocols';
import type { DiscoveredPlugin } from './discovery/discover-plugins.ts';
import type { PreparedVersion } from './loading/prepared-version.ts';
import type { SandboxedInstance } from './loading/sandboxed-instance.ts';
import { waitUnlessAborted } from './operations/plugin-operations.ts';
import { PluginNotActiveError } from './plugin-not-active-error.ts';

/** What a record needs of the manager. */
export interface RecordSteps {
  prepare(pluginId: string, path: string, signal: AbortSignal): Promise<PreparedVersion>;
  /** @throws PluginHeldError where nobody approves that it gets more than `granted` */
  assertApproved(
    pluginId: string,
    granted: PluginPermissions,
    asked: PluginPermissions,
    signal: AbortSignal,
  ): Promise<void>;
  start(prepared: PreparedVersion, signal: AbortSignal): Promise<SandboxedInstance>;
  stateOf(pluginId: string): LifecycleState;
  instanceCount(pluginId: string): number;
  /** An instance ended by itself; `isLast` when none is left. */
  onCrash(pluginId: string, error: Error, isLast: boolean): void;
  /** A load found another manifest than the discovery. @throws DependencyError where it does not fit */
  assertFits(manifest: PluginManifest): void;
}

/** States in which calls are served. */
const SERVING: readonly LifecycleState[] = [LifecycleState.ACTIVE, LifecycleState.RELOADING];

/**
 * One discovered plugin, loaded or not: its instances, and where calls go. Its four steps are what the
 * lifecycle runs; each is all or nothing.
 */
export class PluginRecord implements LifecyclePlugin {
  readonly id: string;
  readonly #steps: RecordSteps;
  #path: string;
  #discovered: PluginManifest;
  #instances: readonly SandboxedInstance[] = [];
  /** What the last version that was loaded asked for: what comes after it gets no more without approval. */
  #granted: PluginPermissions | undefined;
  #lastError: Error | undefined;
  #hold: { readonly released: Promise<void>; readonly release: () => void } | undefined;
  #nextInstance = 0;

  constructor({ path, manifest }: DiscoveredPlugin, steps: RecordSteps) {
    this.id = manifest.id;
    this.#path = path;
    this.#discovered = manifest;
    this.#steps = steps;
  }

  /** The folder it was found in. */
  get path(): string {
    return this.#path;
  }

  /** The manifest of the version that serves; before loading, as discovered. */
  get manifest(): PluginManifest {
    return this.current?.manifest ?? this.#discovered;
  }

  get version(): string {
    return this.manifest.version;
  }

  /** The version that serves. */
  get current(): PreparedVersion | undefined {
    return this.#instances[0]?.prepared;
  }

  get instances(): readonly SandboxedInstance[] {
    return this.#instances;
  }

  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** Takes over what a new discovery found. A loaded plugin goes on with what it was loaded from. */
  rediscovered({ path, manifest }: DiscoveredPlugin): void {
    this.#path = path;
    this.#discovered = manifest;
  }

  /** Says why it is not served. */
  failed(error: Error): void {
    this.#lastError = error;
  }

  readonly load = async ({ signal }: LifecycleStepContext): Promise<void> => {
    await this.#attempt(async () => {
      const prepared = await this.#steps.prepare(this.id, this.path, signal);
      const { permissions } = prepared.manifest;
      if (this.#granted !== undefined)
        await this.#steps.assertApproved(this.id, this.#granted, permissions, signal);
      this.#takeOver(prepared.manifest);
      const started: SandboxedInstance[] = [];
      try {
        while (started.length < this.#steps.instanceCount(this.id))
          started.push(await this.#steps.start(prepared, signal));
        // Nobody waits any more: what was started would be left running.
        signal.throwIfAborted();
      } catch (error) {
        await disposeAll(started);
        throw error;
      }
      this.#instances = started;
      this.#granted = permissions;
      for (const instance of started) this.#watch(instance);
    });
  };

  readonly activate = async ({ signal }: LifecycleStepContext): Promise<void> => {
    await this.#attempt(async () => {
      for (const instance of this.#instances) await instance.activate({ signal });
    });
  };

  readonly deactivate = async ({ signal }: LifecycleStepContext): Promise<void> => {
    await this.#attempt(async () => {
      for (const instance of this.#instances) {
        await instance.idle({ signal });
        await instance.deactivate({ signal });
      }
    });
  };

  readonly unload = async (): Promise<void> => {
    const instances = this.#instances;
    this.#instances = [];
    this.holdCalls(false);
    await disposeAll(instances);
  };

  /** Starts instances in the place of those that crashed, while the others serve. */
  async replenish(signal: AbortSignal): Promise<void> {
    const prepared = this.current;
    if (prepared === undefined || this.#steps.stateOf(this.id) !== LifecycleState.ACTIVE) return;
    while (this.#instances.length < this.#steps.instanceCount(this.id)) {
      const instance = await this.#steps.start(prepared, signal);
      try {
        await instance.activate({ signal });
        signal.throwIfAborted();
      } catch (error) {
        await instance[Symbol.asyncDispose]();
        throw error;
      }
      if (this.current !== prepared || this.#steps.stateOf(this.id) !== LifecycleState.ACTIVE) {
        // Replaced or stopped meanwhile: this one is of no use.
        await instance[Symbol.asyncDispose]();
        return;
      }
      this.#instances = [...this.#instances, instance];
      this.#watch(instance);
    }
  }

  /**
   * Forgets instances that ended, where others serve: to be filled up. Answers how many, and what the last one
   * ended with.
   */
  dropEnded(): { readonly count: number; readonly error: Error | undefined } {
    const alive = this.#instances.filter(({ isAlive }) => isAlive);
    const count = alive.length === 0 ? 0 : this.#instances.length - alive.length;
    if (count > 0) this.#instances = alive;
    return { count, error: this.#lastError };
  }

  /** Calls an exported function on an instance that serves. */
  async call(exportName: string, args: readonly unknown[], options?: InvokeOptions): Promise<unknown> {
    while (this.#hold !== undefined) await waitUnlessAborted(this.#hold.released, options?.signal);
    const state = this.#steps.stateOf(this.id);
    const instance = SERVING.includes(state) ? this.#pickInstance() : undefined;
    if (instance === undefined)
      throw new PluginNotActiveError(
        { pluginId: this.id, state },
        this.#lastError && { cause: this.#lastError },
      );
    return instance.call(exportName, args, options);
  }

  /** Puts one instance in the place of another; calls that have begun stay where they are. */
  replace(previous: SandboxedInstance, next: SandboxedInstance): void {
    this.#instances = this.#instances.map((instance) => (instance === previous ? next : instance));
    this.#granted = next.prepared.manifest.permissions;
    this.#watch(next);
  }

  holdCalls(hold: boolean): void {
    if (!hold) {
      this.#hold?.release();
      this.#hold = undefined;
      return;
    }
    if (this.#hold !== undefined) return;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#hold = { released, release };
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
      this.#lastError = undefined;
    } catch (error) {
      this.#lastError = error instanceof Error ? error : new Error(String(error));
      await this.unload();
      throw error;
    }
  }

  /** The instance with the fewest calls in flight; of equals, in turn. */
  #pickInstance(): SandboxedInstance | undefined {
    const alive = this.#instances.filter(({ isAlive }) => isAlive);
    if (alive.length <= 1) return alive[0];
    this.#nextInstance += 1;
    const fewest = Math.min(...alive.map(({ callsInFlight }) => callsInFlight));
    const idle = alive.filter(({ callsInFlight }) => callsInFlight === fewest);
    return idle[this.#nextInstance % idle.length];
  }

  #watch(instance: SandboxedInstance): void {
    instance.on('exit', (error) => {
      if (error === undefined || !this.#instances.includes(instance)) return;
      this.#lastError = error;
      const others = this.#instances.filter((other) => other !== instance && other.isAlive);
      // While it is reloaded, its instances belong to the reload, which looks after them.
      const isServing = this.#steps.stateOf(this.id) === LifecycleState.ACTIVE;
      if (isServing && others.length > 0) this.#instances = others;
      this.#steps.onCrash(this.id, error, others.length === 0);
    });
  }

  /** The folder was changed between the discovery and the load. */
  #takeOver(manifest: PluginManifest): void {
    if (isDeepStrictEqual(manifest, this.#discovered)) return;
    this.#steps.assertFits(manifest);
    this.#discovered = manifest;
  }
}

async function disposeAll(instances: readonly SandboxedInstance[]): Promise<void> {
  await Promise.all(instances.map((instance) => instance[Symbol.asyncDispose]()));
}
