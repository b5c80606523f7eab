import { RestartSupervisor } from '@truthound/lifecycle';
import { LifecycleState, SandboxError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { PluginHeldError, PluginNotActiveError } from '../../src/index.ts';
import { manage, next } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

interface Crasher {
  ping(): string;
  crash(): void;
  hang(): void;
}

const CODE =
  'export const ping = () => "pong"; export const crash = () => process.exit(3); export const hang = () => new Promise(() => {});';

/** Restarts that wait for nothing. */
const AT_ONCE = { initialDelayMs: 0, maxDelayMs: 0 };

async function crash(handle: { call(name: 'crash'): Promise<unknown> }): Promise<unknown> {
  return handle.call('crash').catch((error: unknown) => error);
}

describe('a plugin whose guest dies', () => {
  it('is started again, and its handle works on', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('crasher', { code: CODE });
    await using manager = await manage(workshop, { restart: AT_ONCE });
    const handle = await manager.load<Crasher>('crasher');
    const restarted = new Promise<void>((resolve) => {
      manager.on('supervision', ({ type }) => {
        if (type === 'restarted') resolve();
      });
    });
    const crashed = next(manager, 'crashed');
    const inFlight = handle.call('hang').catch((error: unknown) => error);
    const failure = await crash(handle);
    expect(failure).toBeInstanceOf(SandboxError);
    expect((failure as Error).message).toMatch(/exit code 3/);
    expect(await inFlight).toBeInstanceOf(SandboxError);
    expect((await crashed).pluginId).toBe('crasher');
    await restarted;
    expect(handle.state).toBe(LifecycleState.ACTIVE);
    expect(await handle.call('ping')).toBe('pong');
  });

  it('goes into quarantine with the reason when its restarts are spent, and comes back once it is released', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('crasher', { code: CODE });
    await using manager = await manage(workshop, { restart: { ...AT_ONCE, maxRestarts: 0 } });
    const handle = await manager.load<Crasher>('crasher');
    const told = next(manager, 'supervision');
    await crash(handle);
    expect(await told).toMatchObject({ type: 'quarantined', pluginId: 'crasher' });
    expect(manager.quarantined).toHaveLength(1);
    expect(manager.quarantined[0]?.reason).toMatch(/crashed 1 times/);
    await expect(handle.call('ping')).rejects.toThrow(PluginNotActiveError);
    await expect(manager.load('crasher')).rejects.toThrow(PluginHeldError);
    await expect(manager.load('crasher')).rejects.toThrow(/in quarantine since/);
    expect(manager.release('crasher')).toBe(true);
    expect(manager.release('crasher')).toBe(false);
    await manager.load('crasher');
    expect(await handle.call('ping')).toBe('pong');
  });

  it('stays down where the configuration says so', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('crasher', { code: CODE });
    await using manager = await manage(workshop, { restart: false });
    const events: string[] = [];
    manager.on('supervision', ({ type }) => events.push(type));
    const handle = await manager.load<Crasher>('crasher');
    const failed = new Promise<void>((resolve) => {
      manager.lifecycle.on('on-error', () => {
        resolve();
      });
    });
    await crash(handle);
    await failed;
    expect(handle.state).toBe(LifecycleState.ERROR);
    expect(events).toEqual([]);
    await manager.load('crasher');
    expect(await handle.call('ping')).toBe('pong');
  });

  it('is not started again once it was unloaded', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('crasher', { code: CODE });
    const timers: (() => void)[] = [];
    await using manager = await manage(
      workshop,
      {},
      {
        createSupervisor: (options) =>
          new RestartSupervisor({
            ...options,
            setTimer: (callback) => {
              timers.push(callback);
              return () => timers.splice(timers.indexOf(callback), 1);
            },
          }),
      },
    );
    const handle = await manager.load<Crasher>('crasher');
    const told = next(manager, 'supervision');
    await crash(handle);
    expect(await told).toMatchObject({ type: 'restart-scheduled', attempt: 1 });
    expect(timers).toHaveLength(1);
    await manager.unload('crasher');
    expect(timers).toHaveLength(0);
    expect(handle.state).toBe(LifecycleState.UNLOADED);
  });

  it('serves on where only one of its instances died, and gets another in its place', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('crasher', { code: `${CODE} export const pid = () => process.pid;` });
    await using manager = await manage(workshop, { restart: AT_ONCE, instances: { crasher: 2 } });
    const handle = await manager.load<Crasher & { pid(): number }>('crasher');
    const pids = async (): Promise<number> =>
      new Set(await Promise.all([handle.call('pid'), handle.call('pid')])).size;
    expect(await pids()).toBe(2);
    const states: LifecycleState[] = [];
    manager.lifecycle.on('on-error', (_plugin, _event, { toState }) => states.push(toState));
    const restarted = new Promise<void>((resolve) => {
      manager.on('supervision', ({ type }) => {
        if (type === 'restarted') resolve();
      });
    });
    await crash(handle);
    expect(await handle.call('ping')).toBe('pong');
    await restarted;
    expect(await pids()).toBe(2);
    expect(states).toEqual([]);
  });
});

describe('safe mode', () => {
  it('loads nothing until it is left', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop, { safeMode: true, autoLoad: true });
    expect(manager.listPlugins()[0]?.state).toBe(LifecycleState.DISCOVERED);
    await expect(manager.load('ponger')).rejects.toThrow(/safe mode is on/);
    expect(manager.leaveSafeMode()).toBe(true);
    expect((await manager.load('ponger')).state).toBe(LifecycleState.ACTIVE);
  });
});
