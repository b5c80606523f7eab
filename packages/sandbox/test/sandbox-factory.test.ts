import { IsolationLevel, SandboxError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import {
  ContainerSandboxEngine,
  NoopSandboxEngine,
  ProcessSandboxEngine,
  SandboxEngineRegistry,
} from '../src/index.ts';
import { containerRuntimes } from './support/container-runtimes.ts';

/** A registry whose containers cannot work: there is no such program. */
function withoutContainers(): SandboxEngineRegistry {
  const registry = new SandboxEngineRegistry();
  registry.register(
    IsolationLevel.CONTAINER,
    () => new ContainerSandboxEngine({ runtime: '/nowhere/podman' }),
  );
  return registry;
}

describe('a registry of sandbox engines', () => {
  it('makes each engine of its own', () => {
    const registry = new SandboxEngineRegistry();
    expect(registry.create(IsolationLevel.NONE)).toBeInstanceOf(NoopSandboxEngine);
    expect(registry.create(IsolationLevel.PROCESS)).toBeInstanceOf(ProcessSandboxEngine);
    expect(registry.create(IsolationLevel.CONTAINER)).toBeInstanceOf(ContainerSandboxEngine);
    expect(() => registry.create(IsolationLevel.WASM)).toThrow(
      'no sandbox engine is registered for level "wasm": registered are none, process, container',
    );
  });

  it('falls back from containers to processes, and says what is missing', async () => {
    await using engine = await withoutContainers().getBestAvailable({ preferred: IsolationLevel.CONTAINER });
    expect(engine.isolationLevel).toBe(IsolationLevel.PROCESS);
    expect(engine.fallbackReason).toMatch(
      /^the level "container" \(.* no engine works here: \/nowhere\/podman: it is not installed, or not running: .*ENOENT\)\) does not work here; "process" is used instead$/,
    );
  });

  it('never falls below the minimum', async () => {
    const strict = withoutContainers().getBestAvailable({
      preferred: IsolationLevel.CONTAINER,
      minimum: IsolationLevel.CONTAINER,
    });
    await expect(strict).rejects.toThrow(SandboxError);
    await expect(strict).rejects.toThrow(
      /"container" or stronger works here: tried "container" \(.*\/nowhere/,
    );
  });

  it.skipIf(containerRuntimes.length === 0)('prefers containers where they work', async () => {
    const registry = new SandboxEngineRegistry();
    const engine = await registry.getBestAvailable({ preferred: IsolationLevel.CONTAINER });
    expect(engine.isolationLevel).toBe(IsolationLevel.CONTAINER);
    expect(engine.fallbackReason).toBeUndefined();
    await registry.cleanupAll();
  });
});
