import { LifecycleEvent, LifecycleState } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { LifecycleManager } from '../src/lifecycle-manager.ts';
import {
  catchRejection,
  createGate,
  createPlugin,
  hangUntilAborted,
  settleMicrotasks,
} from './recording-plugin.ts';

describe('aborting a transition', () => {
  it('before it begins changes nothing', async () => {
    const manager = new LifecycleManager();
    const reason = new Error('never mind');
    const move = manager.transition(createPlugin('csv'), {
      toState: LifecycleState.ACTIVE,
      signal: AbortSignal.abort(reason),
    });
    await expect(move).rejects.toBe(reason);
    expect(manager.remove('csv')).toBe(false);
  });

  it('while it waits for its turn takes it out of the queue at once', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const log: string[] = [];
    const plugin = createPlugin('csv', log, { load: () => gate.opened });
    const controller = new AbortController();
    const reason = new Error('never mind');
    const first = manager.transition(plugin, { toState: LifecycleState.LOADED });
    const second = manager.transition(plugin, { toState: LifecycleState.ACTIVE, signal: controller.signal });
    const third = manager.transition(plugin, { toState: LifecycleState.UNLOADED });
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(manager.getState('csv')).not.toBe(LifecycleState.LOADED);
    gate.open();
    expect(await Promise.all([first, third])).toEqual([true, true]);
    expect(log).toEqual(['unload()']);
  });

  it('while handlers are asked leaves the plugin where it was', async () => {
    const manager = new LifecycleManager();
    const controller = new AbortController();
    const reason = new Error('never mind');
    manager.on(LifecycleEvent.BEFORE_LOAD, () => new Promise(() => undefined));
    const move = manager.transition(createPlugin('csv'), {
      toState: LifecycleState.LOADED,
      signal: controller.signal,
    });
    const refused = catchRejection(move);
    await settleMicrotasks();
    controller.abort(reason);
    expect(await refused).toBe(reason);
    expect(manager.getState('csv')).toBe(LifecycleState.DISCOVERED);
  });

  it('by a handler that is asked leaves the plugin where it was', async () => {
    const manager = new LifecycleManager();
    const controller = new AbortController();
    manager.on(LifecycleEvent.BEFORE_LOAD, () => {
      controller.abort(new Error('never mind'));
    });
    const move = manager.transition(createPlugin('csv'), {
      toState: LifecycleState.LOADED,
      signal: controller.signal,
    });
    await expect(move).rejects.toThrow('never mind');
    expect(manager.getState('csv')).toBe(LifecycleState.DISCOVERED);
  });

  it('between two steps leaves the plugin at rest', async () => {
    const manager = new LifecycleManager();
    const controller = new AbortController();
    manager.on(LifecycleEvent.AFTER_LOAD, () => {
      controller.abort(new Error('never mind'));
    });
    const move = manager.transition(createPlugin('csv'), {
      toState: LifecycleState.ACTIVE,
      signal: controller.signal,
    });
    await expect(move).rejects.toThrow('never mind');
    expect(manager.getState('csv')).toBe(LifecycleState.LOADED);
  });

  it('in a step aborts the step, and the plugin is in error', async () => {
    const manager = new LifecycleManager();
    const controller = new AbortController();
    const reason = new Error('shutting down');
    const plugin = createPlugin('csv', [], { activate: hangUntilAborted });
    const move = manager.transition(plugin, { toState: LifecycleState.ACTIVE, signal: controller.signal });
    const refused = catchRejection(move);
    await settleMicrotasks();
    expect(manager.getState('csv')).toBe(LifecycleState.ACTIVATING);
    controller.abort(reason);
    expect(await refused).toBe(reason);
    expect(manager.getHistory('csv')[0]).toMatchObject({
      fromState: 'activating',
      toState: 'error',
      error: reason,
    });
  });

  it('at the end of a reload does not harm the plugin, which serves', async () => {
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv');
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    await manager.transition(plugin, { toState: LifecycleState.RELOADING });
    const controller = new AbortController();
    const gate = createGate();
    manager.on(LifecycleEvent.ON_RELOAD, () => gate.opened);
    const move = manager.transition(plugin, { toState: LifecycleState.INACTIVE, signal: controller.signal });
    const refused = catchRejection(move);
    await settleMicrotasks();
    controller.abort(new Error('never mind'));
    gate.open();
    expect(await refused).toMatchObject({ message: 'never mind' });
    expect(manager.getState('csv')).toBe(LifecycleState.ACTIVE);
  });
});
