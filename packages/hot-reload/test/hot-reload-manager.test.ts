import {
  LifecycleState,
  PluginNotFoundError,
  ReloadError,
  ReloadStrategy,
  ValidationError,
} from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { HotReloadManager } from '../src/index.ts';
import { askVersion } from './support/calls.ts';
import { PLUGIN, createSetup } from './support/create-setup.ts';

describe('HotReloadManager.reload', () => {
  it('W-61: puts the version on disk in the place of the one that serves', async () => {
    const setup = createSetup();
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));

    expect(result).toEqual({
      success: true,
      pluginId: PLUGIN,
      strategy: ReloadStrategy.GRACEFUL,
      reloadTimeMs: 500,
      previousVersion: '1.0.0',
      newVersion: '2.0.0',
      rolledBack: false,
      drained: 0,
      aborted: 0,
      error: undefined,
    });
    expect(Object.isFrozen(result)).toBe(true);
    expect(await askVersion(setup)).toBe('2.0.0');
  });

  it('W-61: fails for a plugin that nobody knows', async () => {
    const { manager, clock, lifecycle } = createSetup();
    const result = await clock.until(manager.reload('unknown'));
    expect(result.success).toBe(false);
    expect(result.error).toBeInstanceOf(PluginNotFoundError);
    expect(lifecycle.moves).toEqual([]);
  });

  it('W-61: fails for a plugin of which no instance runs', async () => {
    const { manager, clock, loader } = createSetup();
    loader.getInstances = () => [];
    const given = await manager.reload(PLUGIN, { signal: AbortSignal.abort(new Error('no time')) });
    expect(given).toMatchObject({ success: false, previousVersion: '' });
    const result = await clock.until(manager.reload(PLUGIN));
    expect(result.error).toBeInstanceOf(PluginNotFoundError);
    expect(result.error?.message).toContain('load it first');
  });

  it('finds the new version healthy before it takes a call', async () => {
    const { manager, clock, loader, v2 } = createSetup();
    const servingWhileAsked: (string | undefined)[] = [];
    v2.health = () => {
      servingWhileAsked.push(loader.serving[0]?.version);
      return { isHealthy: true };
    };
    await clock.until(manager.reload(PLUGIN));
    expect(servingWhileAsked[0]).toBe('1.0.0');
    expect(loader.all[1]?.log.slice(0, 2)).toEqual(['activate', 'health']);
  });

  it('stops the old version by its own deactivate() and frees it', async () => {
    const { manager, clock, loader, warnings } = createSetup();
    await clock.until(manager.reload(PLUGIN));
    expect(loader.all[0]?.log).toEqual(['deactivate', 'free']);
    expect(loader.live).toEqual([loader.serving[0]]);
    expect(warnings).toEqual([]);
  });

  it('reloads a version by itself, as an edit without a new number needs', async () => {
    const { manager, clock, v1, loader } = createSetup();
    loader.onDisk = v1;
    const result = await clock.until(manager.reload(PLUGIN));
    expect(result).toMatchObject({ success: true, previousVersion: '1.0.0', newVersion: '1.0.0' });
    expect(loader.serving[0]).not.toBe(loader.all[0]);
  });

  it('W-62: verifies and resolves the new code each time, and frees what was prepared', async () => {
    const { manager, clock, loader } = createSetup();
    await clock.until(manager.reload(PLUGIN));
    await clock.until(manager.reload(PLUGIN));
    expect(loader.preparations).toBe(2);
    expect(loader.freedPreparations).toBe(2);
  });

  it('leaves no timer, no subscription and no instance behind', async () => {
    const { manager, clock, loader, lifecycle, v2 } = createSetup();
    await clock.until(manager.reload(PLUGIN));
    v2.health = () => ({ isHealthy: false });
    await clock.until(manager.reload(PLUGIN));
    expect(clock.pending).toBe(0);
    expect(lifecycle.handlerCount).toBe(0);
    expect(loader.all.map(({ handlerCount }) => handlerCount)).toEqual([0, 0, 0]);
    expect(loader.live).toHaveLength(1);
  });

  it('warns of an old version that will not stop, and succeeds', async () => {
    const { manager, clock, warnings, v1 } = createSetup();
    v1.deactivate = () => new Promise(() => undefined);
    v1.free = () => {
      throw new Error('still busy');
    };
    const result = await clock.until(manager.reload(PLUGIN));
    expect(result.success).toBe(true);
    expect(warnings.map(({ message }) => message)).toEqual([
      'plugin "csv": deactivate() of 1.0.0 failed: it did not end within 5000 ms (healthTimeoutMs)',
      'plugin "csv": 1.0.0 could not be disposed of: still busy',
    ]);
  });

  it('survives a listener for warnings that throws', async () => {
    const { manager, clock, v1 } = createSetup({
      options: {
        onWarning: () => {
          throw new Error('listener');
        },
      },
    });
    v1.deactivate = () => {
      throw new Error('stuck');
    };
    const warned = new Promise((resolve) => process.once('warning', resolve));
    expect(await clock.until(manager.reload(PLUGIN))).toMatchObject({ success: true });
    expect(await warned).toMatchObject({ message: 'listener' });
  });

  it('uses the strategy that it is given, else the default of the manager', async () => {
    const { manager, clock } = createSetup({ options: { defaultStrategy: ReloadStrategy.IMMEDIATE } });
    expect(await clock.until(manager.reload(PLUGIN))).toMatchObject({ strategy: 'immediate' });
    const { ROLLING } = ReloadStrategy;
    expect(await clock.until(manager.reload(PLUGIN, { strategy: ROLLING }))).toMatchObject({
      strategy: 'rolling',
    });
  });

  it('refuses a strategy that does not exist, and an option that does not', async () => {
    const { manager } = createSetup();
    await expect(manager.reload(PLUGIN, { strategy: 'gentle' as never })).rejects.toThrow(/"gentle"|gentle/);
    await expect(manager.reload(PLUGIN, { strategie: 'graceful' } as never)).rejects.toBeInstanceOf(
      ValidationError,
    );
  });
});

describe('HotReloadManager, W-60: a failed step leaves the old version serving', () => {
  const failures = {
    prepare: { prepare: () => Promise.reject(new Error('signature does not match')) },
    start: { start: () => Promise.reject(new Error('sandbox refused')) },
    'start (activate)': { activate: () => Promise.reject(new Error('no database')) },
    'health (throws)': { health: () => Promise.reject(new Error('probe failed')) },
    'health (says no)': { health: () => ({ isHealthy: false, reason: 'cache is cold' }) },
  };

  for (const [name, v2] of Object.entries(failures)) {
    it(`when ${name} fails`, async () => {
      const setup = createSetup({ v2 });
      const { manager, clock, loader, lifecycle } = setup;
      const result = await clock.until(manager.reload(PLUGIN));

      expect(result).toMatchObject({ success: false, rolledBack: false, drained: 0, aborted: 0 });
      expect(result.error).toBeInstanceOf(ReloadError);
      expect((result.error as ReloadError).step).toBe(name.split(' ')[0]);
      expect(await askVersion(setup)).toBe('1.0.0');
      expect(loader.all[0]?.log).toEqual([]);
      expect(loader.live).toEqual([loader.all[0]]);
      expect(lifecycle.getState(PLUGIN)).toBe(LifecycleState.ACTIVE);
    });
  }

  const hangs = {
    prepare: ['prepare', 'startTimeoutMs'],
    start: ['start', 'startTimeoutMs'],
    activate: ['start', 'startTimeoutMs'],
    health: ['health', 'healthTimeoutMs'],
  } as const;

  for (const [name, [step, option]] of Object.entries(hangs)) {
    it(`when ${name} hangs`, async () => {
      const setup = createSetup({ v2: { [name]: () => new Promise(() => undefined) } });
      const result = await setup.clock.until(setup.manager.reload(PLUGIN));
      expect((result.error as ReloadError).step).toBe(step);
      expect(result.error?.message).toContain(option);
      expect(await askVersion(setup)).toBe('1.0.0');
    });
  }

  it('when the new version dies after it was found healthy', async () => {
    const setup = createSetup();
    setup.v2.health = () => {
      setup.loader.all[1]?.crash();
      return { isHealthy: true };
    };
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect((result.error as ReloadError).step).toBe('switch');
    expect(await askVersion(setup)).toBe('1.0.0');
  });

  it('when the loader cannot switch, also one of several', async () => {
    const setup = createSetup({ instanceCount: 3 });
    const { loader, clock, manager } = setup;
    const switchInstance = loader.switchInstance.bind(loader);
    let switches = 0;
    loader.switchInstance = (...args) => {
      switches += 1;
      if (switches === 3) throw new Error('table is locked');
      switchInstance(...args);
    };
    const result = await clock.until(manager.reload(PLUGIN));
    expect((result.error as ReloadError).step).toBe('switch');
    expect(result.error?.message).toContain('table is locked');
    expect(loader.serving.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    expect(loader.live).toHaveLength(3);
  });

  it('when one of several new instances is not healthy: none of them takes a call', async () => {
    let asked = 0;
    const health = () => {
      asked += 1;
      return { isHealthy: asked !== 2 };
    };
    const { loader, clock, manager } = createSetup({ instanceCount: 3, v2: { health } });
    expect(await clock.until(manager.reload(PLUGIN))).toMatchObject({ success: false, rolledBack: false });
    expect(loader.live).toEqual(loader.all.slice(0, 3));
    expect(loader.serving).toEqual(loader.all.slice(0, 3));
  });

  it('when one of several new instances does not start: those that did are freed', async () => {
    let started = 0;
    const start = () => {
      started += 1;
      if (started === 2) throw new Error('out of memory');
    };
    const { loader, clock, manager } = createSetup({ instanceCount: 3, v2: { start } });
    const result = await clock.until(manager.reload(PLUGIN));
    expect(result.error?.message).toContain('out of memory');
    expect(loader.live).toEqual(loader.all.slice(0, 3));
  });

  it('keeps what was thrown as the cause', async () => {
    const cause = new RangeError('signature does not match');
    const { clock, manager } = createSetup({ v2: { prepare: () => Promise.reject(cause) } });
    const { error } = await clock.until(manager.reload(PLUGIN));
    expect(error?.cause).toBe(cause);
    expect(error?.message).toBe('plugin "csv" was not reloaded (prepare): signature does not match');
  });

  it('frees an instance that starts after it was given up', async () => {
    let finishStart = (): void => undefined;
    const start = () =>
      new Promise<void>((resolve) => {
        finishStart = resolve;
      });
    const { clock, manager, loader } = createSetup({ v2: { start } });
    await clock.until(manager.reload(PLUGIN));
    finishStart();
    await clock.settle();
    expect(loader.all[1]?.log).toEqual(['free']);
  });

  it('pays no heed to a start that fails after it was given up', async () => {
    let fail = (): void => undefined;
    const start = () =>
      new Promise<void>((_resolve, reject) => {
        fail = () => {
          reject(new Error('too late'));
        };
      });
    const { clock, manager, loader, warnings } = createSetup({ v2: { start } });
    const { error } = await clock.until(manager.reload(PLUGIN));
    expect(error?.message).toContain('startTimeoutMs');
    fail();
    await clock.settle();
    expect(warnings).toEqual([]);
    expect(loader.all).toHaveLength(1);
  });

  it('frees a preparation that ends after it was given up', async () => {
    let finish = (): void => undefined;
    const prepare = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      });
    const { clock, manager, loader } = createSetup({ v2: { prepare } });
    await clock.until(manager.reload(PLUGIN));
    expect(loader.freedPreparations).toBe(0);
    finish();
    await clock.settle();
    expect(loader.freedPreparations).toBe(1);
  });
});

describe('HotReloadManager options', () => {
  it('names every fault at once', () => {
    const { lifecycle, loader } = createSetup();
    const create = (): unknown =>
      new HotReloadManager(lifecycle, {
        loader,
        drainTimeoutMs: -1,
        bakeErrorLimit: 1.5,
        defaultStrategy: 'gentle' as never,
        bakeTime: 3,
      } as never);
    expect(create).toThrow(/drainTimeoutMs[\s\S]*bakeErrorLimit|bakeErrorLimit[\s\S]*drainTimeoutMs/);
    expect(create).toThrow(/bakeTime is not an option/);
    expect(create).toThrow(RangeError);
  });

  it('says of each option what it must be', () => {
    const { lifecycle, loader } = createSetup();
    const wrong = { loader, drainTimeoutMs: '1s', maxUnavailable: 'all', onWarning: 'log', clock: null };
    const create = (): unknown => new HotReloadManager(lifecycle, wrong as never);
    expect(create).toThrow(ValidationError);
    expect(create).toThrow(/drainTimeoutMs must be a number of milliseconds, not 1s/);
    expect(create).toThrow(/maxUnavailable must be a number, not all/);
    expect(create).toThrow(/onWarning must be a function, not log/);
    expect(create).toThrow(/clock must be an object with the method setTimer\(\)/);
  });

  it('warns by process.emitWarning where nothing else is given', async () => {
    const { lifecycle, loader, clock, v1 } = createSetup();
    v1.deactivate = () => {
      throw new Error('stuck');
    };
    const manager = new HotReloadManager(lifecycle, { loader, clock });
    const warned = new Promise((resolve) => process.once('warning', resolve));
    await clock.until(manager.reload(PLUGIN));
    expect(await warned).toMatchObject({ message: 'plugin "csv": deactivate() of 1.0.0 failed: stuck' });
  });

  it('needs a loader', () => {
    const { lifecycle } = createSetup();
    expect(() => new HotReloadManager(lifecycle, {} as never)).toThrow(/loader must be an object/);
  });

  it('refuses a wait that Node would cut to nothing', () => {
    const { lifecycle, loader } = createSetup();
    expect(() => new HotReloadManager(lifecycle, { loader, bakeTimeMs: 2 ** 31 })).toThrow(
      /at most 2147483647/,
    );
    expect(() => new HotReloadManager(lifecycle, { loader, bakeTimeMs: Number.NaN })).toThrow(RangeError);
    expect(() => new HotReloadManager(lifecycle, { loader, drainTimeoutMs: Infinity })).not.toThrow();
  });
});
