import { type ReloadError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { beginCall } from '../support/calls.ts';
import { PLUGIN, type Setup, createSetup } from '../support/create-setup.ts';

const strategy = ReloadStrategy.ROLLING;

function versions({ loader }: Setup): string {
  return loader.serving.map(({ version }) => version[0]).join('');
}

describe('ROLLING', () => {
  it('W-62: replaces one instance after another, with the pause between', async () => {
    const setup = createSetup({ instanceCount: 3, options: { rollingPauseMs: 1_000, bakeTimeMs: 0 } });
    const { manager, clock } = setup;
    const reload = manager.reload(PLUGIN, { strategy });
    await clock.settle();
    expect(versions(setup)).toBe('211');
    await clock.advance(999);
    expect(versions(setup)).toBe('211');
    await clock.advance(1);
    expect(versions(setup)).toBe('221');
    await clock.advance(1_000);
    expect(versions(setup)).toBe('222');
    expect(await clock.until(reload)).toMatchObject({ success: true, reloadTimeMs: 2_000 });
  });

  it('replaces no more than maxUnavailable at a time', async () => {
    const setup = createSetup({ instanceCount: 5, options: { maxUnavailable: 2, rollingPauseMs: 100 } });
    const reload = setup.manager.reload(PLUGIN, { strategy });
    const seen: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      await setup.clock.settle();
      seen.push(versions(setup));
      await setup.clock.advance(100);
    }
    expect(seen).toEqual(['22111', '22221', '22222']);
    await setup.clock.until(reload);
  });

  it('waits for the calls of one instance before it touches the next', async () => {
    const setup = createSetup({ instanceCount: 2 });
    const call = await beginCall(setup, 0);
    const reload = setup.manager.reload(PLUGIN, { strategy });
    await setup.clock.advance(5_000);
    expect(versions(setup)).toBe('21');
    setup.loader.all[0]?.finish();
    await setup.clock.settle();
    expect(versions(setup)).toBe('22');
    expect(await call.outcome).toEqual({ answer: '1.0.0' });
    expect(await setup.clock.until(reload)).toMatchObject({ success: true, drained: 1 });
  });

  it('stops and restores when a later instance does not come up', async () => {
    let starts = 0;
    const activate = () => {
      starts += 1;
      if (starts === 3) throw new Error('port is taken');
    };
    const setup = createSetup({ instanceCount: 4, v2: { activate }, options: { rollingPauseMs: 10 } });
    const result = await setup.clock.until(setup.manager.reload(PLUGIN, { strategy }));
    expect(result).toMatchObject({ success: false, rolledBack: true });
    expect((result.error as ReloadError).step).toBe('start');
    expect(setup.loader.serving).toEqual(setup.loader.all.slice(0, 4));
    expect(setup.loader.live).toHaveLength(4);
    expect(setup.loader.all[0]?.log).toEqual([]);
  });

  it('stops and restores when an instance crashes during the pause', async () => {
    const setup = createSetup({ instanceCount: 3, options: { rollingPauseMs: 1_000 } });
    const reload = setup.manager.reload(PLUGIN, { strategy });
    await setup.clock.advance(500);
    setup.loader.serving[0]?.crash(new Error('segfault'));
    const result = await setup.clock.until(reload);
    expect(result).toMatchObject({ success: false, rolledBack: true, reloadTimeMs: 500 });
    expect(result.error?.message).toContain('segfault');
    expect(versions(setup)).toBe('111');
  });

  it('stops and restores when an instance crashes while the next one starts', async () => {
    let finishStart = (): void => undefined;
    let starts = 0;
    const start = () => {
      starts += 1;
      if (starts === 1) return;
      return new Promise<void>((resolve) => {
        finishStart = resolve;
      });
    };
    const setup = createSetup({ instanceCount: 2, v2: { start } });
    const reload = setup.manager.reload(PLUGIN, { strategy });
    await setup.clock.settle();
    expect(versions(setup)).toBe('21');
    setup.loader.serving[0]?.crash();
    const result = await setup.clock.until(reload);
    expect((result.error as ReloadError).step).toBe('bake');
    expect(result.rolledBack).toBe(true);
    finishStart();
    await setup.clock.settle();
    expect(versions(setup)).toBe('11');
    expect(setup.loader.live).toHaveLength(2);
  });

  it('lets no held call through to an instance that is about to be taken back', async () => {
    const setup = createSetup({ instanceCount: 2, v1: { hasState: true }, v2: { hasState: true } });
    const second = await beginCall(setup, 1);
    const reload = setup.manager.reload(PLUGIN, { strategy });
    await setup.clock.settle();
    expect(versions(setup)).toBe('21');
    const held = await beginCall(setup, 0);
    setup.loader.serving[0]?.crash();
    await setup.clock.settle();
    expect(versions(setup)).toBe('11');
    for (const instance of setup.loader.serving) instance.finish();
    expect(await held.outcome).toEqual({ answer: '1.0.0' });
    expect(await second.outcome).toEqual({ answer: '1.0.0' });
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
  });

  it('takes state back as well when it is aborted half way', async () => {
    const setup = createSetup({
      instanceCount: 2,
      v1: { hasState: true },
      v2: { hasState: true },
      options: { rollingPauseMs: 1_000 },
    });
    const reload = setup.manager.reload(PLUGIN, { strategy });
    await setup.clock.settle();
    expect(versions(setup)).toBe('21');
    setup.loader.serving[0]!.data = 'newest';
    await setup.manager.abort(PLUGIN);
    expect(await reload).toMatchObject({ success: false, rolledBack: true });
    expect(versions(setup)).toBe('11');
    expect(setup.loader.all[0]).toMatchObject({ isActive: true, data: 'newest' });
  });

  it('goes back, and leaves calls alone, when it is aborted half way', async () => {
    const setup = createSetup({ instanceCount: 2 });
    const call = await beginCall(setup, 0);
    const controller = new AbortController();
    const reload = setup.manager.reload(PLUGIN, { strategy, signal: controller.signal });
    await setup.clock.settle();
    expect(versions(setup)).toBe('21');
    controller.abort(new Error('shutting down'));
    expect(await setup.clock.until(reload)).toMatchObject({ success: false, rolledBack: true, aborted: 0 });
    expect(versions(setup)).toBe('11');
    setup.loader.all[0]?.finish();
    expect(await call.outcome).toEqual({ answer: '1.0.0' });
  });
});
