import { LifecycleState, type ReloadError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { askVersion, beginCall } from './support/calls.ts';
import { PLUGIN, createSetup } from './support/create-setup.ts';

describe('The bake after the switch', () => {
  it('keeps the old version ready until it is over', async () => {
    const setup = createSetup({ options: { bakeTimeMs: 10_000 } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.advance(9_999);
    expect(setup.loader.all[0]).toMatchObject({ isAlive: true, isActive: true, log: [] });
    await setup.clock.advance(1);
    expect(setup.loader.all[0]?.isAlive).toBe(false);
    expect(await setup.clock.until(reload)).toMatchObject({ success: true, reloadTimeMs: 10_000 });
  });

  it('W-60: goes back when the new version crashes, and says so truthfully', async () => {
    const setup = createSetup({ options: { bakeTimeMs: 10_000 } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.advance(3_000);
    setup.loader.serving[0]?.crash(new Error('segmentation fault'));
    const result = await setup.clock.until(reload);
    expect(result).toMatchObject({ success: false, rolledBack: true, reloadTimeMs: 3_000 });
    expect((result.error as ReloadError).step).toBe('bake');
    expect(result.error?.message).toContain('2.0.0 ended while it was watched, with: segmentation fault');
    expect(await askVersion(setup)).toBe('1.0.0');
    expect(setup.loader.all[0]?.log).toEqual([]);
    expect(setup.loader.live).toEqual([setup.loader.all[0]]);
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
  });

  it('lets calls wait that come between the crash and the switch back', async () => {
    const setup = createSetup({ options: { bakeTimeMs: 10_000 } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.advance(3_000);
    setup.loader.serving[0]?.crash(new Error('segmentation fault'));
    const answer = setup.loader.call();
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
    setup.loader.serving[0]?.finish();
    expect(await answer).toBe('1.0.0');
    expect(setup.loader.isHeld).toBe(false);
  });

  it('goes back, with a warning, where calls cannot be made to wait', async () => {
    const setup = createSetup();
    setup.loader.holdCalls = (_pluginId, hold) => {
      if (hold) throw new Error('no gate here');
    };
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.crash(new Error('segmentation fault'));
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
    expect(setup.warnings.map(({ message }) => message)).toEqual([expect.stringContaining('no gate here')]);
  });

  it('goes back when the new version leaves without an error', async () => {
    const setup = createSetup();
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    const next = setup.loader.serving[0]!;
    next.isAlive = false;
    next.crash(undefined);
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
  });

  it('allows as many failed calls as the limit, and goes back at one more', async () => {
    const setup = createSetup({ options: { bakeErrorLimit: 2 } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    const next = setup.loader.serving[0]!;
    next.failCall();
    next.failCall();
    await setup.clock.settle();
    expect(setup.loader.serving[0]).toBe(next);
    next.failCall(new Error('column is missing'));
    const result = await setup.clock.until(reload);
    expect(result.rolledBack).toBe(true);
    expect(result.error?.message).toContain(
      'failed calls in 2.0.0 while it was watched: 3, allowed: 2 (bakeErrorLimit)',
    );
    expect(result.error?.message).toContain('column is missing');
  });

  it('pays no heed to errors of the old version', async () => {
    const setup = createSetup({ options: { bakeErrorLimit: 0 } });
    await beginCall(setup);
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.all[0]?.failCall();
    expect(await setup.clock.until(reload)).toMatchObject({ success: true });
  });

  it('lets calls that began on the new version finish there when it goes back', async () => {
    const setup = createSetup({ options: { bakeErrorLimit: 0 } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    const bad = await beginCall(setup);
    const good = await beginCall(setup);
    const next = setup.loader.serving[0]!;
    next.failCall();
    await setup.clock.settle();
    expect(await askVersion(setup)).toBe('1.0.0');
    next.finish();
    expect(await bad.outcome).toHaveProperty('error');
    expect(await good.outcome).toEqual({ answer: '2.0.0' });
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true, aborted: 0 });
  });

  it('leaves calls on the old version alone when it goes back while they drain', async () => {
    const setup = createSetup({ options: { drainTimeoutMs: 1_000, bakeTimeMs: 0 } });
    const first = await beginCall(setup);
    const second = await beginCall(setup);
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.advance(500);
    setup.loader.all[0]?.finish(1);
    setup.loader.serving[0]?.crash();
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true, drained: 1, aborted: 0 });
    await setup.clock.advance(60_000);
    expect(setup.loader.all[0]?.callsInFlight).toBe(1);
    setup.loader.all[0]?.finish();
    expect(await first.outcome).toEqual({ answer: '1.0.0' });
    expect(await second.outcome).toEqual({ answer: '1.0.0' });
  });

  it('says that it could not go back when the old version is gone too, and lets the new one serve', async () => {
    const setup = createSetup({ options: { bakeErrorLimit: 0 } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.all[0]?.crash();
    setup.loader.serving[0]?.failCall();
    const result = await setup.clock.until(reload);
    expect(result).toMatchObject({ success: false, rolledBack: false });
    expect(result.error?.message).toBe(
      'plugin "csv" was not reloaded (bake): failed calls in 2.0.0 while it was watched: 1, allowed: 0 (bakeErrorLimit); ' +
        'the last one with: plugin fault; 1.0.0 could not take back over: its instance 1.0.0#1 is gone',
    );
    expect(await askVersion(setup)).toBe('2.0.0');
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
  });

  it('puts the plugin into ERROR when both versions are gone', async () => {
    const setup = createSetup();
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.all[0]?.crash();
    setup.loader.serving[0]?.crash();
    expect(await setup.clock.until(reload)).toMatchObject({ success: false, rolledBack: false });
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
  });

  it('puts the plugin into ERROR when the new version ends while the old one is being stopped', async () => {
    const setup = createSetup();
    setup.v1.deactivate = () => {
      setup.loader.serving[0]?.crash();
    };
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: true });
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
    expect(setup.lifecycle.history.at(-1)?.error?.message).toContain('ended while the reload went on');
  });

  it('puts the plugin into ERROR when the old version ended and the new one did not come up', async () => {
    const setup = createSetup({ v2: { health: () => ({ isHealthy: false }) } });
    setup.v2.activate = () => {
      if (setup.loader.all[0]?.isAlive === true) setup.loader.all[0].crash();
    };
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: false });
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
  });

  it('goes back from IMMEDIATE and counts the calls that were cut on both versions', async () => {
    const setup = createSetup();
    await beginCall(setup);
    const reload = setup.manager.reload(PLUGIN, { strategy: ReloadStrategy.IMMEDIATE });
    await setup.clock.settle();
    const next = setup.loader.serving[0]!;
    for (let calls = 0; calls < 5; calls += 1) await beginCall(setup);
    for (let calls = 0; calls < 4; calls += 1) next.failCall();
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true, drained: 0, aborted: 2 });
    expect(await askVersion(setup)).toBe('1.0.0');
  });

  it('is watched to the end of the drain even when it lasts no time itself', async () => {
    const setup = createSetup({ options: { bakeTimeMs: 0 } });
    await beginCall(setup);
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.advance(100);
    setup.loader.serving[0]?.crash();
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
  });
});
