import {
  type PluginHealth,
  type PluginInstance,
  type PluginState,
  type PluginStateVersions,
  type Unsubscribe,
  createUnsubscribe,
} from '@truthound/protocols';

/** What a version of the fake plugin does when it is asked. Every field may be changed while a test runs. */
export interface FakeBehaviour {
  version: string;
  state: PluginStateVersions;
  hasState: boolean;
  widerPermissions: readonly string[];
  prepare: (signal: AbortSignal | undefined) => void | Promise<void>;
  start: (signal: AbortSignal | undefined) => void | Promise<void>;
  activate: (previousState: PluginState | undefined, instance: FakeInstance) => void | Promise<void>;
  health: () => PluginHealth | Promise<PluginHealth>;
  dispose: (instance: FakeInstance) => PluginState | undefined | Promise<PluginState | undefined>;
  deactivate: () => void | Promise<void>;
  free: () => void | Promise<void>;
}

export function createBehaviour(version: string, overrides: Partial<FakeBehaviour> = {}): FakeBehaviour {
  return {
    version,
    state: { version: 1, accepts: [1] },
    hasState: false,
    widerPermissions: [],
    prepare: () => undefined,
    start: () => undefined,
    activate: () => undefined,
    health: () => ({ isHealthy: true }),
    dispose: ({ data }) => ({ version: 1, data }),
    deactivate: () => undefined,
    free: () => undefined,
    ...overrides,
  };
}

interface FakeCall {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** An instance that is all switches: tests say when calls end, what fails and when it dies. */
export class FakeInstance implements PluginInstance {
  readonly pluginId: string;
  readonly instanceId: string;
  readonly behaviour: FakeBehaviour;
  /** What happened to it, in order. */
  readonly log: string[] = [];
  isAlive: boolean = true;
  isActive: boolean = false;
  isHealthy: boolean = false;
  data: unknown;
  readonly #calls = new Set<FakeCall>();
  readonly #handlers = { error: new Set<Handler>(), exit: new Set<Handler>() };
  #onIdle: (() => void)[] = [];

  constructor(pluginId: string, instanceId: string, behaviour: FakeBehaviour) {
    this.pluginId = pluginId;
    this.instanceId = instanceId;
    this.behaviour = behaviour;
  }

  get version(): string {
    return this.behaviour.version;
  }

  get hasState(): boolean {
    return this.behaviour.hasState;
  }

  get callsInFlight(): number {
    return this.#calls.size;
  }

  /** Begins a call; {@link finish} ends it. */
  call(): Promise<string> {
    if (!this.isAlive) throw new Error(`${this.instanceId} is dead and was called`);
    if (!this.isActive) throw new Error(`${this.instanceId} is not active and was called`);
    return new Promise((resolve, reject) => this.#calls.add({ resolve, reject }));
  }

  /** Ends the oldest calls. */
  finish(count: number = Infinity): void {
    for (const call of [...this.#calls].slice(0, count)) {
      this.#calls.delete(call);
      call.resolve(this.version);
    }
    this.#noticeIdle();
  }

  failCall(error: Error = new Error('plugin fault')): void {
    const [call] = this.#calls;
    if (call !== undefined) this.#calls.delete(call);
    call?.reject(error);
    this.#emit('error', error);
    this.#noticeIdle();
  }

  crash(error: Error | undefined = new Error('crashed')): void {
    this.isAlive = false;
    this.isActive = false;
    this.log.push('crash');
    this.#rejectAll(error);
    this.#emit('exit', error);
  }

  async activate(
    options: { previousState?: PluginState | undefined; signal?: AbortSignal } = {},
  ): Promise<void> {
    if (!this.isAlive) throw new Error(`${this.instanceId} is dead and was activated`);
    this.log.push(
      options.previousState === undefined ? 'activate' : `activate with ${describe(options.previousState)}`,
    );
    await this.behaviour.activate(options.previousState, this);
    this.data = options.previousState?.data;
    this.isActive = true;
  }

  async health(): Promise<PluginHealth> {
    this.log.push('health');
    const health = await this.behaviour.health();
    this.isHealthy = health.isHealthy;
    return health;
  }

  async dispose(): Promise<PluginState | undefined> {
    if (this.callsInFlight > 0)
      throw new Error(`${this.instanceId} was asked for its state while it was busy`);
    this.log.push('dispose');
    const state = await this.behaviour.dispose(this);
    this.isActive = false;
    return state;
  }

  async deactivate(): Promise<void> {
    this.log.push('deactivate');
    this.isActive = false;
    await this.behaviour.deactivate();
  }

  idle(): Promise<void> {
    if (this.callsInFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  async interrupt(reason: Error): Promise<number> {
    this.log.push('interrupt');
    return this.#rejectAll(reason);
  }

  on(event: 'error' | 'exit', handler: Handler): Unsubscribe {
    this.#handlers[event].add(handler);
    return createUnsubscribe(() => this.#handlers[event].delete(handler));
  }

  get handlerCount(): number {
    return this.#handlers.error.size + this.#handlers.exit.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.log.push('free');
    this.isAlive = false;
    this.isActive = false;
    this.#rejectAll(new Error(`${this.instanceId} was disposed of with calls in flight`));
    await this.behaviour.free();
  }

  #rejectAll(reason: Error): number {
    const calls = [...this.#calls];
    this.#calls.clear();
    for (const { reject } of calls) reject(reason);
    this.#noticeIdle();
    return calls.length;
  }

  #noticeIdle(): void {
    if (this.callsInFlight > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #emit(event: 'error' | 'exit', error: Error | undefined): void {
    for (const handler of [...this.#handlers[event]]) handler(error);
  }
}

type Handler = (error: Error | undefined) => void;

function describe({ version, data }: PluginState): string {
  return `state ${version}: ${JSON.stringify(data)}`;
}
