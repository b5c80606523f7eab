import {
  InvalidTransitionError,
  LifecycleEvent,
  type LifecycleEventData,
  type LifecycleHandler,
  LifecycleState,
  ValidationError,
} from '@truthound/protocols';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { BackgroundErrorContext } from '../src/background-error.ts';
import { LifecycleManager } from '../src/lifecycle-manager.ts';
import { LifecycleTimeoutError } from '../src/lifecycle-timeout-error.ts';
import { catchRejection, createPlugin, describeHistory } from './recording-plugin.ts';

describe('a before-handler', () => {
  const cause = new Error('the licence has run out');
  test.each<{ how: string; handler: LifecycleHandler; reason: string; cause?: unknown }>([
    { how: 'answers a veto', handler: () => ({ veto: 'maintenance' }), reason: 'maintenance' },
    { how: 'promises a veto', handler: async () => ({ veto: 'maintenance' }), reason: 'maintenance' },
    { how: 'gives no reason', handler: () => ({ veto: '' }), reason: 'no reason given' },
    { how: 'gives a reason that is no text', handler: () => ({ veto: true }), reason: 'no reason given' },
    {
      how: 'throws',
      handler: () => {
        throw cause;
      },
      reason: cause.message,
      cause,
    },
    { how: 'rejects', handler: () => Promise.reject(cause), reason: cause.message, cause },
  ])('W-59: refuses a move when it $how', async ({ handler, reason, cause: expectedCause }) => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    const plugin = createPlugin('csv', log);
    await manager.transition(plugin, { toState: LifecycleState.LOADED });
    manager.on(LifecycleEvent.BEFORE_ACTIVATE, handler);

    const move = manager.transition(plugin, { toState: LifecycleState.ACTIVE });

    await expect(move).rejects.toBeInstanceOf(InvalidTransitionError);
    await expect(move).rejects.toMatchObject({
      from: 'loaded',
      to: 'activating',
      allowed: ['activating', 'unloading', 'error'],
      vetoReason: reason,
      message: `plugin "csv" cannot move from "loaded" to "activating": a handler refused: ${reason}`,
    });
    await expect(move.catch((error: unknown) => (error as Error).cause)).resolves.toBe(expectedCause);
    expect(manager.getState('csv')).toBe(LifecycleState.LOADED);
    expect(describeHistory(manager.getHistory('csv'))).toEqual(['discovered→loading', 'loading→loaded']);
    expect(log).toEqual(['load()']);
  });

  it('that refuses a later move leaves the plugin where the walk had got to', async () => {
    const manager = new LifecycleManager();
    manager.on(LifecycleEvent.BEFORE_ACTIVATE, () => ({ veto: 'not today' }));
    const move = manager.transition(createPlugin('csv'), { toState: LifecycleState.ACTIVE });
    await expect(move).rejects.toThrow('not today');
    expect(manager.getState('csv')).toBe(LifecycleState.LOADED);
  });

  test.each([[undefined], [null], [true], ['veto'], [{}], [{ veto: undefined }]])(
    'lets the move be made when it answers %j',
    async (answer) => {
      const manager = new LifecycleManager();
      manager.on(LifecycleEvent.BEFORE_LOAD, () => answer);
      await manager.transition(createPlugin('csv'), { toState: LifecycleState.LOADED });
      expect(manager.getState('csv')).toBe(LifecycleState.LOADED);
    },
  );

  it('that refuses keeps those after it from being asked', async () => {
    const manager = new LifecycleManager();
    const asked: string[] = [];
    manager.on(LifecycleEvent.BEFORE_LOAD, () => void asked.push('first'));
    manager.on(LifecycleEvent.BEFORE_LOAD, () => ({ veto: 'no' }));
    manager.on(LifecycleEvent.BEFORE_LOAD, () => void asked.push('third'));
    await expect(manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED })).rejects.toThrow('no');
    expect(asked).toEqual(['first']);
  });
});

describe('handlers', () => {
  it('are awaited one after another in the order they were added', async () => {
    const manager = new LifecycleManager();
    const log: string[] = [];
    manager.on(LifecycleEvent.AFTER_LOAD, async () => {
      log.push('slow begins');
      await Promise.resolve();
      log.push('slow ends');
    });
    manager.on(LifecycleEvent.AFTER_LOAD, () => void log.push('quick'));
    await manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    expect(log).toEqual(['slow begins', 'slow ends', 'quick']);
  });

  it('are told the plugin, the event and what is happening, in a form they cannot change', async () => {
    const at = new Date(0);
    const manager = new LifecycleManager({ now: () => at });
    const plugin = createPlugin('csv');
    manager.register(plugin);
    const seen: LifecycleEventData[] = [];
    const look: LifecycleHandler = (who, _event, data) => {
      expect(who).toBe(plugin);
      expect(Object.isFrozen(data)).toBe(true);
      seen.push(data);
    };
    manager.on(LifecycleEvent.BEFORE_LOAD, look);
    manager.on(LifecycleEvent.AFTER_LOAD, look);
    await manager.transition(plugin, { toState: LifecycleState.LOADED, metadata: { by: 'Ann' } });
    const common = { metadata: { by: 'Ann' }, timestamp: at, error: undefined };
    expect(seen).toEqual([
      { fromState: 'discovered', toState: 'loading', durationMs: undefined, ...common },
      { fromState: 'loading', toState: 'loaded', durationMs: expect.any(Number) as number, ...common },
    ]);
  });

  it('end with `off`, with what `on` answered, and with `using`', async () => {
    const manager = new LifecycleManager();
    let calls = 0;
    const handler = (): void => {
      calls += 1;
    };
    const unsubscribe = manager.on(LifecycleEvent.AFTER_LOAD, handler);
    manager.on(LifecycleEvent.AFTER_LOAD, handler);
    unsubscribe();
    unsubscribe();
    await manager.transition({ id: 'a' }, { toState: LifecycleState.LOADED });
    expect(calls).toBe(1);
    expect(manager.off(LifecycleEvent.AFTER_LOAD, handler)).toBe(true);
    expect(manager.off(LifecycleEvent.AFTER_LOAD, handler)).toBe(false);
    manager.on(LifecycleEvent.AFTER_LOAD, handler)[Symbol.dispose]();
    await manager.transition({ id: 'b' }, { toState: LifecycleState.LOADED });
    expect(calls).toBe(1);
  });

  it('are not called once they were removed, even by one before them', async () => {
    const manager = new LifecycleManager();
    const removed = vi.fn();
    manager.on(LifecycleEvent.AFTER_LOAD, () => manager.off(LifecycleEvent.AFTER_LOAD, removed));
    manager.on(LifecycleEvent.AFTER_LOAD, removed);
    await manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    expect(removed).not.toHaveBeenCalled();
  });

  it('of an event that does not exist are refused', () => {
    const manager = new LifecycleManager();
    const event = 'onLoad' as LifecycleEvent;
    expect(() => manager.on(event, () => undefined)).toThrow(ValidationError);
    expect(() => manager.off(event, () => undefined)).toThrow(
      /"onLoad" does not exist; the events are before-load, /,
    );
  });
});

describe('a handler that fails after the fact', () => {
  it('W-59: is reported, stops neither the rest nor the move', async () => {
    const reports: [Error, BackgroundErrorContext][] = [];
    const manager = new LifecycleManager({ onBackgroundError: (...report) => void reports.push(report) });
    const error = new Error('mail server is down');
    const rest = vi.fn();
    manager.on(LifecycleEvent.AFTER_LOAD, () => Promise.reject(error));
    manager.on(LifecycleEvent.AFTER_LOAD, () => ({ veto: 'too late to refuse' }));
    manager.on(LifecycleEvent.AFTER_LOAD, rest);
    expect(await manager.transition({ id: 'csv' }, { toState: LifecycleState.ACTIVE })).toBe(true);
    expect(rest).toHaveBeenCalledTimes(1);
    expect(reports).toEqual([[error, { pluginId: 'csv', source: 'handler', about: 'after-load' }]]);
  });

  it('is a process warning where nobody listens', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const manager = new LifecycleManager();
    const error = new Error('mail server is down');
    delete error.stack;
    manager.on(LifecycleEvent.AFTER_LOAD, () => Promise.reject(error));
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- handlers are foreign code and may reject with anything
    manager.on(LifecycleEvent.AFTER_LOAD, () => Promise.reject('a text'));
    await manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      'plugin "csv", handler (after-load): mail server is down',
      'plugin "csv", handler (after-load): a value that is no Error was thrown: a text',
    ]);
  });

  it('is a warning also where the listener fails itself', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const onBackgroundError = (): never => {
      throw new Error('listener broke');
    };
    const manager = new LifecycleManager({ onBackgroundError });
    manager.on(LifecycleEvent.AFTER_LOAD, () => Promise.reject(new Error('handler broke')));
    await manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      'plugin "csv", handler (after-load): handler broke',
      'plugin "csv", handler (onBackgroundError): listener broke',
    ]);
  });
});

describe('a handler that never ends', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('refuses the move when its time is up, if it was asked before', async () => {
    const manager = new LifecycleManager({ handlerTimeoutMs: 50 });
    manager.on(LifecycleEvent.BEFORE_LOAD, () => new Promise(() => undefined));
    const move = manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    const outcome = catchRejection(move);
    await vi.advanceTimersByTimeAsync(50);
    expect(await outcome).toMatchObject({
      vetoReason:
        '"before-load" of plugin "csv" was given up after 50 ms (option handlerTimeoutMs of LifecycleManager)',
      cause: expect.any(LifecycleTimeoutError) as Error,
    });
    expect(manager.getState('csv')).toBe(LifecycleState.DISCOVERED);
  });

  it('is reported and passed over, if it was told after', async () => {
    const reports: Error[] = [];
    const manager = new LifecycleManager({
      handlerTimeoutMs: 50,
      onBackgroundError: (error) => void reports.push(error),
    });
    manager.on(LifecycleEvent.AFTER_LOAD, () => new Promise(() => undefined));
    const move = manager.transition({ id: 'csv' }, { toState: LifecycleState.LOADED });
    await vi.advanceTimersByTimeAsync(50);
    expect(await move).toBe(true);
    expect(reports).toMatchObject([
      { code: 'ERR_LIFECYCLE_TIMEOUT', pluginId: 'csv', phase: 'after-load', timeoutMs: 50 },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
