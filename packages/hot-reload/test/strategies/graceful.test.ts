import { ReloadError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { NEVER } from '../../src/departure.ts';
import { drain } from '../../src/strategies/graceful.ts';
import type { Leaving } from '../../src/strategies/reload-plan.ts';
import { askVersion, beginCall } from '../support/calls.ts';
import { PLUGIN, createSetup } from '../support/create-setup.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const strategy = ReloadStrategy.GRACEFUL;

describe('drain', () => {
  function createLeaving(signals: {
    hurry?: AbortSignal;
    keep?: AbortSignal;
  }): Leaving & { readonly cut: Error[] } {
    const cut: Error[] = [];
    return {
      cut,
      instance: {
        idle: () => new Promise(() => undefined),
        interrupt: async (reason) => cut.push(reason),
      },
      drainLimitMs: Infinity,
      clock: new VirtualClock(),
      hurry: NEVER,
      keep: NEVER,
      createInterruption: (why) => new Error(why),
      ...signals,
    };
  }

  it('leaves calls alone when it is known before that the instance serves on', async () => {
    const leaving = createLeaving({ keep: AbortSignal.abort(), hurry: AbortSignal.abort() });
    expect(await drain(leaving)).toBe(0);
    expect(leaving.cut).toEqual([]);
  });

  it('does not wait when it is known before that there is no time', async () => {
    const leaving = createLeaving({ hurry: AbortSignal.abort() });
    expect(await drain(leaving)).toBe(1);
    expect(leaving.cut[0]?.message).toContain('told to end at once');
  });
});

describe('GRACEFUL', () => {
  it('W-62: lets a call in flight finish on the version it began on', async () => {
    const setup = createSetup();
    const { manager, clock, loader } = setup;
    const call = await beginCall(setup);
    const reload = manager.reload(PLUGIN, { strategy });
    await clock.advance(10_000);
    expect(loader.serving[0]?.version).toBe('2.0.0');
    loader.all[0]?.finish();

    expect(await call.outcome).toEqual({ answer: '1.0.0' });
    expect(await clock.until(reload)).toMatchObject({ success: true, drained: 1, aborted: 0 });
  });

  it('W-62: sends calls that begin during the drain to the new version', async () => {
    const setup = createSetup();
    await beginCall(setup);
    const reload = setup.manager.reload(PLUGIN, { strategy });
    await setup.clock.advance(1_000);
    expect(await askVersion(setup)).toBe('2.0.0');
    setup.loader.all[0]?.finish();
    await setup.clock.until(reload);
  });

  it('W-62: cuts off calls that outlast the limit, with an error that says so', async () => {
    const setup = createSetup({ options: { drainTimeoutMs: 2_000 } });
    const { manager, clock, loader } = setup;
    const quick = await beginCall(setup);
    const slow = await beginCall(setup);
    const reload = manager.reload(PLUGIN, { strategy });
    await clock.advance(1_999);
    loader.all[0]?.finish(1);
    await clock.settle();
    expect(loader.all[0]?.callsInFlight).toBe(1);

    const result = await clock.until(reload);
    expect(result).toMatchObject({ success: true, drained: 1, aborted: 1, reloadTimeMs: 2_000 });
    expect(await quick.outcome).toEqual({ answer: '1.0.0' });
    const outcome = await slow.outcome;
    const error = 'error' in outcome ? outcome.error : undefined;
    expect(error).toBeInstanceOf(ReloadError);
    expect((error as ReloadError).step).toBe('interrupted');
    expect(error?.message).toBe(
      'a call of plugin "csv" was cut off by its reload: 1.0.0 stopped serving while the call ran: ' +
        'it did not finish within 2000 ms (drainTimeoutMs)',
    );
  });

  it('waits for nobody when nothing is in flight', async () => {
    const { manager, clock } = createSetup({ options: { bakeTimeMs: 0 } });
    expect(await clock.until(manager.reload(PLUGIN, { strategy }))).toMatchObject({ reloadTimeMs: 0 });
  });

  it('replaces all instances in one tick', async () => {
    const { manager, clock, loader } = createSetup({ instanceCount: 4 });
    const seen = new Set<string>();
    const switchInstance = loader.switchInstance.bind(loader);
    loader.switchInstance = (...args) => {
      switchInstance(...args);
      queueMicrotask(() => seen.add(loader.serving.map(({ version }) => version).join()));
    };
    await clock.until(manager.reload(PLUGIN, { strategy }));
    expect([...seen]).toEqual(['2.0.0,2.0.0,2.0.0,2.0.0']);
  });

  it('goes on when an instance cannot tell when it is idle', async () => {
    const setup = createSetup();
    const call = await beginCall(setup);
    setup.loader.all[0]!.idle = () => Promise.reject(new Error('guest is gone'));
    const result = await setup.clock.until(setup.manager.reload(PLUGIN, { strategy }));
    expect(result).toMatchObject({ success: true, drained: 0, aborted: 1 });
    expect(await call.outcome).toHaveProperty('error');
  });

  it('goes on, and warns, when calls cannot be cut off', async () => {
    const setup = createSetup({ options: { drainTimeoutMs: 1_000 } });
    await beginCall(setup);
    setup.loader.all[0]!.interrupt = () => new Promise(() => undefined);
    const result = await setup.clock.until(setup.manager.reload(PLUGIN, { strategy }));
    expect(result).toMatchObject({ success: true, drained: 0, aborted: 1 });
    expect(setup.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('calls on 1.0.0 could not be cut off'),
    ]);
  });
});
