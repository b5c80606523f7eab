import { LifecycleEvent, LifecycleState, type ReloadError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { askVersion, beginCall } from './support/calls.ts';
import { PLUGIN, createSetup } from './support/create-setup.ts';
import { createBehaviour } from './support/fake-plugin.ts';

function stepOf(error: Error | undefined): string {
  return (error as ReloadError).step;
}

describe('Concurrent reloads of one plugin', () => {
  it('W-63: three at once run twice, and all see the newest code', async () => {
    const setup = createSetup();
    const { manager, loader, clock } = setup;
    const first = manager.reload(PLUGIN);
    await clock.settle();
    loader.onDisk = createBehaviour('3.0.0');
    const second = manager.reload(PLUGIN);
    const third = manager.reload(PLUGIN, { strategy: ReloadStrategy.IMMEDIATE });
    const results = await clock.until(Promise.all([first, second, third]));
    expect(results.map(({ newVersion }) => newVersion)).toEqual(['2.0.0', '3.0.0', '3.0.0']);
    expect(results[1]).toBe(results[2]);
    expect(results[2].strategy).toBe('immediate');
    expect(loader.preparations).toBe(2);
    expect(await askVersion(setup)).toBe('3.0.0');
    expect(loader.live).toHaveLength(1);
  });

  it('goes on with the next after one that failed', async () => {
    let preparations = 0;
    const prepare = () => {
      preparations += 1;
      if (preparations === 1) throw new Error('not signed yet');
    };
    const { manager, clock } = createSetup({ v2: { prepare } });
    const results = await clock.until(Promise.all([manager.reload(PLUGIN), manager.reload(PLUGIN)]));
    expect(results.map(({ success }) => success)).toEqual([false, true]);
  });

  it('answers, instead of waiting for itself, a reload asked for from inside a reload', async () => {
    const { manager, lifecycle, clock } = createSetup();
    const inner: (Error | undefined)[] = [];
    lifecycle.on(LifecycleEvent.ON_RELOAD, async () => {
      inner.push((await manager.reload(PLUGIN)).error);
    });
    const result = await clock.until(manager.reload(PLUGIN));
    expect(result.success).toBe(true);
    expect(inner).toHaveLength(1);
    expect(inner[0]?.message).toContain('would wait for itself');
  });

  it('allows a reload from code that a finished reload has started', async () => {
    const { manager, lifecycle, clock, loader } = createSetup();
    let go = (): void => undefined;
    let again: Promise<unknown> | undefined;
    const unsubscribe = lifecycle.on(LifecycleEvent.ON_RELOAD, () => {
      const later = new Promise<void>((resolve) => {
        go = resolve;
      });
      again = later.then(() => manager.reload(PLUGIN));
      unsubscribe();
    });
    await clock.until(manager.reload(PLUGIN));
    go();
    expect(await clock.until(again!)).toMatchObject({ success: true });
    expect(loader.preparations).toBe(2);
  });
});

describe('A reload that is aborted', () => {
  for (const phase of ['prepare', 'start', 'activate', 'health'] as const) {
    it(`during ${phase} leaves the old version serving`, async () => {
      const setup = createSetup({ v2: { [phase]: () => new Promise(() => undefined) } });
      const { manager, clock, lifecycle, loader } = setup;
      const controller = new AbortController();
      const reload = manager.reload(PLUGIN, { signal: controller.signal });
      await clock.settle();
      controller.abort(new Error('operator said stop'));
      const result = await reload;
      expect(result).toMatchObject({ success: false, rolledBack: false });
      expect(stepOf(result.error)).toBe('aborted');
      expect(result.error?.message).toContain('operator said stop');
      expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
      expect(await askVersion(setup)).toBe('1.0.0');
      expect(loader.live).toEqual([loader.all[0]]);
      expect(clock.pending).toBe(0);
    });
  }

  it('passes the signal on to the work under way', async () => {
    let given: AbortSignal | undefined;
    const prepare = (signal: AbortSignal | undefined) => {
      given = signal;
      return new Promise<void>(() => undefined);
    };
    const { manager, clock } = createSetup({ v2: { prepare } });
    const controller = new AbortController();
    const reload = manager.reload(PLUGIN, { signal: controller.signal });
    await clock.settle();
    controller.abort();
    await reload;
    expect(given?.aborted).toBe(true);
  });

  it('after the switch keeps the new version and ends every wait', async () => {
    const setup = createSetup({ options: { bakeTimeMs: 60_000 } });
    const call = await beginCall(setup);
    const controller = new AbortController();
    const reload = setup.manager.reload(PLUGIN, { signal: controller.signal });
    await setup.clock.advance(100);
    controller.abort(new Error('shutting down'));
    expect(await reload).toMatchObject({ success: true, aborted: 1, reloadTimeMs: 100 });
    const outcome = await call.outcome;
    expect('error' in outcome && outcome.error.message).toContain('told to end at once');
    expect(await askVersion(setup)).toBe('2.0.0');
    expect(setup.loader.live).toEqual([setup.loader.serving[0]]);
  });

  it('does nothing when the signal has aborted before', async () => {
    const { manager, lifecycle } = createSetup();
    const result = await manager.reload(PLUGIN, { signal: AbortSignal.abort('too late') });
    expect(result).toMatchObject({ success: false, previousVersion: '1.0.0', reloadTimeMs: 0 });
    expect(stepOf(result.error)).toBe('aborted');
    expect(lifecycle.moves).toEqual([]);
  });

  it('W-63: by the manager, drops those that wait and tells all who asked', async () => {
    const { manager, clock, loader } = createSetup({ v2: { start: () => new Promise(() => undefined) } });
    const reloads = [manager.reload(PLUGIN), manager.reload(PLUGIN), manager.reload('unknown')];
    await clock.settle();
    await manager.abort(PLUGIN);
    const results = await Promise.all(reloads);
    expect(results.slice(0, 2).map(({ error }) => stepOf(error))).toEqual(['aborted', 'aborted']);
    expect(loader.preparations).toBe(1);
  });

  it('by closing the manager, which then reloads nothing more', async () => {
    const { manager, clock, loader } = createSetup({ v2: { start: () => new Promise(() => undefined) } });
    const reload = manager.reload(PLUGIN);
    await clock.settle();
    await manager[Symbol.asyncDispose]();
    expect((await reload).error?.message).toContain('the hot reload manager was closed');
    expect((await manager.reload(PLUGIN)).error?.message).toContain('the hot reload manager was closed');
    await expect(manager.watch({ pluginId: PLUGIN, pluginPath: import.meta.dirname })).rejects.toThrow(
      /closed/,
    );
    expect(loader.preparations).toBe(1);
  });
});
