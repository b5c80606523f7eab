import { LifecycleState, type ReloadError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { askVersion, beginCall } from './support/calls.ts';
import { PLUGIN, createSetup } from './support/create-setup.ts';

/** Work that ends when a test says so. */
function createGate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

describe('A call while nobody is left to take it', () => {
  it('is not kept waiting by an old version that stops slowly: the reload is over for the plugin', async () => {
    const setup = createSetup();
    const stopping = createGate();
    setup.v1.deactivate = () => stopping.passed;
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.advance(500);
    expect(setup.loader.all[0]?.log).toEqual(['deactivate']);
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
    expect(await askVersion(setup)).toBe('2.0.0');
    stopping.open();
    expect(await setup.clock.until(reload)).toMatchObject({ success: true });
  });

  it('waits, after the bake, until the lifecycle knows that the new version ended', async () => {
    const setup = createSetup();
    const { lifecycle, loader, manager, clock } = setup;
    const transition = lifecycle.transition.bind(lifecycle);
    let call: Awaited<ReturnType<typeof beginCall>> | undefined;
    let wasHeld: boolean | undefined;
    lifecycle.transition = async (plugin, options) => {
      if (options.toState === LifecycleState.ACTIVE) {
        loader.serving[0]?.crash();
        call = await beginCall(setup);
        wasHeld = loader.isHeld;
      }
      return transition(plugin, options);
    };
    await clock.until(manager.reload(PLUGIN));
    expect(wasHeld).toBe(true);
    expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
    expect(lifecycle.history.at(-1)?.error?.message).toContain('ended while the reload went on');
    expect(loader.isHeld).toBe(false);
    expect(await call?.outcome).toHaveProperty('error');
  });

  it('waits for the new version when the old one ends before the switch', async () => {
    const starting = createGate();
    const setup = createSetup({ v2: { start: () => starting.passed } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.crash();
    const call = await beginCall(setup);
    expect(setup.loader.isHeld).toBe(true);
    starting.open();
    await setup.clock.settle();
    setup.loader.serving[0]?.finish();
    expect(await call.outcome).toEqual({ answer: '2.0.0' });
    expect(await setup.clock.until(reload)).toMatchObject({ success: true });
  });

  it('is let go when the new version does not come up either', async () => {
    const starting = createGate();
    const setup = createSetup({
      v2: { start: () => starting.passed.then(() => Promise.reject(new Error('no'))) },
    });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.crash();
    const call = await beginCall(setup);
    starting.open();
    await setup.clock.until(reload);
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
    expect(await call.outcome).toHaveProperty('error');
    expect(setup.loader.isHeld).toBe(false);
  });

  it('does not wait while another instance serves', async () => {
    const starting = createGate();
    const setup = createSetup({ instanceCount: 2, v2: { start: () => starting.passed } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.crash();
    expect(setup.loader.isHeld).toBe(false);
    starting.open();
    expect(await setup.clock.until(reload)).toMatchObject({ success: true });
    expect(setup.loader.live).toEqual(setup.loader.serving);
  });

  it('does not wait for people: a reload that waits for approval is given up', async () => {
    const setup = createSetup({
      v2: { widerPermissions: ['it wants the network'] },
      options: { approveWiderPermissions: () => new Promise<boolean>(() => undefined) },
    });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.serving[0]?.crash();
    const call = await beginCall(setup);
    const { error } = await setup.clock.until(reload);
    expect(error).toMatchObject({ step: 'permissions' });
    expect(error?.message).toContain('1.0.0 ended while approval was waited for');
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
    expect(await call.outcome).toHaveProperty('error');
  });

  it('waits to the end of a reload that could not go back because both versions are gone', async () => {
    const setup = createSetup();
    const stopping = createGate();
    setup.v2.free = () => stopping.passed;
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    setup.loader.all[0]?.crash();
    setup.loader.serving[0]?.crash();
    const call = await beginCall(setup);
    await setup.clock.settle();
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ERROR);
    expect(await call.outcome).toHaveProperty('error');
    stopping.open();
    expect(await setup.clock.until(reload)).toMatchObject({ success: false, rolledBack: false });
  });

  it('goes to the old version at once after going back, however long the new one takes to stop', async () => {
    const setup = createSetup({ options: { bakeErrorLimit: 0 } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    const bad = await beginCall(setup);
    const slow = await beginCall(setup);
    setup.loader.serving[0]?.failCall();
    await setup.clock.settle();
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
    expect(await askVersion(setup)).toBe('1.0.0');
    setup.loader.all[1]?.finish();
    expect(await bad.outcome).toHaveProperty('error');
    expect(await slow.outcome).toEqual({ answer: '2.0.0' });
    expect(await setup.clock.until(reload)).toMatchObject({ rolledBack: true, aborted: 0 });
  });
});

describe('An abort', () => {
  it.each(Array.from({ length: 40 }, (_, turns) => turns))(
    'leaves one version or the other, when it comes %i microtasks after the health was told',
    async (turns) => {
      const setup = createSetup({ options: { bakeTimeMs: 0 } });
      setup.v2.health = () => {
        let left = turns;
        const wait = (): void => {
          if (left === 0) void setup.manager.abort(PLUGIN);
          else queueMicrotask(wait);
          left -= 1;
        };
        queueMicrotask(wait);
        return { isHealthy: true };
      };
      const { success, error } = await setup.clock.until(setup.manager.reload(PLUGIN));
      expect([undefined, 'aborted']).toContain((error as Partial<ReloadError> | undefined)?.step);
      expect(await askVersion(setup)).toBe(success ? '2.0.0' : '1.0.0');
      expect(setup.loader.live).toEqual(setup.loader.serving);
      expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
    },
  );
});

describe('A crash after an abort', () => {
  const TURNS = Array.from({ length: 20 }, (_, turns) => turns);

  it.each(TURNS)(
    'is told as long as the plugin is RELOADING, when the abort comes %i microtasks after the start',
    async (turnsToAbort) => {
      const wrong: string[] = [];
      for (const turnsToCrash of TURNS) {
        const setup = createSetup();
        const reload = setup.manager.reload(PLUGIN);
        for (let left = turnsToAbort; left > 0; left -= 1) await Promise.resolve();
        void setup.manager.abort(PLUGIN);
        for (let left = turnsToCrash; left > 0; left -= 1) await Promise.resolve();
        // In any other state it is the host's to tell.
        const isOurs = setup.lifecycle.getState(PLUGIN) === LifecycleState.RELOADING;
        if (isOurs) setup.loader.serving[0]?.crash();
        await setup.clock.until(reload);
        await setup.clock.settle();
        const state = setup.lifecycle.getState(PLUGIN);
        if (state !== (isOurs ? LifecycleState.ERROR : LifecycleState.ACTIVE) || setup.loader.isHeld)
          wrong.push(`${state}, held: ${String(setup.loader.isHeld)}, ${turnsToCrash} after the abort`);
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('A plugin of which one instance of several ended during the reload', () => {
  it('goes on with the others, for its host to fill up again', async () => {
    const setup = createSetup({ instanceCount: 2 });
    const reload = setup.manager.reload(PLUGIN, { strategy: ReloadStrategy.ROLLING });
    await setup.clock.until(reload);
    setup.v2.health = () => {
      setup.loader.serving[0]?.crash();
      return { isHealthy: false };
    };
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: false });
    expect(setup.lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
    expect(setup.loader.live).toEqual([setup.loader.serving[1]]);
  });
});

describe('The health of a version that was watched', () => {
  it('is asked for once more when the watch is over, and a bad answer switches back', async () => {
    const setup = createSetup();
    let asked = 0;
    setup.v2.health = () => {
      asked += 1;
      return { isHealthy: asked === 1, reason: 'its queue grows' };
    };
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(result).toMatchObject({ success: false, rolledBack: true, reloadTimeMs: 500 });
    expect(result.error).toMatchObject({ step: 'bake' });
    expect(result.error?.message).toContain('its queue grows');
    expect(await askVersion(setup)).toBe('1.0.0');
  });

  it('catches a version that ended and whose end is told late', async () => {
    const setup = createSetup();
    const { loader, clock, v2 } = setup;
    let asked = 0;
    v2.health = () => {
      asked += 1;
      // The guest is gone and cannot answer; the host learns of it after the bake.
      return asked === 1 ? { isHealthy: true } : new Promise<never>(() => undefined);
    };
    const reload = setup.manager.reload(PLUGIN);
    await clock.advance(501);
    loader.serving[0]?.crash(new Error('exit code 9'));
    const call = await beginCall(setup);
    expect(await clock.until(reload)).toMatchObject({ success: false, rolledBack: true });
    loader.serving[0]?.finish();
    expect(await call.outcome).toEqual({ answer: '1.0.0' });
  });

  it('is not waited for longer than its limit', async () => {
    const setup = createSetup();
    let asked = 0;
    setup.v2.health = () => {
      asked += 1;
      return asked === 1 ? { isHealthy: true } : new Promise<never>(() => undefined);
    };
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect(result).toMatchObject({ rolledBack: true, reloadTimeMs: 5_500 });
    expect(result.error?.message).toContain('healthTimeoutMs');
  });

  it('is not asked for where nothing was watched, and not waited for by a reload that is told to end', async () => {
    const quick = createSetup({ options: { bakeTimeMs: 0 } });
    await quick.clock.until(quick.manager.reload(PLUGIN));
    expect(quick.loader.serving[0]?.log).toEqual(['activate', 'health']);

    const setup = createSetup();
    let asked = 0;
    setup.v2.health = () => {
      asked += 1;
      return asked === 1 ? { isHealthy: true } : new Promise<never>(() => undefined);
    };
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.advance(501);
    expect(asked).toBe(2);
    await setup.manager.abort(PLUGIN);
    expect(await reload).toMatchObject({ success: true, newVersion: '2.0.0' });
  });
});
