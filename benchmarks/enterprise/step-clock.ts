import {
  type EnterprisePluginManager,
  IsolationLevel,
  LifecycleEvent,
  type ManagerParts,
  SandboxFactory,
  type Telemetry,
} from '@truthound/enterprise';

/** Milliseconds by step, summed over all plugins. */
export type StepTimes = ReadonlyMap<string, number>;

/** Adds up how long each step of a load takes, without the time that it waits for its turn. */
export class StepClock {
  readonly #times = new Map<string, number>();

  /** To be given to the manager: its span around verification begins when its turn has come. */
  readonly telemetry: Telemetry = {
    tracer: {
      startActiveSpan: (name, _options, work) => {
        const begin = performance.now();
        const end = (): void => {
          if (name.endsWith('.verify')) this.#add('verify and snapshot', begin);
        };
        const ignore = (): void => undefined;
        return work({ setAttribute: ignore, recordException: ignore, setStatus: ignore, end });
      },
    },
  };

  /** To be given to the manager: its engine, with a watch on the making of sandboxes. */
  readonly parts: Partial<ManagerParts> = {
    createEngine: (level) => {
      const engine = SandboxFactory.create(level, { singleton: false, standby: 1 });
      const createSandbox = engine.createSandbox.bind(engine);
      engine.createSandbox = async (...args) => {
        const begin = performance.now();
        const context = await createSandbox(...args);
        this.#add(level === IsolationLevel.PROCESS ? 'sandbox and module' : level, begin);
        return context;
      };
      return engine;
    },
  };

  get times(): StepTimes {
    return this.#times;
  }

  watch(manager: EnterprisePluginManager): void {
    const begun = new Map<string, number>();
    manager.lifecycle.on(LifecycleEvent.BEFORE_ACTIVATE, ({ id }) => {
      begun.set(id, performance.now());
    });
    manager.lifecycle.on(LifecycleEvent.AFTER_ACTIVATE, ({ id }) => {
      this.#add('activate', begun.get(id) ?? performance.now());
    });
  }

  async measure<Result>(step: string, work: () => Promise<Result>): Promise<Result> {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.#add(step, begin);
    }
  }

  #add(step: string, begin: number): void {
    this.#times.set(step, (this.#times.get(step) ?? 0) + performance.now() - begin);
  }
}
