import { LifecycleState, type ReloadError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { askVersion, beginCall } from './support/calls.ts';
import { PLUGIN, type Setup, type SetupOptions, createSetup } from './support/create-setup.ts';

/** A plugin that keeps state, `{ rows: 7 }` as the reload begins. */
function createStateful(options: SetupOptions = {}): Setup {
  const setup = createSetup({
    ...options,
    v1: { hasState: true, ...options.v1 },
    v2: { hasState: true, ...options.v2 },
  });
  for (const instance of setup.loader.all) instance.data = { rows: 7 };
  return setup;
}

describe('State hand-over', () => {
  it('gives what the old version let go of to the new one', async () => {
    const setup = createStateful();
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(result.success).toBe(true);
    expect(setup.loader.all[0]?.log).toEqual(['dispose', 'deactivate', 'free']);
    expect(setup.loader.all[1]?.log).toEqual(['activate with state 1: {"rows":7}', 'health', 'health']);
    expect(await askVersion(setup)).toBe('2.0.0');
  });

  it('is left out for a plugin that keeps no state', async () => {
    const setup = createSetup();
    await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(setup.loader.all[0]?.log).not.toContain('dispose');
  });

  it('activates without state where the old version had none to give', async () => {
    const setup = createStateful({ v1: { dispose: () => undefined } });
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: true });
    expect(setup.loader.all[1]?.log[0]).toBe('activate');
  });

  it('asks only when no call is in flight, and holds those that come meanwhile', async () => {
    const setup = createStateful();
    const { manager, clock, loader } = setup;
    const before = await beginCall(setup);
    const reload = manager.reload(PLUGIN);
    await clock.settle();
    const during = await beginCall(setup);
    expect(loader.isHeld).toBe(true);
    expect(loader.all[0]).toMatchObject({ callsInFlight: 1, log: [] });

    loader.all[0]?.finish();
    await clock.settle();
    expect(loader.isHeld).toBe(false);
    loader.serving[0]?.finish();
    expect(await before.outcome).toEqual({ answer: '1.0.0' });
    expect(await during.outcome).toEqual({ answer: '2.0.0' });
    expect(await clock.until(reload)).toMatchObject({ success: true, drained: 1, aborted: 0 });
  });

  it('starts the new version before it holds calls', async () => {
    let isHeldAtStart: boolean | undefined;
    const setup = createStateful({
      v2: {
        start: () => {
          isHeldAtStart = setup.loader.isHeld;
        },
      },
    });
    await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(isHeldAtStart).toBe(false);
  });

  it('cuts off calls past the limit, as without state', async () => {
    const setup = createStateful({ options: { drainTimeoutMs: 100 } });
    await beginCall(setup);
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(result).toMatchObject({ success: true, drained: 0, aborted: 1 });
  });

  it('cuts off calls at once when IMMEDIATE', async () => {
    const setup = createStateful();
    await beginCall(setup);
    const reload = setup.manager.reload(PLUGIN, { strategy: ReloadStrategy.IMMEDIATE });
    await setup.clock.settle();
    expect(setup.loader.serving[0]?.version).toBe('2.0.0');
    expect(await setup.clock.until(reload)).toMatchObject({ success: true, aborted: 1 });
  });

  for (const [name, v2] of Object.entries({
    'activate fails': { activate: () => Promise.reject(new Error('migration failed')) },
    'activate hangs': { activate: () => new Promise<void>(() => undefined) },
    'health says no': { health: () => ({ isHealthy: false }) },
  })) {
    it(`W-60: gives the old version its own state back when ${name}`, async () => {
      const setup = createStateful({ v2 });
      const { manager, clock, loader } = setup;
      const reload = manager.reload(PLUGIN);
      await clock.settle();
      const during = await beginCall(setup);
      const result = await clock.until(reload);
      expect(result).toMatchObject({ success: false, rolledBack: false });
      expect(loader.all[0]).toMatchObject({ isActive: true, data: { rows: 7 } });
      expect(loader.isHeld).toBe(false);
      loader.all[0]?.finish();
      expect(await during.outcome).toEqual({ answer: '1.0.0' });
    });
  }

  it('fails, and frees the new version, when the loader cannot hold calls', async () => {
    const setup = createStateful();
    setup.loader.holdCalls = () => {
      throw new Error('no queue');
    };
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(result.error?.message).toContain('no queue');
    expect(setup.warnings[0]?.message).toContain('no queue');
    expect(setup.loader.live).toEqual([setup.loader.all[0]]);
    expect(setup.loader.all[0]?.log).toEqual([]);
  });

  it('lets the old version serve on when its dispose() fails', async () => {
    const setup = createStateful({ v1: { dispose: () => Promise.reject(new Error('cannot serialise')) } });
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect((result.error as ReloadError).step).toBe('state');
    expect(setup.loader.all[0]?.log).toEqual(['dispose']);
    expect(await askVersion(setup)).toBe('1.0.0');
  });

  it('gives state that comes after the limit back to the version that gave it', async () => {
    let give = (): void => undefined;
    const setup = createStateful({
      v1: {
        dispose: ({ data }) =>
          new Promise((resolve) => {
            give = () => {
              resolve({ version: 1, data });
            };
          }),
      },
    });
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(result.error?.message).toContain('startTimeoutMs');
    give();
    await setup.clock.settle();
    expect(setup.loader.all[0]?.log).toEqual(['dispose', 'activate with state 1: {"rows":7}']);
    expect(await askVersion(setup)).toBe('1.0.0');
  });

  it('warns when a version cannot take back state that came too late', async () => {
    let give = (): void => undefined;
    const setup = createStateful({
      v1: {
        dispose: () =>
          new Promise((resolve) => {
            give = () => {
              resolve(undefined);
            };
          }),
        activate: () => Promise.reject(new Error('only once')),
      },
    });
    await setup.clock.until(setup.manager.reload(PLUGIN));
    give();
    await setup.clock.settle();
    expect(setup.warnings.map(({ message }) => message)).toEqual([expect.stringContaining('only once')]);
  });

  it('says so, and puts the plugin into ERROR, when the old version does not take its state back', async () => {
    const setup = createStateful({
      v1: { activate: () => Promise.reject(new Error('only once')) },
      v2: { health: () => ({ isHealthy: false, reason: 'cold' }) },
    });
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(error?.message).toContain('cold');
    expect(error?.message).toContain('1.0.0 did not take its state back');
    expect(error?.message).toContain('only once');
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
    expect(setup.loader.isHeld).toBe(false);
  });

  it('holds calls until every one of several instances has its state back', async () => {
    let isFirst = true;
    const setup = createStateful({
      instanceCount: 2,
      v1: {
        activate: () => {
          if (!isFirst) return Promise.resolve();
          isFirst = false;
          return new Promise((resolve) => setup.clock.setTimer(resolve, 100));
        },
      },
      options: { bakeErrorLimit: 0 },
    });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.failCall();
    await setup.clock.advance(50);
    expect(setup.loader.isHeld).toBe(true);
    const call = await beginCall(setup, 0);
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
    setup.loader.serving[0]?.finish();
    expect(await call.outcome).toEqual({ answer: '1.0.0' });
  });

  it('refuses a downgrade past a one-way migration before anything is started', async () => {
    const setup = createStateful({
      v1: { state: { version: 3, accepts: [1, 2, 3] } },
      v2: { state: { version: 1, accepts: [1] } },
    });
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect((error as ReloadError).step).toBe('state');
    expect(error?.message).toContain('1.0.0 wrote its state in version 3, and 2.0.0 takes over only 1');
    expect(error?.message).toContain('downgrade past a one-way migration');
    expect(setup.loader.all).toHaveLength(1);
  });

  it('refuses a new version that lacks a migration, and says where to add it', async () => {
    const setup = createStateful({ v2: { state: { version: 2, accepts: [2] } } });
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(error?.message).toContain('add 1 to truthound.state.accepts');
  });

  it('judges by the version that the state itself bears', async () => {
    const setup = createStateful({ v1: { dispose: ({ data }) => ({ version: 9, data }) } });
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(error?.message).toContain('version 9');
    expect(setup.loader.all[0]).toMatchObject({ isActive: true, data: { rows: 7 } });
    expect(await askVersion(setup)).toBe('1.0.0');
  });

  it('pays no heed to state versions where there is no state', async () => {
    const setup = createSetup({ v2: { state: { version: 7, accepts: [] } } });
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: true });
  });

  it('gives each of several instances the state of the one it replaces', async () => {
    const setup = createStateful({ instanceCount: 2 });
    setup.loader.all.forEach((instance, index) => {
      instance.data = index;
    });
    await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(setup.loader.serving.map(({ data }) => data)).toEqual([0, 1]);
  });

  it('ends at once, and touches no call, when it is aborted while it waits for calls', async () => {
    const setup = createStateful();
    const call = await beginCall(setup);
    const controller = new AbortController();
    const reload = setup.manager.reload(PLUGIN, { signal: controller.signal });
    await setup.clock.settle();
    controller.abort(new Error('never mind'));
    expect(await setup.clock.until(reload)).toMatchObject({ success: false, drained: 0, aborted: 0 });
    expect(setup.loader.isHeld).toBe(false);
    setup.loader.all[0]?.finish();
    expect(await call.outcome).toEqual({ answer: '1.0.0' });
  });

  it('takes back state along with calls when the new version fails while it is watched', async () => {
    const setup = createStateful({ options: { bakeErrorLimit: 0 } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]!.data = { rows: 8 };
    await beginCall(setup);
    setup.loader.serving[0]?.failCall();
    expect(await setup.clock.until(reload)).toMatchObject({ success: false, rolledBack: true });
    expect(setup.loader.all[0]).toMatchObject({ isActive: true, data: { rows: 8 } });
    expect(setup.warnings).toEqual([]);
    expect(await askVersion(setup)).toBe('1.0.0');
  });

  it('lets calls go on as soon as the old version has its state, however long the new one takes to stop', async () => {
    const setup = createStateful({
      v2: { deactivate: () => new Promise(() => undefined) },
      options: { bakeErrorLimit: 0 },
    });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.failCall();
    await setup.clock.settle();
    expect(setup.loader.isHeld).toBe(false);
    expect(await askVersion(setup)).toBe('1.0.0');
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
  });

  it('falls back on the state as it was handed over when the new version crashed, and says what is lost', async () => {
    const setup = createStateful();
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.crash();
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
    expect(setup.loader.all[0]?.data).toEqual({ rows: 7 });
    expect(setup.warnings[0]?.message).toContain(
      'what 2.0.0 changed in the state since it took over is lost',
    );
  });

  it('falls back on the state as it was handed over when the old version cannot read the new one', async () => {
    const setup = createStateful({
      v2: { state: { version: 2, accepts: [1, 2] }, dispose: ({ data }) => ({ version: 2, data }) },
      options: { bakeErrorLimit: 0 },
    });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]!.data = { lines: 8 };
    setup.loader.serving[0]?.failCall();
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
    expect(setup.loader.all[0]?.data).toEqual({ rows: 7 });
    expect(setup.warnings[0]?.message).toContain('1.0.0 cannot read it');
  });

  it('falls back on the state as it was handed over when the new version does not give its state up', async () => {
    const setup = createStateful({
      v2: { dispose: () => Promise.reject(new Error('broken')) },
      options: { bakeErrorLimit: 0 },
    });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.failCall();
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true });
    expect(setup.loader.all[0]?.data).toEqual({ rows: 7 });
  });

  it('ends also when neither version takes the state any more', async () => {
    let activations = 0;
    const setup = createStateful({
      v1: { activate: () => Promise.reject(new Error('only once')) },
      v2: {
        activate: () => {
          activations += 1;
          return activations === 1 ? undefined : new Promise(() => undefined);
        },
      },
      options: { bakeErrorLimit: 0 },
    });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.failCall();
    const result = await setup.clock.until(reload);
    expect(result).toMatchObject({ success: false, rolledBack: false });
    expect(result.error?.message).toContain('startTimeoutMs');
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
  });

  it('lets the new version serve on with its state when the old one does not take it back', async () => {
    const setup = createStateful({
      v1: { activate: () => Promise.reject(new Error('only once')) },
      options: { bakeErrorLimit: 0 },
    });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]!.data = { rows: 8 };
    setup.loader.serving[0]?.failCall();
    const result = await setup.clock.until(reload);
    expect(result).toMatchObject({ success: false, rolledBack: false });
    expect(result.error?.message).toContain('could not take back over');
    expect(setup.loader.serving[0]).toMatchObject({ version: '2.0.0', isActive: true, data: { rows: 8 } });
    expect(await askVersion(setup)).toBe('2.0.0');
  });
});
