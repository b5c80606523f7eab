import {
  type PluginInstance,
  type PluginLoader,
  PluginNotFoundError,
  type PluginStateVersions,
  type PreparedPlugin,
} from '@truthound/protocols';
import { type FakeBehaviour, FakeInstance } from './fake-plugin.ts';

/** Nobody is there to take the call, and nobody is said to come. */
export class RefusedCallError extends Error {}

/** A host in memory: serves one plugin through the instances that hot reload puts in place. */
export class FakeLoader implements PluginLoader {
  readonly pluginId: string;
  /** What `prepare` finds "on disk". */
  onDisk: FakeBehaviour;
  serving: FakeInstance[] = [];
  /** Every instance that ever was, oldest first. */
  readonly all: FakeInstance[] = [];
  preparations: number = 0;
  /** Preparations that succeeded. */
  prepared: number = 0;
  freedPreparations: number = 0;
  readonly #waiting: (() => void)[] = [];
  #isHeld = false;
  #nextInstance = 0;

  constructor(pluginId: string, behaviour: FakeBehaviour, instanceCount: number = 1) {
    this.pluginId = pluginId;
    this.onDisk = behaviour;
    for (let index = 0; index < instanceCount; index += 1) {
      const instance = this.#create(behaviour);
      instance.isActive = true;
      instance.isHealthy = true;
      this.serving.push(instance);
    }
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  get live(): readonly FakeInstance[] {
    return this.all.filter(({ isAlive }) => isAlive);
  }

  getInstances(pluginId: string): readonly FakeInstance[] {
    if (pluginId !== this.pluginId || this.serving.length === 0) {
      throw new PluginNotFoundError({ pluginId, known: [this.pluginId] });
    }
    return [...this.serving];
  }

  getStateVersions(): PluginStateVersions {
    return this.serving[0]!.behaviour.state;
  }

  async prepare(_pluginId: string, options: { signal?: AbortSignal } = {}): Promise<PreparedPlugin> {
    const behaviour = this.onDisk;
    this.preparations += 1;
    await behaviour.prepare(options.signal);
    this.prepared += 1;
    return {
      pluginId: this.pluginId,
      version: behaviour.version,
      state: behaviour.state,
      widerPermissions: behaviour.widerPermissions,
      start: async ({ signal } = {}) => {
        await behaviour.start(signal);
        return this.#create(behaviour);
      },
      [Symbol.asyncDispose]: async () => {
        this.freedPreparations += 1;
      },
    };
  }

  switchInstance(_pluginId: string, previous: PluginInstance, next: PluginInstance): void {
    const index = this.serving.findIndex((each) => each === previous);
    if (index < 0) throw new Error(`${previous.instanceId} does not serve`);
    if (!(next instanceof FakeInstance)) throw new TypeError('this loader serves its own instances only');
    this.serving[index] = next;
  }

  holdCalls(_pluginId: string, hold: boolean): void {
    this.#isHeld = hold;
    if (!hold) for (const go of this.#waiting.splice(0)) go();
  }

  /** A call as a client makes it: goes to an instance that serves when it is let through. */
  async call(index: number = 0, onBegin?: (instance: FakeInstance) => void): Promise<string> {
    while (this.#isHeld) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const wanted = this.serving[index % this.serving.length];
    const alive = this.serving.filter(({ isAlive }) => isAlive);
    const instance = wanted?.isAlive === true ? wanted : alive[index % alive.length];
    if (instance === undefined) throw new RefusedCallError('no instance serves');
    onBegin?.(instance);
    return instance.call();
  }

  #create(behaviour: FakeBehaviour): FakeInstance {
    this.#nextInstance += 1;
    const instance = new FakeInstance(this.pluginId, `${behaviour.version}#${this.#nextInstance}`, behaviour);
    this.all.push(instance);
    return instance;
  }
}
