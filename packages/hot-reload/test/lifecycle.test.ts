import { LifecycleEvent, LifecycleState, type ReloadError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { askVersion } from './support/calls.ts';
import { PLUGIN, type Setup, createSetup } from './support/create-setup.ts';

function recordReloads({ lifecycle }: Setup): unknown[] {
  const seen: unknown[] = [];
  lifecycle.on(LifecycleEvent.ON_RELOAD, (plugin, _event, { metadata }) =>
    seen.push({ ...metadata, id: plugin.id }),
  );
  return seen;
}

describe('The lifecycle during a reload', () => {
  it('goes from ACTIVE over RELOADING back to ACTIVE, and tells what was replaced', async () => {
    const setup = createSetup();
    const seen = recordReloads(setup);
    await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(setup.lifecycle.moves).toEqual(['active → reloading', 'reloading → active']);
    expect(seen).toEqual([
      {
        id: PLUGIN,
        strategy: ReloadStrategy.GRACEFUL,
        previousVersion: '1.0.0',
        newVersion: '2.0.0',
        success: true,
        rolledBack: false,
        error: undefined,
      },
    ]);
  });

  it('W-60: goes back to ACTIVE when the reload fails, and tells why', async () => {
    const setup = createSetup({ v2: { health: () => ({ isHealthy: false, reason: 'cold' }) } });
    const seen = recordReloads(setup);
    await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(setup.lifecycle.moves).toEqual(['active → reloading', 'reloading → active']);
    expect(seen).toMatchObject([{ success: false, error: 'plugin "csv" was not reloaded (health): cold' }]);
  });

  it.each([LifecycleState.INACTIVE, LifecycleState.ERROR, LifecycleState.DISCOVERED])(
    'is not begun for a plugin that is %s',
    async (state) => {
      const setup = createSetup();
      setup.lifecycle.states.set(PLUGIN, state);
      const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
      expect((error as ReloadError).step).toBe('lifecycle');
      expect(error?.message).toContain(`it is "${state}", and only an active plugin can be reloaded`);
      expect(setup.lifecycle.getState(PLUGIN)).toBe(state);
      expect(setup.loader.preparations).toBe(0);
    },
  );

  it('reports a lifecycle that refuses, with its error as the cause', async () => {
    const setup = createSetup();
    const refusal = new Error('reloads are frozen');
    setup.lifecycle.transition = () => Promise.reject(refusal);
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect((error as ReloadError).step).toBe('lifecycle');
    expect(error?.cause).toBe(refusal);
  });

  it('answers, and goes on with the next reload, when the lifecycle breaks its contract', async () => {
    const setup = createSetup();
    const on = setup.lifecycle.on.bind(setup.lifecycle);
    setup.lifecycle.on = () => {
      throw new TypeError('broken');
    };
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect((error as ReloadError).step).toBe('lifecycle');
    expect(error?.message).toContain('broken');
    setup.lifecycle.on = on;
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: true });
  });

  it('is left alone when it answers that the move is only queued', async () => {
    const setup = createSetup();
    let given: AbortSignal | undefined;
    setup.lifecycle.transition = async (_plugin, { signal }) => {
      given = signal;
      return false;
    };
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(error?.message).toContain('from inside another move of the plugin');
    expect(given?.aborted).toBe(true);
  });

  it('goes back to ACTIVE when the move to RELOADING comes through after the reload was given up', async () => {
    const setup = createSetup();
    const { lifecycle, manager, clock } = setup;
    const transition = lifecycle.transition.bind(lifecycle);
    let letThrough = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    lifecycle.transition = async (plugin, { toState, metadata }) => {
      if (toState === LifecycleState.RELOADING) await gate;
      return transition(plugin, { toState, ...(metadata && { metadata }) });
    };
    const reload = manager.reload(PLUGIN);
    await clock.settle();
    await manager.abort(PLUGIN);
    expect((await reload).success).toBe(false);
    letThrough();
    await clock.settle();
    expect(lifecycle.moves).toEqual(['active → reloading', 'reloading → active']);
  });

  it('warns, and keeps the new version, when the move back to ACTIVE fails', async () => {
    const setup = createSetup();
    const transition = setup.lifecycle.transition.bind(setup.lifecycle);
    setup.lifecycle.transition = (plugin, options) =>
      options.toState === LifecycleState.ACTIVE
        ? Promise.reject(new Error('history is full'))
        : transition(plugin, options);
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: true });
    expect(setup.warnings[0]?.message).toContain('history is full');
    expect(await askVersion(setup)).toBe('2.0.0');
  });
});

describe('A plugin that is moved on while it is reloaded', () => {
  it('W-63: is stopped only after the reload let go of it, and the reload says why it ended', async () => {
    const setup = createSetup({ v2: { start: () => new Promise(() => undefined) } });
    const { manager, lifecycle, clock, loader } = setup;
    const reload = manager.reload(PLUGIN);
    await clock.settle();
    const stopping = lifecycle.transition({ id: PLUGIN }, { toState: LifecycleState.INACTIVE });
    const result = await clock.until(reload);
    await stopping;

    expect(result).toMatchObject({ success: false, rolledBack: false });
    expect((result.error as ReloadError).step).toBe('aborted');
    expect(result.error?.message).toContain('before-deactivate');
    expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.INACTIVE);
    expect(loader.live).toEqual([loader.all[0]]);
  });

  it('waits until the reload has freed what it started', async () => {
    let finishFreeing = (): void => undefined;
    const free = () =>
      new Promise<void>((resolve) => {
        finishFreeing = resolve;
      });
    const setup = createSetup({ v2: { health: () => new Promise(() => undefined), free } });
    const { manager, lifecycle, clock } = setup;
    const reload = manager.reload(PLUGIN);
    await clock.settle();
    const stopping = lifecycle.transition({ id: PLUGIN }, { toState: LifecycleState.INACTIVE });
    await clock.settle();
    expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
    finishFreeing();
    await Promise.all([stopping, reload]);
    expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.INACTIVE);
  });

  it('is not moved back to ACTIVE when the reload ends just after it was asked to stop', async () => {
    const setup = createSetup();
    const { manager, lifecycle, clock } = setup;
    const transition = lifecycle.transition.bind(lifecycle);
    let stopping: Promise<boolean> | undefined;
    lifecycle.transition = (plugin, options) => {
      if (options.toState === LifecycleState.ACTIVE) {
        stopping = transition({ id: PLUGIN }, { toState: LifecycleState.INACTIVE });
      }
      return transition(plugin, options);
    };
    expect(await clock.until(manager.reload(PLUGIN))).toMatchObject({ success: true });
    await stopping;
    expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.INACTIVE);
    expect(setup.warnings).toEqual([]);
  });

  it('keeps the new version where that serves already', async () => {
    const setup = createSetup({ options: { bakeTimeMs: 60_000 } });
    const { manager, lifecycle, clock, loader } = setup;
    const reload = manager.reload(PLUGIN);
    await clock.advance(10);
    await lifecycle.transition({ id: PLUGIN }, { toState: LifecycleState.INACTIVE });
    expect(await clock.until(reload)).toMatchObject({ success: true });
    expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.INACTIVE);
    expect(loader.live).toEqual([loader.serving[0]]);
  });

  it('is not moved back from ERROR by the reload', async () => {
    const setup = createSetup({ v2: { start: () => new Promise(() => undefined) } });
    const { manager, lifecycle, clock } = setup;
    const reload = manager.reload(PLUGIN);
    await clock.settle();
    await lifecycle.transitionToError({ id: PLUGIN }, { error: new Error('crashed') });
    expect((await clock.until(reload)).error?.message).toContain('on-error');
    expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
  });

  it('does not end the reload of another plugin', async () => {
    const setup = createSetup();
    const { manager, lifecycle, clock } = setup;
    lifecycle.states.set('other', LifecycleState.ACTIVE);
    const reload = manager.reload(PLUGIN);
    await clock.settle();
    await lifecycle.transition({ id: 'other' }, { toState: LifecycleState.INACTIVE });
    expect(await clock.until(reload)).toMatchObject({ success: true });
  });

  it('W-63: gets an error that says so when it is unloaded without the lifecycle knowing', async () => {
    const setup = createSetup();
    setup.v2.health = () => {
      setup.loader.serving = [];
      return { isHealthy: true };
    };
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect((error as ReloadError).step).toBe('switch');
    expect(error?.message).toContain('it was unloaded during the reload');
    expect(setup.loader.all[1]?.isAlive).toBe(false);
  });

  it('gets an error that says so when another hand replaced what serves', async () => {
    const setup = createSetup();
    setup.v2.health = () => {
      setup.loader.serving = [setup.loader.all[1]!];
      return { isHealthy: true };
    };
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(error?.message).toContain('unloaded or replaced by another hand');
  });
});
