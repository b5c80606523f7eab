import { IsolationLevel, type SandboxEngine, SandboxError, compareIsolation } from '@truthound/protocols';
import { ContainerSandboxEngine, type ContainerSandboxEngineOptions } from './engines/container.ts';
import { NoopSandboxEngine } from './engines/noop.ts';
import { ProcessSandboxEngine, type ProcessSandboxEngineOptions } from './engines/process.ts';
import { SessionEngine } from './engines/session-engine.ts';

/** Options for the engine that is made; each engine takes its own and ignores the others'. */
export type EngineOptions = ContainerSandboxEngineOptions & ProcessSandboxEngineOptions;

/** Makes an engine. */
export type EngineFactory = (options: EngineOptions) => SandboxEngine;

/** How an engine is chosen. */
export interface BestAvailableOptions {
  readonly preferred: IsolationLevel;
  /** Never less than this. `NONE` only where the caller writes it. @defaultValue `process` */
  readonly minimum?: IsolationLevel;
}

const BUILT_IN: readonly (readonly [IsolationLevel, EngineFactory])[] = [
  [IsolationLevel.NONE, () => new NoopSandboxEngine()],
  [IsolationLevel.PROCESS, (options) => new ProcessSandboxEngine(options)],
  [IsolationLevel.CONTAINER, (options) => new ContainerSandboxEngine(options)],
];

/** From strong to weak; a WASM engine is somebody's own and never a fallback. */
const FALLBACK_ORDER: readonly IsolationLevel[] = [
  IsolationLevel.CONTAINER,
  IsolationLevel.PROCESS,
  IsolationLevel.NONE,
];

/** Engines by isolation level, with one shared instance each. {@link SandboxFactory} is the default one. */
export class SandboxEngineRegistry {
  #factories = new Map<IsolationLevel, EngineFactory>(BUILT_IN);
  readonly #singletons = new Map<IsolationLevel, SandboxEngine>();

  /** Puts an engine in place of the one of that level, if any. */
  register(level: IsolationLevel, factory: EngineFactory): void {
    this.#factories.set(level, factory);
    this.#singletons.delete(level);
  }

  /** Takes an engine out. Answers whether there was one. */
  unregister(level: IsolationLevel): boolean {
    this.#singletons.delete(level);
    return this.#factories.delete(level);
  }

  /**
   * The engine of a level: the shared one, or a new one with `singleton: false` or with options of its own.
   * @throws SandboxError that lists the registered levels when there is none
   */
  create(
    level: IsolationLevel,
    options: EngineOptions & { readonly singleton?: boolean } = {},
  ): SandboxEngine {
    const { singleton, ...engineOptions } = options;
    const factory = this.#factories.get(level);
    if (factory === undefined) {
      throw new SandboxError(
        `no sandbox engine is registered for level "${level}": registered are ${[...this.#factories.keys()].join(', ') || 'none'}`,
      );
    }
    const isShared = singleton ?? Object.keys(engineOptions).length === 0;
    if (!isShared) return factory(engineOptions);
    const engine = this.#singletons.get(level) ?? factory(engineOptions);
    this.#singletons.set(level, engine);
    return engine;
  }

  /** Whether a level is registered and works here, found by running a guest. */
  async isAvailable(level: IsolationLevel): Promise<boolean> {
    return this.#factories.has(level) && this.create(level).isAvailable();
  }

  /** The levels that work here, weakest first. */
  async listAvailable(): Promise<IsolationLevel[]> {
    const levels = [...this.#factories.keys()].sort(compareIsolation);
    const available = await Promise.all(levels.map((level) => this.isAvailable(level)));
    return levels.filter((_level, index) => available[index]);
  }

  /**
   * The preferred engine where it works, else the next weaker one that does, but never below `minimum`.
   * The engine's `fallbackReason` says why it is not the preferred one.
   * @throws SandboxError when none is left
   */
  async getBestAvailable({
    preferred,
    minimum = IsolationLevel.PROCESS,
  }: BestAvailableOptions): Promise<SandboxEngine> {
    const weaker = FALLBACK_ORDER.filter(
      (level) => level !== preferred && compareIsolation(level, preferred) < 0,
    );
    const candidates = [preferred, ...weaker].filter((level) => compareIsolation(level, minimum) >= 0);
    const unavailable: string[] = [];
    for (const level of candidates) {
      if (await this.isAvailable(level)) {
        return unavailable.length === 0
          ? this.create(level)
          : withFallbackReason(this.create(level), unavailable);
      }
      unavailable.push(this.#explain(level));
    }
    throw new SandboxError(
      `no sandbox engine of level "${minimum}" or stronger works here: tried ${unavailable.join('; ') || 'none'}. ` +
        'Install what the engine needs, or name a lower minimum',
    );
  }

  /** The level, and why its engine does not work here, where the engine says so. */
  #explain(level: IsolationLevel): string {
    const engine = this.#singletons.get(level);
    const reason = engine instanceof SessionEngine ? engine.unavailableReason : undefined;
    return reason === undefined ? `"${level}"` : `"${level}" (${reason})`;
  }

  /** Cleans every shared engine up, and forgets them. */
  async cleanupAll(): Promise<void> {
    const engines = [...this.#singletons.values()];
    this.#singletons.clear();
    await Promise.all(engines.map((engine) => engine.cleanup()));
  }

  /** Back to the built-in engines, with no instance kept. Does not clean up: call {@link cleanupAll} first. */
  reset(): void {
    this.#factories = new Map(BUILT_IN);
    this.#singletons.clear();
  }
}

/** The same engine, with the reason for its choice. Methods stay the engine's own, so its private state does too. */
function withFallbackReason(engine: SandboxEngine, unavailable: readonly string[]): SandboxEngine {
  return {
    isolationLevel: engine.isolationLevel,
    fallbackReason: `the level ${unavailable.join(' and ')} does not work here; "${engine.isolationLevel}" is used instead`,
    isAvailable: engine.isAvailable.bind(engine),
    createSandbox: engine.createSandbox.bind(engine),
    execute: engine.execute.bind<SandboxEngine['execute']>(engine),
    invoke: engine.invoke.bind<SandboxEngine['invoke']>(engine),
    terminate: engine.terminate.bind(engine),
    cleanup: engine.cleanup.bind(engine),
    [Symbol.asyncDispose]: engine[Symbol.asyncDispose].bind(engine),
  };
}

/** The registry that a program shares. Tests and libraries make their own `SandboxEngineRegistry`. */
export const SandboxFactory: SandboxEngineRegistry = new SandboxEngineRegistry();
