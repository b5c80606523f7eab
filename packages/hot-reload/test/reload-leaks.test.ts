import { getEventListeners } from 'node:events';
import { queryObjects } from 'node:v8';
import { ReloadStrategy } from '@truthound/protocols';
import { expect, it } from 'vitest';
import { NEVER } from '../src/departure.ts';
import { beginCall } from './support/calls.ts';
import { PLUGIN, createSetup } from './support/create-setup.ts';
import { FakeInstance, createBehaviour } from './support/fake-plugin.ts';

const RELOADS = 1_000;
const STRATEGIES = Object.values(ReloadStrategy);

/** What a host would hold more and more of. Asking V8 for objects collects garbage first. */
function measure(): { readonly instances: number; readonly signals: number; readonly heapMb: number } {
  return {
    instances: queryObjects(FakeInstance, { format: 'count' }),
    signals: queryObjects(AbortSignal, { format: 'count' }),
    heapMb: process.memoryUsage().heapUsed / 1e6,
  };
}

it(
  `holds the same after ${RELOADS} reloads of every kind and outcome as after ten`,
  { timeout: 180_000 },
  async () => {
    // Errors that a test keeps would hold, by their stack, what they tell of.
    const options = { onWarning: () => undefined };
    const setup = createSetup({ instanceCount: 2, v1: { hasState: true }, options });
    const { manager, loader, lifecycle, clock } = setup;
    // One signal for all, as a host that stops on SIGTERM has it.
    const { signal } = new AbortController();
    const outcomes = new Set<string>();

    const reload = async (round: number): Promise<void> => {
      loader.onDisk = createBehaviour(`1.0.${round}`, {
        hasState: round % 2 === 0,
        health: () => ({ isHealthy: round % 5 !== 1 }),
      });
      const call = await beginCall(setup, round);
      const reloading = manager.reload(PLUGIN, { strategy: STRATEGIES[round % STRATEGIES.length]!, signal });
      await clock.settle();
      for (const instance of loader.all) instance.finish();
      if (round % 7 === 3) loader.serving[0]?.crash();
      const { success, rolledBack } = await clock.until(reloading);
      outcomes.add(`${String(success)} ${String(rolledBack)}`);
      await call.outcome;
      // What the fakes keep for other tests.
      loader.all.splice(0, loader.all.length, ...loader.live);
      lifecycle.history.length = 0;
    };

    for (let round = 0; round < 10; round += 1) await reload(round);
    const before = measure();
    for (let round = 10; round < RELOADS + 10; round += 1) await reload(round);
    const after = measure();

    expect(outcomes).toEqual(new Set(['true false', 'false false', 'false true']));
    expect(after).toMatchObject({ instances: before.instances, signals: before.signals });
    expect(after.heapMb - before.heapMb).toBeLessThan(1);
    expect([...getEventListeners(signal, 'abort'), ...getEventListeners(NEVER, 'abort')]).toEqual([]);
    expect(lifecycle.handlerCount).toBe(0);
    expect(loader.serving.map(({ handlerCount }) => handlerCount)).toEqual([0, 0]);
    expect(clock.pending).toBe(0);
  },
);
