import { LifecycleEvent, type LifecyclePlugin, LifecycleState } from '@truthound/protocols';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { LifecycleManager } from '../src/lifecycle-manager.ts';
import {
  catchRejection,
  createGate,
  createPlugin,
  describeHistory,
  hangUntilAborted,
  settleMicrotasks,
} from './recording-plugin.ts';

/** Tells of every ON_ERROR as "from: message". */
function listenForErrors(manager: LifecycleManager): string[] {
  const seen: string[] = [];
  manager.on(LifecycleEvent.ON_ERROR, ({ id }, _event, { fromState, error }) => {
    expect(manager.getState(id)).toBe(LifecycleState.ERROR);
    seen.push(`${fromState}: ${String(error?.message)}`);
  });
  return seen;
}

const STEPS = [
  { step: 'load', state: 'loading', target: LifecycleState.LOADED },
  { step: 'activate', state: 'activating', target: LifecycleState.ACTIVE },
  { step: 'deactivate', state: 'deactivating', target: LifecycleState.INACTIVE },
  { step: 'unload', state: 'unloading', target: LifecycleState.UNLOADED },
] as const satisfies readonly { step: keyof LifecyclePlugin; state: string; target: LifecycleState }[];

describe('a step that fails', () => {
  test.each(STEPS)(
    'W-59: $step leads to error, fires ON_ERROR and throws',
    async ({ step, state, target }) => {
      const manager = new LifecycleManager();
      const errors = listenForErrors(manager);
      const error = new Error('broken');
      const plugin = createPlugin('csv', [], { [step]: () => Promise.reject(error) });
      const walk = async (): Promise<void> => {
        await manager.transition(plugin, { toState: LifecycleState.LOADED });
        await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
        await manager.transition(plugin, { toState: target });
      };
      await expect(walk()).rejects.toBe(error);
      expect(manager.getState('csv')).toBe(LifecycleState.ERROR);
      expect(errors).toEqual([`${state}: broken`]);
      expect(manager.getHistory('csv')[0]).toMatchObject({ fromState: state, toState: 'error', error });
    },
  );

  it('by throwing something that is no error becomes one that carries it', async () => {
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv', [], {
      load: () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- plugins are foreign code and may throw anything
        throw 404;
      },
    });
    const move = manager.transition(plugin, { toState: LifecycleState.LOADED });
    await expect(move).rejects.toMatchObject({
      message: 'a value that is no Error was thrown: 404',
      cause: 404,
    });
  });

  it('does not keep later moves from being made: it recovers by loading, or is unloaded', async () => {
    const manager = new LifecycleManager();
    let isBroken = true;
    const plugin = createPlugin('csv', [], {
      activate: () => {
        if (isBroken) throw new Error('broken');
      },
    });
    await expect(manager.transition(plugin, { toState: LifecycleState.ACTIVE })).rejects.toThrow('broken');
    await expect(manager.transition(plugin, { toState: LifecycleState.ACTIVATING })).rejects.toThrow(
      'from "error" it can move to "loading", "unloading"',
    );
    isBroken = false;
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    expect(manager.getState('csv')).toBe(LifecycleState.ACTIVE);
    await manager.transitionToError(plugin, { error: new Error('crash') });
    await manager.transition(plugin, { toState: LifecycleState.UNLOADED });
    expect(describeHistory(manager.getHistory('csv', { limit: 3 }))).toEqual([
      'active→error',
      'error→unloading',
      'unloading→unloaded',
    ]);
  });
});

describe('moving to error', () => {
  it('W-59: by transition fires ON_ERROR as well', async () => {
    const manager = new LifecycleManager();
    const errors = listenForErrors(manager);
    await manager.transition(createPlugin('csv'), { toState: LifecycleState.ERROR });
    expect(errors).toEqual(['discovered: undefined']);
  });

  test.each(['discovered', 'loading', 'loaded', 'active', 'inactive', 'reloading'] as const)(
    'W-59: by transitionToError from %s records and tells',
    async (state) => {
      const manager = new LifecycleManager();
      const errors = listenForErrors(manager);
      const plugin = createPlugin('csv');
      manager.register(plugin);
      if (state === 'reloading') await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
      if (state !== 'discovered') await manager.transition(plugin, { toState: state });
      const error = new Error('gone');
      expect(await manager.transitionToError(plugin, { error, metadata: { signal: 'SIGSEGV' } })).toBe(true);
      expect(errors).toEqual([`${state}: gone`]);
      expect(manager.getHistory('csv')[0]).toMatchObject({
        fromState: state,
        toState: 'error',
        error,
        metadata: { signal: 'SIGSEGV' },
      });
    },
  );

  it('W-59: obeys the table: nothing is recorded for a plugin unknown, unloaded or failed already', async () => {
    const manager = new LifecycleManager();
    const errors = listenForErrors(manager);
    const error = new Error('late news');
    expect(await manager.transitionToError({ id: 'ghost' }, { error })).toBe(false);
    expect(manager.getPluginsInState(LifecycleState.ERROR)).toEqual([]);

    const plugin = createPlugin('csv');
    await manager.transition(plugin, { toState: LifecycleState.LOADED });
    await manager.transition(plugin, { toState: LifecycleState.UNLOADED });
    expect(await manager.transitionToError(plugin, { error })).toBe(false);
    expect(manager.getState('csv')).toBe(LifecycleState.UNLOADED);

    await manager.transition(plugin, { toState: LifecycleState.LOADED });
    await manager.transitionToError(plugin, { error: new Error('first') });
    expect(await manager.transitionToError(plugin, { error })).toBe(false);
    expect(errors).toEqual(['loaded: first']);
  });

  it('takes what is no error from a caller without types, and wraps it', async () => {
    const manager = new LifecycleManager();
    const errors = listenForErrors(manager);
    manager.register(createPlugin('csv'));
    await manager.transitionToError({ id: 'csv' }, { error: 'exit 1' as unknown as Error });
    expect(errors).toEqual(['discovered: a value that is no Error was thrown: exit 1']);
  });
});

describe('a crash while the plugin is on its way', () => {
  it('ends the step under way, once, with what was reported first', async () => {
    const manager = new LifecycleManager();
    const errors = listenForErrors(manager);
    const plugin = createPlugin('csv', [], { activate: hangUntilAborted });
    const move = manager.transition(plugin, { toState: LifecycleState.ACTIVE, metadata: { by: 'Ann' } });
    const refused = catchRejection(move);
    await settleMicrotasks();
    const crash = new Error('segmentation fault');
    const reports = [
      manager.transitionToError(plugin, { error: crash, metadata: { signal: 'SIGSEGV' } }),
      manager.transitionToError(plugin, { error: new Error('channel closed'), metadata: { signal: 'none' } }),
    ];
    expect(await refused).toBe(crash);
    expect(await Promise.all(reports)).toEqual([true, false]);
    expect(errors).toEqual(['activating: segmentation fault']);
    expect(manager.getHistory('csv')[0]?.metadata).toEqual({ by: 'Ann', signal: 'SIGSEGV' });
  });

  test.each([
    { when: 'is asked whether it may go on', event: LifecycleEvent.BEFORE_ACTIVATE },
    { when: 'rests between two steps', event: LifecycleEvent.AFTER_LOAD },
  ])('ends the walk there, when it $when', async ({ event }) => {
    const manager = new LifecycleManager();
    const errors = listenForErrors(manager);
    const log: string[] = [];
    const gate = createGate();
    manager.on(event, () => gate.opened);
    const plugin = createPlugin('csv', log);
    const move = manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    const refused = catchRejection(move);
    await settleMicrotasks();
    const report = manager.transitionToError(plugin, { error: new Error('crash') });
    gate.open();
    expect(await refused).toMatchObject({ message: 'crash' });
    expect(await report).toBe(true);
    expect(errors).toEqual(['loaded: crash']);
    expect(log).toEqual(['load()']);
  });

  it('of the old instance, told while the plugin recovers, is late news', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const plugin = createPlugin('csv');
    await manager.transition(plugin, { toState: LifecycleState.ERROR });
    manager.on(LifecycleEvent.BEFORE_LOAD, () => gate.opened);
    const recovery = manager.transition(plugin, { toState: LifecycleState.LOADED });
    await settleMicrotasks();
    expect(await manager.transitionToError(plugin, { error: new Error('exit 1') })).toBe(false);
    gate.open();
    expect(await recovery).toBe(true);
    expect(manager.getState('csv')).toBe(LifecycleState.LOADED);
  });

  it('is recorded before the moves that wait, so that they start from the truth', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const plugin = createPlugin('csv');
    manager.on(LifecycleEvent.AFTER_ACTIVATE, () => gate.opened);
    const move = manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    await settleMicrotasks();
    const stop = manager.transition(plugin, { toState: LifecycleState.UNLOADED });
    const reports = ['first', 'second'].map((text) =>
      manager.transitionToError(plugin, { error: new Error(text) }),
    );
    gate.open();
    expect(await Promise.all([move, stop, ...reports])).toEqual([true, true, true, false]);
    expect(describeHistory(manager.getHistory('csv', { limit: 3 }))).toEqual([
      'active→error',
      'error→unloading',
      'unloading→unloaded',
    ]);
  });

  it('that the plugin was unloaded before is no failure any more', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const plugin = createPlugin('csv', [], { unload: () => gate.opened });
    await manager.transition(plugin, { toState: LifecycleState.LOADED });
    const move = manager.transition(plugin, { toState: LifecycleState.UNLOADED });
    await settleMicrotasks();
    gate.open();
    // In one and the same turn the step has ended and the guest's exit is told.
    await gate.opened;
    const report = manager.transitionToError(plugin, { error: new Error('exit 0') });
    await move;
    expect(await report).toBe(false);
    expect(manager.getState('csv')).toBe(LifecycleState.UNLOADED);
  });

  it('is recorded after the walk when the walk was at its end', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const plugin = createPlugin('csv');
    manager.on(LifecycleEvent.AFTER_ACTIVATE, () => gate.opened);
    const move = manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    await settleMicrotasks();
    const report = manager.transitionToError(plugin, { error: new Error('crash') });
    gate.open();
    expect(await move).toBe(true);
    expect(await report).toBe(true);
    expect(describeHistory(manager.getHistory('csv')).at(-1)).toBe('active→error');
  });
});

describe('a step that takes too long', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test.each([
    { how: 'listens to its signal', load: hangUntilAborted },
    { how: 'listens to nothing', load: () => new Promise<void>(() => undefined) },
  ])('is given up whether or not it $how', async ({ load }) => {
    const manager = new LifecycleManager({ stepTimeoutMs: 1000 });
    const errors = listenForErrors(manager);
    const move = manager.transition(createPlugin('csv', [], { load }), { toState: LifecycleState.ACTIVE });
    const outcome = catchRejection(move);
    await vi.advanceTimersByTimeAsync(999);
    expect(manager.getState('csv')).toBe(LifecycleState.LOADING);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toMatchObject({
      name: 'LifecycleTimeoutError',
      code: 'ERR_LIFECYCLE_TIMEOUT',
      pluginId: 'csv',
      phase: 'load',
      timeoutMs: 1000,
    });
    expect(errors).toEqual([
      'loading: "load" of plugin "csv" was given up after 1000 ms (option stepTimeoutMs of LifecycleManager)',
    ]);
  });

  it('does no harm when it fails or ends later', async () => {
    const manager = new LifecycleManager({ stepTimeoutMs: 1000 });
    const ends = [createGate(), createGate()];
    const plugins = [
      createPlugin('late', [], { load: () => ends[0]!.opened }),
      createPlugin('later', [], {
        load: () => ends[1]!.opened.then(() => Promise.reject(new Error('too late'))),
      }),
    ];
    for (const plugin of plugins) {
      const outcome = catchRejection(manager.transition(plugin, { toState: LifecycleState.LOADED }));
      await vi.advanceTimersByTimeAsync(1000);
      expect(await outcome).toMatchObject({ code: 'ERR_LIFECYCLE_TIMEOUT' });
    }
    for (const end of ends) end.open();
    await settleMicrotasks();
    expect(manager.getPluginsInState(LifecycleState.ERROR)).toEqual(['late', 'later']);
  });

  it('may take for ever where the host says so, and leaves no timer behind', async () => {
    const manager = new LifecycleManager({ stepTimeoutMs: Infinity });
    const gate = createGate();
    const move = manager.transition(createPlugin('csv', [], { load: () => gate.opened }), {
      toState: LifecycleState.LOADED,
    });
    await vi.advanceTimersByTimeAsync(2 ** 31);
    gate.open();
    expect(await move).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
