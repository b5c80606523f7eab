import { LifecycleState, ValidationError } from '@truthound/protocols';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { RestartSupervisor } from '../../src/crash/restart-supervisor.ts';
import type {
  RestartContext,
  RestartSupervisorOptions,
  SupervisorEvent,
} from '../../src/crash/supervisor-options.ts';
import { parseSupervisorSnapshot } from '../../src/crash/supervisor-snapshot.ts';
import { LifecycleManager } from '../../src/lifecycle-manager.ts';
import { createGate, createPlugin, settleMicrotasks } from '../recording-plugin.ts';

const crash = { error: new Error('segmentation fault') };

/** A supervisor whose time only passes when it is told to. */
function setUp(options: Partial<RestartSupervisorOptions> = {}): {
  supervisor: RestartSupervisor;
  events: SupervisorEvent[];
  restarts: { pluginId: string; context: RestartContext }[];
  advance: (ms: number) => Promise<void>;
} {
  let nowMs = Date.UTC(2026, 10, 25);
  const timers = new Set<{ callback: () => void; atMs: number }>();
  const events: SupervisorEvent[] = [];
  const restarts: { pluginId: string; context: RestartContext }[] = [];
  const supervisor = new RestartSupervisor({
    policy: {
      initialDelayMs: 100,
      maxDelayMs: 1000,
      backoffFactor: 2,
      jitter: 0,
      maxRestarts: 2,
      windowMs: 10_000,
    },
    now: () => new Date(nowMs),
    random: () => 0,
    setTimer: (callback, delayMs) => {
      const timer = { callback, atMs: nowMs + delayMs };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    onEvent: (event) => void events.push(event),
    ...options,
    restart: async (pluginId, context) => {
      restarts.push({ pluginId, context });
      await options.restart?.(pluginId, context);
    },
  });
  const advance = async (ms: number): Promise<void> => {
    nowMs += ms;
    for (const timer of timers) {
      if (timer.atMs > nowMs) continue;
      timers.delete(timer);
      timer.callback();
    }
    await settleMicrotasks();
  };
  return { supervisor, events, restarts, advance };
}

describe('a crashed plugin', () => {
  it('is restarted after the wait, not before', async () => {
    const { supervisor, events, restarts, advance } = setUp();
    supervisor.reportHealthy('csv', { version: '1.0.0' });
    expect(supervisor.reportCrash('csv', crash)).toEqual({ type: 'restart', attempt: 1, delayMs: 100 });
    await advance(99);
    expect(restarts).toEqual([]);
    await advance(1);
    expect(restarts).toMatchObject([
      { pluginId: 'csv', context: { attempt: 1, error: crash.error, lastKnownGood: { version: '1.0.0' } } },
    ]);
    expect(events).toEqual([
      { type: 'restart-scheduled', pluginId: 'csv', attempt: 1, delayMs: 100 },
      { type: 'restarted', pluginId: 'csv', attempt: 1 },
    ]);
  });

  it('waits longer each time and is put in quarantine when its budget is spent', async () => {
    const { supervisor, events, restarts, advance } = setUp();
    supervisor.reportCrash('csv', crash);
    await advance(100);
    expect(supervisor.reportCrash('csv', crash)).toMatchObject({ attempt: 2, delayMs: 200 });
    await advance(200);
    const last = supervisor.reportCrash('csv', crash);
    expect(last.type).toBe('quarantine');
    expect(supervisor.reportCrash('csv', crash)).toEqual(last);
    supervisor.reportHealthy('other', { version: '1.0.0' });
    await advance(100_000);
    expect(restarts).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ type: 'quarantined', pluginId: 'csv', error: crash.error });
    expect(supervisor.listQuarantined()).toEqual([
      {
        pluginId: 'csv',
        reason: expect.stringContaining('crashed 3 times within 10 s') as string,
        since: '2026-11-25T00:00:00.300Z',
        lastError: 'segmentation fault',
      },
    ]);
    expect(supervisor.canLoad('csv')).toEqual({
      isAllowed: false,
      reason: expect.stringMatching(
        /^plugin "csv" is in quarantine since 2026-11-25T00:00:00.300Z: crashed 3 times/,
      ) as string,
    });
    expect(supervisor.canLoad('other')).toEqual({ isAllowed: true });
  });

  it('whose restart fails has crashed again', async () => {
    const { supervisor, events, restarts, advance } = setUp({
      restart: () => Promise.reject(new Error('no port free')),
    });
    supervisor.reportCrash('csv', crash);
    await advance(100);
    await advance(200);
    expect(restarts.map(({ context }) => context.error.message)).toEqual([
      'segmentation fault',
      'no port free',
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'quarantined', error: { message: 'no port free' } });
  });

  it('that is told of twice has crashed once', async () => {
    const { supervisor, restarts, advance } = setUp();
    const first = supervisor.reportCrash('csv', crash);
    expect(supervisor.reportCrash('csv', crash)).toBe(first);
    await advance(100);
    expect(restarts).toHaveLength(1);
  });

  it('that crashes while it is being restarted is restarted once more', async () => {
    const gate = createGate();
    const { supervisor, events, advance } = setUp({ restart: () => gate.opened });
    supervisor.reportCrash('csv', crash);
    await advance(100);
    supervisor.reportCrash('csv', { error: new Error('again') });
    supervisor.reportCrash('csv', { error: new Error('and the echo of it') });
    gate.open();
    await settleMicrotasks();
    expect(events).toMatchObject([
      { type: 'restart-scheduled', attempt: 1 },
      { type: 'restart-scheduled', attempt: 2 },
    ]);
  });

  it('that has run well for the length of the window has its whole budget again', async () => {
    const { supervisor, advance } = setUp();
    supervisor.reportCrash('csv', crash);
    await advance(100);
    await advance(10_000);
    expect(supervisor.reportCrash('csv', crash)).toMatchObject({ attempt: 1, delayMs: 100 });
  });

  it('does not use up the budget of another', async () => {
    const { supervisor, advance } = setUp();
    for (let round = 0; round < 3; round += 1) {
      supervisor.reportCrash('csv', crash);
      await advance(1000);
    }
    expect(supervisor.reportCrash('xml', crash)).toMatchObject({ type: 'restart', attempt: 1 });
  });
});

describe('quarantine', () => {
  const strict = { policy: { maxRestarts: 0 } };

  it('ends with release, which gives the whole budget back and keeps the last known good version', async () => {
    const { supervisor, events } = setUp(strict);
    expect(supervisor.release('csv')).toBe(false);
    supervisor.reportHealthy('csv', { version: '1.0.0' });
    supervisor.reportCrash('csv', crash);
    expect(supervisor.release('csv')).toBe(true);
    expect(supervisor.release('csv')).toBe(false);
    expect(supervisor.canLoad('csv')).toEqual({ isAllowed: true });
    expect(supervisor.getLastKnownGood('csv')).toEqual({ version: '1.0.0', at: '2026-11-25T00:00:00.000Z' });
    expect(events.at(-1)).toEqual({ type: 'released', pluginId: 'csv' });
    expect(supervisor.toJSON().plugins['csv']?.crashTimesMs).toEqual([]);
  });

  it('of a plugin without a last known good version ends as well', () => {
    const { supervisor } = setUp(strict);
    supervisor.reportCrash('csv', crash);
    expect(supervisor.release('csv')).toBe(true);
    expect(supervisor.getLastKnownGood('csv')).toBeUndefined();
  });

  it('outlives the host, and so does what else is remembered', () => {
    const before = setUp(strict).supervisor;
    before.reportHealthy('csv', { version: '1.0.0' });
    before.reportCrash('csv', crash);
    const stored = JSON.stringify(before);
    const after = setUp({ snapshot: parseSupervisorSnapshot(JSON.parse(stored)) }).supervisor;
    expect(after.canLoad('csv').isAllowed).toBe(false);
    expect(after.getLastKnownGood('csv')?.version).toBe('1.0.0');
    expect(JSON.stringify(after)).toBe(stored);
  });

  it('is forgotten with the plugin', () => {
    const { supervisor } = setUp(strict);
    expect(supervisor.forget('csv')).toBe(false);
    supervisor.reportCrash('csv', crash);
    expect(supervisor.forget('csv')).toBe(true);
    expect(supervisor.canLoad('csv')).toEqual({ isAllowed: true });
  });
});

describe('a snapshot', () => {
  const faults: [unknown, string][] = [
    [null, 'must be an object with "formatVersion" 1'],
    [[], 'must be an object with "formatVersion" 1'],
    [{ formatVersion: 2, plugins: {} }, '"formatVersion" 1'],
    [{ formatVersion: 1, plugins: [] }, 'an object "plugins"'],
    [{ formatVersion: 1, plugins: { csv: 7 } }, 'plugins["csv"] must be an object'],
    [{ formatVersion: 1, plugins: { csv: {} } }, 'plugins["csv"].crashTimesMs must be a list of times'],
    [{ formatVersion: 1, plugins: { csv: { crashTimesMs: ['x'] } } }, 'plugins["csv"].crashTimesMs must be'],
    [
      { formatVersion: 1, plugins: { csv: { crashTimesMs: [], quarantine: { reason: 'x' } } } },
      '.quarantine must have',
    ],
    [
      { formatVersion: 1, plugins: { csv: { crashTimesMs: [], quarantine: false } } },
      '.quarantine must have',
    ],
    [
      { formatVersion: 1, plugins: { csv: { crashTimesMs: [], lastKnownGood: {} } } },
      '.lastKnownGood must have',
    ],
  ];

  test.each(faults)('%j is refused', (data, message) => {
    expect(() => parseSupervisorSnapshot(data)).toThrow(ValidationError);
    expect(() => parseSupervisorSnapshot(data)).toThrow(message);
  });

  it('may name a plugin like a property of every object', () => {
    const data: unknown = JSON.parse('{"formatVersion":1,"plugins":{"__proto__":{"crashTimesMs":[1]}}}');
    const { supervisor } = setUp({ snapshot: parseSupervisorSnapshot(data) });
    expect(JSON.stringify(supervisor)).toBe(JSON.stringify(data));
  });
});

describe('stopping', () => {
  it('cancels a restart that waits', async () => {
    const { supervisor, restarts, advance } = setUp();
    expect(supervisor.stop('csv')).toBe(false);
    supervisor.reportCrash('csv', crash);
    expect(supervisor.stop('csv')).toBe(true);
    await advance(100_000);
    expect(restarts).toEqual([]);
  });

  it('aborts a restart under way, whose end then counts for nothing', async () => {
    const gate = createGate();
    const { supervisor, events, restarts, advance } = setUp({
      restart: async () => {
        await gate.opened;
        throw new Error('stopped');
      },
    });
    supervisor.reportCrash('csv', crash);
    await advance(100);
    supervisor.stop('csv');
    expect(restarts[0]?.context.signal.aborted).toBe(true);
    gate.open();
    await settleMicrotasks();
    expect(events).toHaveLength(1);
    expect(supervisor.reportCrash('csv', crash)).toMatchObject({ attempt: 2 });
  });

  it('by forgetting a plugin that waits for its restart says that it was known', () => {
    const { supervisor } = setUp();
    supervisor.reportCrash('csv', crash);
    expect(supervisor.forget('csv')).toBe(true);
    expect(supervisor.forget('csv')).toBe(false);
  });

  it('everything, by disposing: crashes told later are held', async () => {
    const { supervisor, restarts, advance } = setUp();
    supervisor.reportCrash('csv', crash);
    supervisor[Symbol.dispose]();
    supervisor[Symbol.dispose]();
    await advance(100_000);
    expect(restarts).toEqual([]);
    expect(supervisor.reportCrash('csv', crash)).toEqual({
      type: 'hold',
      reason: 'the supervisor was disposed',
    });
  });
});

describe('safe mode', () => {
  it('loads nothing, restarts nothing and counts nothing, until it is left', async () => {
    const { supervisor, events, restarts, advance } = setUp();
    supervisor.reportCrash('csv', crash);
    supervisor.enterSafeMode('the host did not start three times');
    await advance(100_000);
    expect(restarts).toEqual([]);
    const reason =
      'safe mode is on, so no plugin is loaded: the host did not start three times; call leaveSafeMode() to go on';
    expect(supervisor.safeMode).toBe('the host did not start three times');
    expect(supervisor.canLoad('any')).toEqual({ isAllowed: false, reason });
    expect(supervisor.reportCrash('csv', crash)).toEqual({ type: 'hold', reason });
    expect(supervisor.leaveSafeMode()).toBe(true);
    expect(supervisor.leaveSafeMode()).toBe(false);
    expect(supervisor.canLoad('any')).toEqual({ isAllowed: true });
    expect(events.slice(1)).toEqual([
      { type: 'safe-mode', reason: 'the host did not start three times' },
      { type: 'safe-mode', reason: undefined },
    ]);
  });

  it('can be on from the start', () => {
    expect(setUp({ safeMode: 'started with --safe-mode' }).supervisor.canLoad('csv').isAllowed).toBe(false);
  });
});

describe('on a real clock', () => {
  afterEach(() => void vi.useRealTimers());

  it('brings a plugin of the lifecycle back from error', async () => {
    vi.useFakeTimers();
    const lifecycle = new LifecycleManager();
    const plugin = createPlugin('csv');
    await lifecycle.transition(plugin, { toState: LifecycleState.ACTIVE });
    const supervisor = new RestartSupervisor({
      restart: (id, { signal }) => lifecycle.transition({ id }, { toState: LifecycleState.ACTIVE, signal }),
    });
    await lifecycle.transitionToError(plugin, crash);
    const decision = supervisor.reportCrash('csv', crash);
    expect(decision).toMatchObject({ type: 'restart', attempt: 1 });
    await vi.advanceTimersByTimeAsync(500);
    expect(lifecycle.getState('csv')).toBe(LifecycleState.ACTIVE);
    supervisor.reportCrash('csv', crash);
    supervisor.stop('csv');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes its jitter from an unpredictable source, within the bounds', () => {
    using supervisor = new RestartSupervisor({
      restart: async () => undefined,
      policy: { initialDelayMs: 1_000_000, maxDelayMs: 1_000_000, jitter: 1 },
    });
    const waits = Array.from({ length: 20 }, (_, index) => {
      const decision = supervisor.reportCrash(`plugin-${index}`, crash);
      return decision.type === 'restart' ? decision.delayMs : -1;
    });
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect(waits.every((wait) => wait >= 0 && wait <= 1_000_000)).toBe(true);
  });
});

it('goes on when the one who listens fails', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const { supervisor, restarts, advance } = setUp({
    onEvent: () => {
      throw new Error('pager is down');
    },
  });
  supervisor.reportCrash('csv', crash);
  await advance(100);
  expect(restarts).toHaveLength(1);
  expect(warn.mock.calls[0]?.[0]).toMatchObject({ message: 'pager is down' });
});
