import { IsolationLevel, SandboxError, createPolicy } from '@truthound/protocols';
import { afterEach, describe, expect, it } from 'vitest';
import { NoopSandboxEngine, ProcessSandboxEngine, SandboxFactory } from '../src/index.ts';
import { manage } from './support/manage.ts';
import { TEST_POLICY } from './support/policy.ts';
import { Workshop } from './support/workshop.ts';

afterEach(() => {
  SandboxFactory.reset();
});

describe('the engine of an isolation level', () => {
  it.each([IsolationLevel.CONTAINER, IsolationLevel.WASM])(
    'for "%s" is the one that the factory has registered, one for each manager, and ends with it',
    async (isolationLevel) => {
      const made: { isEnded: boolean }[] = [];
      SandboxFactory.register(isolationLevel, (options) => {
        const facts = { isEnded: false };
        made.push(facts);
        const engine = new ProcessSandboxEngine(options);
        const cleanup = engine.cleanup.bind(engine);
        engine.cleanup = async () => {
          facts.isEnded = true;
          await cleanup();
        };
        return engine;
      });
      await using workshop = await Workshop.create();
      await workshop.plugin('first', { manifest: { isolation: isolationLevel } });
      await workshop.plugin('second', { manifest: { isolation: isolationLevel } });
      {
        await using manager = await manage(workshop);
        const { succeeded } = await manager.loadAll();
        expect(succeeded.toSorted()).toEqual(['first', 'second']);
        const handle = manager.getPlugin<{ ping(): string }>('first');
        expect(await handle.call('ping')).toBe('pong');
        expect(handle.policy.isolationLevel).toBe(isolationLevel);
        expect(made).toEqual([{ isEnded: false }]);
      }
      expect(made).toEqual([{ isEnded: true }]);
    },
  );

  it('is never a weaker one: without an engine for it the plugin is refused, and the others run', async () => {
    SandboxFactory.unregister(IsolationLevel.CONTAINER);
    await using workshop = await Workshop.create();
    await workshop.plugin('confined', { manifest: { isolation: 'container' } });
    await workshop.plugin('plain');
    await using manager = await manage(workshop);
    const { succeeded, failed } = await manager.loadAll();
    expect(succeeded).toEqual(['plain']);
    expect(failed).toMatchObject([{ pluginId: 'confined' }]);
    expect(failed[0]?.error).toBeInstanceOf(SandboxError);
    expect(failed[0]?.error.message).toMatch(/level "container": registered are none, process/);
  });

  it('is the stronger of the policy’s and the manifest’s', async () => {
    SandboxFactory.register(IsolationLevel.NONE, () => new NoopSandboxEngine());
    await using workshop = await Workshop.create();
    await workshop.plugin('modest', { manifest: { isolation: 'none' } });
    await workshop.plugin('careful', { manifest: { isolation: 'process' } });
    const none = createPolicy({ base: TEST_POLICY, isolationLevel: IsolationLevel.NONE });
    await using manager = await manage(workshop, { policies: { careful: none } });
    expect((await manager.load('modest')).policy.isolationLevel).toBe(IsolationLevel.PROCESS);
    expect((await manager.load('careful')).policy.isolationLevel).toBe(IsolationLevel.PROCESS);
  });
});
