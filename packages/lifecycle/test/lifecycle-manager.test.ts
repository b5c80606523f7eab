import {
  InvalidTransitionError,
  LifecycleEvent,
  LifecycleState,
  PluginNotFoundError,
  ValidationError,
  ValidationRangeError,
} from '@truthound/protocols';
import { describe, expect, it, test } from 'vitest';
import { LifecycleManager } from '../src/lifecycle-manager.ts';
import {
  createGate,
  createPlugin,
  describeHistory,
  logEvents,
  settleMicrotasks,
} from './recording-plugin.ts';

describe('walking', () => {
  it('W-57: goes from discovered to active and out again with every step, event and entry of history', async () => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    logEvents(manager, log);
    const plugin = createPlugin('csv', log);
    manager.register(plugin);

    expect(await manager.transition(plugin, { toState: LifecycleState.ACTIVE })).toBe(true);
    expect(await manager.transition(plugin, { toState: LifecycleState.UNLOADED })).toBe(true);

    expect(log).toEqual([
      'before-load [discovered]',
      'load()',
      'after-load [loaded]',
      'before-activate [loaded]',
      'activate()',
      'after-activate [active]',
      'before-deactivate [active]',
      'deactivate()',
      'after-deactivate [inactive]',
      'before-unload [inactive]',
      'unload()',
      'after-unload [unloaded]',
    ]);
    expect(describeHistory(manager.getHistory('csv'))).toEqual([
      'discovered→loading',
      'loading→loaded',
      'loaded→activating',
      'activating→active',
      'active→deactivating',
      'deactivating→inactive',
      'inactive→unloading',
      'unloading→unloaded',
    ]);
  });

  it('takes a plugin that nobody registered, as the document does', async () => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    expect(await manager.transition(createPlugin('csv', log), { toState: LifecycleState.ACTIVE })).toBe(true);
    expect(log).toEqual(['load()', 'activate()']);
    expect(manager.getState('csv')).toBe(LifecycleState.ACTIVE);
  });

  it('runs the steps of the plugin that was registered, also when it is named by its id only', async () => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    manager.register(createPlugin('csv', log));
    await manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    expect(log).toEqual(['load()']);
  });

  it('keeps the plugin as `this` of its steps', async () => {
    class Plugin {
      readonly id = 'csv';
      isLoaded = false;
      load(): void {
        this.isLoaded = true;
      }
    }
    const plugin = new Plugin();
    await new LifecycleManager().transition(plugin, { toState: LifecycleState.LOADED });
    expect(plugin.isLoaded).toBe(true);
  });

  it('answers true and does nothing when the plugin rests there already', async () => {
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv');
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    const log: string[] = [];
    logEvents(manager, log);
    expect(await manager.transition(plugin, { toState: LifecycleState.ACTIVE })).toBe(true);
    expect(log).toEqual([]);
    expect(manager.getHistory('csv')).toHaveLength(4);
  });

  it('leaves no trace of an unknown plugin that is to be unloaded', async () => {
    const manager = new LifecycleManager();
    expect(await manager.transition({ id: 'ghost' }, { toState: LifecycleState.UNLOADED })).toBe(true);
    expect(manager.getPluginsInState(LifecycleState.DISCOVERED)).toEqual([]);
  });

  it('leaves no trace of an unknown plugin that cannot get where it is to go', async () => {
    const manager = new LifecycleManager();
    const move = manager.transition({ id: 'ghost' }, { toState: LifecycleState.ACTIVATING });
    await expect(move).rejects.toThrow(InvalidTransitionError);
    expect(manager.remove('ghost')).toBe(false);
  });

  it('makes one move to a state of work and runs the step on the way out', async () => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    logEvents(manager, log);
    const plugin = createPlugin('csv', log);
    await manager.transition(plugin, { toState: LifecycleState.LOADING });
    expect(log).toEqual(['before-load [discovered]']);
    await manager.transition(plugin, { toState: LifecycleState.LOADED });
    expect(log).toEqual(['before-load [discovered]', 'load()', 'after-load [loaded]']);
  });

  it('W-59: fires ON_RELOAD when a reload ends, with what the reloader said', async () => {
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv');
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    const seen: unknown[] = [];
    manager.on(LifecycleEvent.ON_RELOAD, (_plugin, _event, data) => seen.push(data));
    await manager.transition(plugin, { toState: LifecycleState.RELOADING });
    expect(seen).toEqual([]);
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE, metadata: { newVersion: '2.0.0' } });
    expect(seen).toMatchObject([
      { fromState: 'reloading', toState: 'active', metadata: { newVersion: '2.0.0' }, durationMs: undefined },
    ]);
  });

  it('refuses what the table forbids and changes nothing', async () => {
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv');
    manager.register(plugin);
    await expect(manager.transition(plugin, { toState: LifecycleState.RELOADING })).rejects.toMatchObject({
      code: 'ERR_INVALID_TRANSITION',
      pluginId: 'csv',
      from: 'discovered',
      to: 'reloading',
      allowed: ['loading', 'error'],
      vetoReason: undefined,
    });
    expect(manager.getState('csv')).toBe(LifecycleState.DISCOVERED);
    expect(manager.getHistory('csv')).toEqual([]);
  });

  it('W-59: moves one plugin while another is busy, and each plugin one move at a time', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const log: string[] = [];
    const slow = createPlugin('slow', log, { load: () => gate.opened });
    const slowMove = manager.transition(slow, { toState: LifecycleState.LOADED });
    const nextMove = manager.transition(slow, { toState: LifecycleState.ACTIVE });
    await manager.transition(createPlugin('quick'), { toState: LifecycleState.ACTIVE });

    expect(manager.getState('slow')).toBe(LifecycleState.LOADING);
    expect(log).toEqual([]);
    gate.open();
    await Promise.all([slowMove, nextMove]);
    expect(manager.getState('slow')).toBe(LifecycleState.ACTIVE);
    expect(log).toEqual(['activate()']);
  });
});

describe('registering', () => {
  it('puts a plugin into discovered; an unknown one is unloaded', () => {
    const manager = new LifecycleManager();
    manager.register(createPlugin('csv'));
    expect(manager.getState('csv')).toBe(LifecycleState.DISCOVERED);
    expect(manager.getState('other')).toBe(LifecycleState.UNLOADED);
    expect(manager.getHistory('other')).toEqual([]);
  });

  it('lets a new version replace what runs, and keeps state and history', async () => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    const old = createPlugin('csv', log);
    await manager.transition(old, { toState: LifecycleState.ACTIVE });
    await manager.transition(old, { toState: LifecycleState.RELOADING });
    manager.register(
      createPlugin('csv', [], { version: '2.0.0', deactivate: () => void log.push('new deactivate()') }),
    );
    expect(manager.getState('csv')).toBe(LifecycleState.RELOADING);
    await manager.transition({ id: 'csv' }, { toState: LifecycleState.INACTIVE });
    expect(log).toEqual(['load()', 'activate()', 'new deactivate()']);
    expect(manager.getHistory('csv')).toHaveLength(8);
  });

  it('refuses to replace a plugin whose code may be running', async () => {
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv');
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    manager.register(plugin);
    expect(() => {
      manager.register(createPlugin('csv'));
    }).toThrow(
      'plugin is not valid: id "csv" is taken by a plugin that is active; unload or remove that one first',
    );
  });

  test.each([[''], [undefined], [7]])('refuses the id %j', async (id) => {
    const manager = new LifecycleManager();
    const plugin = { id } as { id: string };
    expect(() => {
      manager.register(plugin);
    }).toThrow(ValidationError);
    await expect(manager.transition(plugin, { toState: LifecycleState.ACTIVE })).rejects.toThrow(
      ValidationError,
    );
    await expect(manager.transitionToError(plugin, { error: new Error('x') })).rejects.toThrow(
      ValidationError,
    );
  });

  it('refuses a state that does not exist, and names those that do', async () => {
    const move = new LifecycleManager().transition({ id: 'csv' }, { toState: 'running' as LifecycleState });
    await expect(move).rejects.toThrow(
      /toState must be a lifecycle state, not "running"; the states are discovered, /,
    );
  });
});

describe('removing', () => {
  it('forgets state, history and steps, and says whether there was anything to forget', async () => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    await manager.transition(createPlugin('csv', log), { toState: LifecycleState.ACTIVE });
    expect(manager.remove('csv')).toBe(true);
    expect(manager.remove('csv')).toBe(false);
    expect(manager.getState('csv')).toBe(LifecycleState.UNLOADED);
    expect(manager.getHistory('csv')).toEqual([]);
    expect(log).toEqual(['load()', 'activate()']);
  });

  it('ends the move under way and those that wait, without bringing the plugin back', async () => {
    const manager = new LifecycleManager();
    const errors: unknown[] = [];
    manager.on(LifecycleEvent.ON_ERROR, (_plugin, _event, { error }) => errors.push(error));
    let stepSignal: AbortSignal | undefined;
    const plugin = createPlugin('csv', [], {
      load: ({ signal }) => {
        stepSignal = signal;
        return new Promise(() => undefined);
      },
    });
    const running = manager.transition(plugin, { toState: LifecycleState.LOADED });
    const waiting = manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    await settleMicrotasks();
    const crash = manager.transitionToError(plugin, { error: new Error('late') });
    manager.remove('csv');

    await expect(running).rejects.toThrow(PluginNotFoundError);
    await expect(waiting).rejects.toThrow('plugin "csv" was not found');
    expect(await crash).toBe(false);
    expect(stepSignal?.aborted).toBe(true);
    expect(manager.getState('csv')).toBe(LifecycleState.UNLOADED);
    expect(manager.getPluginsInState(LifecycleState.ERROR)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('stops a step that ended well, and a move that was being asked about', async () => {
    for (const event of [LifecycleEvent.BEFORE_LOAD, LifecycleEvent.AFTER_LOAD]) {
      const manager = new LifecycleManager();
      manager.on(event, ({ id }) => manager.remove(id));
      const move = manager.transition(createPlugin('csv'), { toState: LifecycleState.ACTIVE });
      await expect(move).rejects.toThrow(PluginNotFoundError);
    }
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv', [], { load: () => void manager.remove('csv') });
    await expect(manager.transition(plugin, { toState: LifecycleState.LOADED })).rejects.toThrow(
      PluginNotFoundError,
    );
  });

  it('keeps the lock of a plugin that comes back under the same id', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const log: string[] = [];
    manager.on(LifecycleEvent.BEFORE_LOAD, async ({ version }) => {
      if (version === '1') await gate.opened;
      log.push(`asked ${String(version)}`);
    });
    const first = manager.transition(createPlugin('csv', log, { version: '1' }), {
      toState: LifecycleState.LOADED,
    });
    manager.remove('csv');
    const second = manager.transition(createPlugin('csv', log, { version: '2' }), {
      toState: LifecycleState.LOADED,
    });
    gate.open();
    await expect(first).rejects.toThrow(PluginNotFoundError);
    await second;
    expect(log).toEqual(['asked 1', 'asked 2', 'load()']);
  });
});

describe('history', () => {
  it('W-59: is bounded for each plugin, newest first, and honours its limit, zero included', async () => {
    const manager = new LifecycleManager({ maxHistory: 3 });
    const quiet = createPlugin('quiet');
    const busy = createPlugin('busy');
    await manager.transition(quiet, { toState: LifecycleState.LOADED });
    for (let round = 0; round < 10; round += 1) {
      await manager.transition(busy, { toState: LifecycleState.ACTIVE });
      await manager.transition(busy, { toState: LifecycleState.INACTIVE });
    }
    expect(describeHistory(manager.getHistory('quiet'))).toEqual(['discovered→loading', 'loading→loaded']);
    expect(describeHistory(manager.getHistory('busy'))).toEqual([
      'activating→active',
      'active→deactivating',
      'deactivating→inactive',
    ]);
    expect(manager.getHistory('busy', { limit: 1 })).toMatchObject([{ toState: 'inactive' }]);
    expect(manager.getHistory('busy', { limit: 0 })).toEqual([]);
  });

  test.each([[-1], [1.5], [Number.NaN]])('refuses the limit %d', (limit) => {
    expect(() => new LifecycleManager().getHistory('csv', { limit })).toThrow(RangeError);
  });

  it('keeps when, how long, what was said and what went wrong', async () => {
    const at = new Date('2026-11-25T00:00:00Z');
    const manager = new LifecycleManager({ now: () => at });
    const error = new Error('no header');
    const plugin = createPlugin('csv', [], { load: () => Promise.reject(error) });
    await expect(
      manager.transition(plugin, { toState: LifecycleState.LOADED, metadata: { by: 'Ann' } }),
    ).rejects.toBe(error);
    const [failed, begun] = manager.getHistory('csv');
    expect(begun).toEqual({
      pluginId: 'csv',
      fromState: 'discovered',
      toState: 'loading',
      timestamp: at,
      durationMs: undefined,
      metadata: { by: 'Ann' },
      error: undefined,
    });
    expect(failed).toMatchObject({ fromState: 'loading', toState: 'error', metadata: { by: 'Ann' }, error });
    expect(failed?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('has no duration where no step ran', async () => {
    const manager = new LifecycleManager();
    await manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    expect(manager.getHistory('csv').map(({ durationMs }) => durationMs)).toEqual([undefined, undefined]);
  });

  it('cannot be rewritten', async () => {
    const manager = new LifecycleManager();
    const metadata = { reason: { by: ['Ann'] }, bytes: new Uint8Array(1) };
    await manager.transition(createPlugin('csv'), { toState: LifecycleState.LOADED, metadata });
    metadata.reason.by.push('Eve');
    const history = manager.getHistory('csv');
    const entry = history[0]!;
    const reason = entry.metadata['reason'] as { by: string[] };
    expect(reason).toEqual({ by: ['Ann'] });
    expect(() => reason.by.push('Eve')).toThrow(TypeError);
    expect(Object.isFrozen(history) && Object.isFrozen(entry) && Object.isFrozen(entry.metadata)).toBe(true);
  });

  it('takes plain data only', async () => {
    const metadata = { callback: () => undefined };
    const move = new LifecycleManager().transition(
      { id: 'csv' },
      { toState: LifecycleState.LOADED, metadata },
    );
    await expect(move).rejects.toThrow(/plugin "csv" is not valid: metadata must be plain data/);
  });
});

describe('getPluginsInState', () => {
  it('W-66: always agrees with the states themselves', async () => {
    const manager = new LifecycleManager();
    const ids = ['a', 'b', 'c'];
    for (const id of ids) manager.register(createPlugin(id));
    const check = (): void => {
      for (const state of Object.values(LifecycleState)) {
        expect(manager.getPluginsInState(state)).toEqual(ids.filter((id) => manager.getState(id) === state));
      }
    };
    for (const event of Object.values(LifecycleEvent)) manager.on(event, check);
    await manager.transition({ id: 'a' }, { toState: LifecycleState.ACTIVE });
    await manager.transition({ id: 'b' }, { toState: LifecycleState.ACTIVE });
    await manager.transition({ id: 'a' }, { toState: LifecycleState.INACTIVE });
    check();
    expect(manager.getPluginsInState(LifecycleState.ACTIVE)).toEqual(['b']);
    expect(manager.getPluginsInState(LifecycleState.LOADED)).toEqual([]);
  });
});

describe('options', () => {
  test.each([
    [{ maxHistory: -1 }, 'maxHistory must be a whole number of at least 0, not -1'],
    [
      { stepTimeoutMs: 0 },
      'stepTimeoutMs must be more than 0 and at most 2147483647, or Infinity for no limit, not 0',
    ],
    [{ handlerTimeoutMs: 2 ** 31 }, 'handlerTimeoutMs must be more than 0'],
    [{ handlerTimeoutMs: Number.NaN }, 'not NaN'],
  ])('%j is out of range', (options, message) => {
    expect(() => new LifecycleManager(options)).toThrow(ValidationRangeError);
    expect(() => new LifecycleManager(options)).toThrow(message);
  });
});
