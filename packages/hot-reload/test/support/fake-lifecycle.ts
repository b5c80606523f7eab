import {
  InvalidTransitionError,
  type LifecycleController,
  LifecycleEvent,
  type LifecycleEventData,
  type LifecycleHandler,
  LifecycleState,
  type LifecycleTransition,
  type TransitionOptions,
  type Unsubscribe,
  createUnsubscribe,
} from '@truthound/protocols';

const { ACTIVE, RELOADING, INACTIVE, ERROR, UNLOADED } = LifecycleState;
const ALLOWED: Readonly<Partial<Record<LifecycleState, readonly LifecycleState[]>>> = {
  [ACTIVE]: [RELOADING, INACTIVE, ERROR],
  [RELOADING]: [ACTIVE, ERROR],
  [INACTIVE]: [ACTIVE],
};

/** The few moves that hot reload makes, one at a time, with the events that it listens to. */
export class FakeLifecycle implements LifecycleController {
  readonly states: Map<string, LifecycleState>;
  readonly history: LifecycleTransition[] = [];
  readonly #handlers = new Map<LifecycleEvent, Set<LifecycleHandler>>();
  #lock: Promise<unknown> = Promise.resolve();

  constructor(pluginId: string, state: LifecycleState = ACTIVE) {
    this.states = new Map([[pluginId, state]]);
  }

  register(): void {
    throw new Error('hot reload registers nothing');
  }

  getState(pluginId: string): LifecycleState {
    return this.states.get(pluginId) ?? UNLOADED;
  }

  transition({ id }: { id: string }, options: TransitionOptions): Promise<boolean> {
    return this.#locked(async () => {
      options.signal?.throwIfAborted();
      const { toState } = options;
      if (this.getState(id) === RELOADING && toState === INACTIVE) await this.#move(id, ACTIVE, options);
      if (toState === INACTIVE) await this.#fire(id, LifecycleEvent.BEFORE_DEACTIVATE, toState, options);
      await this.#move(id, toState, options);
      return true;
    });
  }

  transitionToError({ id }: { id: string }, options: { error: Error }): Promise<boolean> {
    return this.#locked(async () => {
      await this.#move(id, ERROR, { toState: ERROR }, options.error);
      await this.#fire(id, LifecycleEvent.ON_ERROR, ERROR, { toState: ERROR }, options.error);
      return true;
    });
  }

  getHistory(): readonly LifecycleTransition[] {
    return this.history.toReversed();
  }

  getPluginsInState(state: LifecycleState): readonly string[] {
    return [...this.states].filter(([, each]) => each === state).map(([id]) => id);
  }

  on(event: LifecycleEvent, handler: LifecycleHandler): Unsubscribe {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers.add(handler));
    return createUnsubscribe(() => handlers.delete(handler));
  }

  off(event: LifecycleEvent, handler: LifecycleHandler): boolean {
    return this.#handlers.get(event)?.delete(handler) ?? false;
  }

  remove(pluginId: string): boolean {
    return this.states.delete(pluginId);
  }

  /** Handlers that somebody forgot to remove. */
  get handlerCount(): number {
    return [...this.#handlers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  get moves(): readonly string[] {
    return this.history.map(({ fromState, toState }) => `${fromState} → ${toState}`);
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#lock.then(work);
    this.#lock = run.catch(() => undefined);
    return run;
  }

  async #move(id: string, toState: LifecycleState, options: TransitionOptions, error?: Error): Promise<void> {
    const fromState = this.getState(id);
    const allowed = ALLOWED[fromState] ?? [];
    if (!allowed.includes(toState)) {
      throw new InvalidTransitionError({ pluginId: id, from: fromState, to: toState, allowed });
    }
    this.states.set(id, toState);
    const metadata = options.metadata ?? {};
    const timestamp = new Date(0);
    this.history.push({
      pluginId: id,
      fromState,
      toState,
      timestamp,
      durationMs: undefined,
      metadata,
      error,
    });
    if (fromState === RELOADING && toState === ACTIVE) {
      await this.#fire(id, LifecycleEvent.ON_RELOAD, toState, options);
    }
  }

  async #fire(
    id: string,
    event: LifecycleEvent,
    toState: LifecycleState,
    { metadata = {} }: TransitionOptions,
    error?: Error,
  ): Promise<void> {
    const fromState = this.getState(id);
    const timestamp = new Date(0);
    const data: LifecycleEventData = {
      fromState,
      toState,
      metadata,
      timestamp,
      durationMs: undefined,
      error,
    };
    for (const handler of this.#handlers.get(event) ?? []) await handler({ id }, event, data);
  }
}
