import { AsyncLocalStorage } from 'node:async_hooks';
import { LifecycleEvent, LifecycleState } from '@truthound/protocols';
import { describe, expect, it, test } from 'vitest';
import type { BackgroundErrorContext } from '../src/background-error.ts';
import { LifecycleManager } from '../src/lifecycle-manager.ts';
import { createGate, createPlugin, describeHistory, settleMicrotasks } from './recording-plugin.ts';

describe('a transition asked for inside a move of the same plugin', () => {
  it('W-58: by a handler that awaits it is accepted, queued, and done before the outer call settles', async () => {
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv');
    const log: string[] = [];
    manager.on(LifecycleEvent.AFTER_LOAD, async ({ id }) => {
      const isThere = await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
      log.push(`${String(isThere)}, ${manager.getState(id)}`);
    });
    expect(await manager.transition(plugin, { toState: LifecycleState.LOADED })).toBe(true);
    expect(log).toEqual(['true, loaded']);
    expect(manager.getState('csv')).toBe(LifecycleState.ACTIVE);
  });

  test.each([LifecycleEvent.BEFORE_LOAD, LifecycleEvent.AFTER_LOAD, LifecycleEvent.BEFORE_ACTIVATE])(
    'W-58: does not hang in a handler of %s',
    async (event) => {
      const manager = new LifecycleManager();
      const plugin = createPlugin('csv');
      const subscription = manager.on(event, async () => {
        subscription();
        await manager.transition(plugin, { toState: LifecycleState.UNLOADED });
      });
      await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
      expect(describeHistory(manager.getHistory('csv')).slice(-3)).toEqual([
        'deactivating→inactive',
        'inactive→unloading',
        'unloading→unloaded',
      ]);
    },
  );

  it('W-58: does not hang in a step, nor in ON_ERROR, where the clean-up is done before the failure is thrown', async () => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    const plugin = createPlugin('csv', log, {
      activate: async () => {
        log.push(
          `step: ${String(await manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED }))}`,
        );
        throw new Error('broken');
      },
    });
    manager.on(LifecycleEvent.ON_ERROR, async () => {
      log.push(`handler: ${String(await manager.transition(plugin, { toState: LifecycleState.UNLOADED }))}`);
    });
    await expect(manager.transition(plugin, { toState: LifecycleState.ACTIVE })).rejects.toThrow('broken');
    expect(log).toEqual(['load()', 'step: true', 'handler: true', 'load()', 'unload()']);
    expect(manager.getState('csv')).toBe(LifecycleState.UNLOADED);
  });

  it('W-58: a crash reported from inside a step ends that step', async () => {
    const manager = new LifecycleManager();
    const answers: boolean[] = [];
    const plugin = createPlugin('csv', [], {
      load: async () => {
        answers.push(await manager.transitionToError({ id: 'csv' }, { error: new Error('guest is gone') }));
      },
    });
    await expect(manager.transition(plugin, { toState: LifecycleState.LOADED })).rejects.toThrow(
      'guest is gone',
    );
    expect(answers).toEqual([true]);
    expect(describeHistory(manager.getHistory('csv'))).toEqual(['discovered→loading', 'loading→error']);
  });

  it('runs behind what was queued before it', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const plugin = createPlugin('csv');
    const subscription = manager.on(LifecycleEvent.AFTER_LOAD, async () => {
      subscription();
      await gate.opened;
      await manager.transition(plugin, { toState: LifecycleState.INACTIVE });
    });
    const first = manager.transition(plugin, { toState: LifecycleState.LOADED });
    const second = manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    gate.open();
    await Promise.all([first, second]);
    expect(manager.getState('csv')).toBe(LifecycleState.INACTIVE);
  });

  it('is reported when it fails, and does not fail the move that asked for it', async () => {
    const reports: [string, BackgroundErrorContext][] = [];
    const manager = new LifecycleManager({
      onBackgroundError: (error, context) => void reports.push([error.message, context]),
    });
    const plugin = createPlugin('csv', [], { activate: () => Promise.reject(new Error('broken')) });
    manager.on(LifecycleEvent.AFTER_LOAD, () =>
      manager.transition(plugin, { toState: LifecycleState.ACTIVE }),
    );
    expect(await manager.transition(plugin, { toState: LifecycleState.LOADED })).toBe(true);
    expect(reports).toEqual([['broken', { pluginId: 'csv', source: 'follow-up', about: 'active' }]]);
  });

  it('comes to an end where handlers undo each other for ever', async () => {
    const reports: string[] = [];
    const manager = new LifecycleManager({ onBackgroundError: (error) => void reports.push(error.message) });
    const plugin = createPlugin('csv');
    manager.on(LifecycleEvent.AFTER_ACTIVATE, () =>
      manager.transition(plugin, { toState: LifecycleState.INACTIVE }),
    );
    manager.on(LifecycleEvent.AFTER_DEACTIVATE, () =>
      manager.transition(plugin, { toState: LifecycleState.ACTIVE }),
    );
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toContain('100 moves have followed from one call; do its handlers undo each other?');
  });

  it('is an ordinary call again once the move is over, also in what a handler left running', async () => {
    const manager = new LifecycleManager();
    const plugin = createPlugin('csv');
    const gate = createGate();
    let late: Promise<boolean> | undefined;
    manager.on(LifecycleEvent.AFTER_LOAD, () => {
      late = gate.opened.then(() => manager.transition(plugin, { toState: LifecycleState.ACTIVE }));
    });
    await manager.transition(plugin, { toState: LifecycleState.LOADED });
    gate.open();
    expect(await late).toBe(true);
    expect(manager.getState('csv')).toBe(LifecycleState.ACTIVE);
  });
});

describe('a transition asked for inside a move of another plugin', () => {
  it('is waited for', async () => {
    const manager = new LifecycleManager();
    const states: string[] = [];
    manager.on(LifecycleEvent.BEFORE_ACTIVATE, async ({ id }) => {
      if (id !== 'report') return;
      expect(await manager.transition(createPlugin('csv'), { toState: LifecycleState.ACTIVE })).toBe(true);
      states.push(manager.getState('csv'));
    });
    await manager.transition(createPlugin('report'), { toState: LifecycleState.ACTIVE });
    expect(states).toEqual(['active']);
  });

  it('fails the handler that asked, as any call does', async () => {
    const manager = new LifecycleManager();
    const csv = createPlugin('csv', [], { load: () => Promise.reject(new Error('no csv')) });
    manager.on(LifecycleEvent.BEFORE_ACTIVATE, () =>
      manager.transition(csv, { toState: LifecycleState.ACTIVE }),
    );
    await expect(
      manager.transition(createPlugin('report'), { toState: LifecycleState.ACTIVE }),
    ).rejects.toThrow('a handler refused: no csv');
  });

  it('W-58: that comes back to the first plugin does not hang', async () => {
    const manager = new LifecycleManager();
    const answers: string[] = [];
    manager.on(LifecycleEvent.AFTER_LOAD, async ({ id }) => {
      const other = id === 'a' ? 'b' : 'a';
      const isThere = await manager.transition({ id: other }, { toState: LifecycleState.ACTIVE });
      answers.push(`${id} → ${other}: ${String(isThere)}`);
    });
    await manager.transition({ id: 'a' }, { toState: LifecycleState.LOADED });
    expect(answers).toEqual(['b → a: true', 'a → b: true']);
    expect(manager.getPluginsInState(LifecycleState.ACTIVE)).toEqual(['a', 'b']);
  });

  it('W-58: that waits, from two sides, for the other does not hang', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const ring = ['a', 'b', 'c'];
    const answers: boolean[] = [];
    manager.on(LifecycleEvent.AFTER_LOAD, async ({ id }) => {
      await gate.opened;
      const next = ring[(ring.indexOf(id) + 1) % ring.length]!;
      answers.push(await manager.transition({ id: next }, { toState: LifecycleState.ACTIVE }));
    });
    const moves = ring.map((id) => manager.transition({ id }, { toState: LifecycleState.LOADED }));
    await settleMicrotasks();
    gate.open();
    expect(await Promise.all(moves)).toEqual([true, true, true]);
    expect(answers).toEqual([true, true, true]);
    expect(manager.getPluginsInState(LifecycleState.ACTIVE)).toEqual(ring);
  });

  it('W-58: by what a handler further in left running, and the outer handler waits for, does not hang', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    let late: Promise<boolean> | undefined;
    manager.on(LifecycleEvent.BEFORE_LOAD, async ({ id }) => {
      if (id === 'b') {
        late = gate.opened.then(() => manager.transition({ id: 'a' }, { toState: LifecycleState.ACTIVE }));
        return;
      }
      await manager.transition({ id: 'b' }, { toState: LifecycleState.LOADED });
      gate.open();
      expect(await late).toBe(true);
    });
    await manager.transition({ id: 'a' }, { toState: LifecycleState.LOADED });
    expect(manager.getState('a')).toBe(LifecycleState.ACTIVE);
  });

  it('is waited for again once the other has what it was waiting for', async () => {
    const manager = new LifecycleManager();
    const gate = createGate();
    const answers: boolean[] = [];
    manager.on(LifecycleEvent.BEFORE_LOAD, async ({ id }) => {
      if (id !== 'a') return;
      await manager.transition({ id: 'b' }, { toState: LifecycleState.LOADED });
      await gate.opened;
    });
    manager.on(LifecycleEvent.BEFORE_ACTIVATE, async ({ id }) => {
      if (id !== 'b') return;
      answers.push(await manager.transition({ id: 'a' }, { toState: LifecycleState.LOADED }));
    });
    const first = manager.transition({ id: 'a' }, { toState: LifecycleState.LOADED });
    await settleMicrotasks();
    const second = manager.transition({ id: 'b' }, { toState: LifecycleState.ACTIVE });
    await settleMicrotasks();
    expect(answers).toEqual([]);
    gate.open();
    await Promise.all([first, second]);
    expect(answers).toEqual([true]);
  });

  it('W-58: queued behind the very call that waits for it does not hang', async () => {
    const manager = new LifecycleManager();
    // b's handler asks for a, while a's handler waits for b: b's own call must not wait for that.
    manager.on(LifecycleEvent.BEFORE_LOAD, async ({ id }) => {
      if (id === 'a') await manager.transition({ id: 'b' }, { toState: LifecycleState.LOADED });
      else await manager.transition({ id: 'a' }, { toState: LifecycleState.UNLOADED });
    });
    await manager.transition({ id: 'a' }, { toState: LifecycleState.LOADED });
    expect([manager.getState('a'), manager.getState('b')]).toEqual(['unloaded', 'loaded']);
  });
});

describe('a transition that leads over another manager', () => {
  it('W-58: back to a plugin of the first does not hang', async () => {
    const first = new LifecycleManager();
    const second = new LifecycleManager();
    const answers: boolean[] = [];
    first.on(LifecycleEvent.AFTER_LOAD, async () => {
      answers.push(await second.transition({ id: 'csv' }, { toState: LifecycleState.LOADED }));
    });
    second.on(LifecycleEvent.AFTER_LOAD, async () => {
      answers.push(await first.transition({ id: 'csv' }, { toState: LifecycleState.ACTIVE }));
    });
    await first.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    expect(answers).toEqual([true, true]);
    expect([first.getState('csv'), second.getState('csv')]).toEqual(['active', 'loaded']);
  });
});

describe("the host's own asynchronous context", () => {
  it('is there in handlers and steps, also after a wait behind another caller', async () => {
    const storage = new AsyncLocalStorage<string>();
    const manager = new LifecycleManager();
    const seen: (string | undefined)[] = [];
    const see = (): void => {
      seen.push(storage.getStore());
    };
    const plugin = createPlugin('csv', [], { load: see, activate: see });
    await Promise.all([
      storage.run('request 1', () => manager.transition(plugin, { toState: LifecycleState.LOADED })),
      storage.run('request 2', () => manager.transition(plugin, { toState: LifecycleState.ACTIVE })),
    ]);
    expect(seen).toEqual(['request 1', 'request 2']);
  });
});
