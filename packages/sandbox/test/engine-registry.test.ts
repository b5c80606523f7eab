import { IsolationLevel, SandboxError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { NoopSandboxEngine, ProcessSandboxEngine, SandboxEngineRegistry } from '../src/index.ts';

/** An engine of that level that says whether it works, and counts how often it was asked. */
class FakeEngine extends NoopSandboxEngine {
  override readonly isolationLevel: IsolationLevel;
  readonly #works: boolean;
  probes = 0;
  cleanups = 0;

  constructor(level: IsolationLevel, works: boolean) {
    super();
    this.isolationLevel = level;
    this.#works = works;
  }

  override isAvailable(): Promise<boolean> {
    this.probes += 1;
    return Promise.resolve(this.#works);
  }

  override async cleanup(): Promise<void> {
    this.cleanups += 1;
    await super.cleanup();
  }
}

/** A registry in which the levels named work, and the other built-in ones do not. */
function registryWhere(...working: readonly IsolationLevel[]): SandboxEngineRegistry {
  const registry = new SandboxEngineRegistry();
  for (const level of [IsolationLevel.NONE, IsolationLevel.PROCESS, IsolationLevel.CONTAINER])
    registry.register(level, () => new FakeEngine(level, working.includes(level)));
  return registry;
}

describe('the registry of engines', () => {
  it('W-22 keeps its own engines when one is registered before any was made', () => {
    const registry = new SandboxEngineRegistry();
    const own = new FakeEngine(IsolationLevel.WASM, true);
    registry.register(IsolationLevel.WASM, () => own);
    expect(registry.create(IsolationLevel.WASM)).toBe(own);
    expect(registry.create(IsolationLevel.NONE)).toBeInstanceOf(NoopSandboxEngine);
    expect(registry.create(IsolationLevel.PROCESS)).toBeInstanceOf(ProcessSandboxEngine);
  });

  it('W-22 stays empty once all are taken out, until it is reset', async () => {
    const registry = new SandboxEngineRegistry();
    for (const level of [IsolationLevel.NONE, IsolationLevel.PROCESS, IsolationLevel.CONTAINER])
      registry.unregister(level);
    expect(registry.unregister(IsolationLevel.NONE)).toBe(false);
    expect(await registry.listAvailable()).toEqual([]);
    expect(() => registry.create(IsolationLevel.PROCESS)).toThrow('registered are none');
    registry.reset();
    expect(registry.create(IsolationLevel.NONE)).toBeInstanceOf(NoopSandboxEngine);
  });

  it('W-22 asks the engine itself whether it works', async () => {
    const engine = new FakeEngine(IsolationLevel.CONTAINER, false);
    const registry = new SandboxEngineRegistry();
    registry.register(IsolationLevel.CONTAINER, () => engine);
    expect(await registry.isAvailable(IsolationLevel.CONTAINER)).toBe(false);
    expect(engine.probes).toBe(1);
    expect(await registry.isAvailable(IsolationLevel.WASM)).toBe(false);
  });

  it('shares one engine of a level, and makes a new one for options of its own', () => {
    const registry = new SandboxEngineRegistry();
    const shared = registry.create(IsolationLevel.PROCESS);
    expect(registry.create(IsolationLevel.PROCESS)).toBe(shared);
    expect(registry.create(IsolationLevel.PROCESS, { singleton: false })).not.toBe(shared);
    expect(registry.create(IsolationLevel.PROCESS, { standby: 0 })).not.toBe(shared);
  });

  it('cleans up the engines that it shares', async () => {
    const engine = new FakeEngine(IsolationLevel.PROCESS, true);
    const registry = new SandboxEngineRegistry();
    registry.register(IsolationLevel.PROCESS, () => engine);
    registry.create(IsolationLevel.PROCESS);
    await registry.cleanupAll();
    await registry.cleanupAll();
    expect(engine.cleanups).toBe(1);
  });
});

describe('the best engine there is', () => {
  it('is the preferred one where it works, with no reason to give', async () => {
    const registry = registryWhere(IsolationLevel.CONTAINER, IsolationLevel.PROCESS);
    const engine = await registry.getBestAvailable({ preferred: IsolationLevel.CONTAINER });
    expect(engine.isolationLevel).toBe(IsolationLevel.CONTAINER);
    expect(engine.fallbackReason).toBeUndefined();
  });

  it('W-22 is the next weaker one otherwise, and says so', async () => {
    const registry = registryWhere(IsolationLevel.PROCESS, IsolationLevel.NONE);
    const engine = await registry.getBestAvailable({ preferred: IsolationLevel.CONTAINER });
    expect(engine.isolationLevel).toBe(IsolationLevel.PROCESS);
    expect(engine.fallbackReason).toContain('"container" does not work here');
  });

  it('W-22 is never none unless the caller writes that', async () => {
    const registry = registryWhere(IsolationLevel.NONE);
    await expect(registry.getBestAvailable({ preferred: IsolationLevel.CONTAINER })).rejects.toThrow(
      SandboxError,
    );
    const engine = await registry.getBestAvailable({
      preferred: IsolationLevel.CONTAINER,
      minimum: IsolationLevel.NONE,
    });
    expect(engine.isolationLevel).toBe(IsolationLevel.NONE);
  });

  it('W-22 of a level that nobody registered is not taken for one that somebody did', async () => {
    const registry = registryWhere(IsolationLevel.CONTAINER, IsolationLevel.PROCESS);
    const engine = await registry.getBestAvailable({ preferred: IsolationLevel.WASM });
    expect(engine.fallbackReason).toContain('"wasm" does not work here');
  });

  it('does its work as itself, also where it stands in for another', async () => {
    const registry = registryWhere(IsolationLevel.NONE);
    await using engine = await registry.getBestAvailable({
      preferred: IsolationLevel.PROCESS,
      minimum: IsolationLevel.NONE,
    });
    expect(await engine.isAvailable()).toBe(true);
  });
});
