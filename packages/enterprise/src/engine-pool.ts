import type { IsolationLevel, SandboxEngine } from '@truthound/protocols';

/** The engines of a manager: one for each isolation level that a plugin needed. */
export class EnginePool implements AsyncDisposable {
  readonly #create: (level: IsolationLevel) => SandboxEngine;
  readonly #engines = new Map<IsolationLevel, SandboxEngine>();

  constructor(create: (level: IsolationLevel) => SandboxEngine) {
    this.#create = create;
  }

  get(level: IsolationLevel): SandboxEngine {
    const engine = this.#engines.get(level) ?? this.#create(level);
    this.#engines.set(level, engine);
    return engine;
  }

  /** Ends every guest. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#engines.values()].map((engine) => engine.cleanup()));
  }
}
