import type { Leaving, ReloadPlan } from './reload-plan.ts';

type Outcome = 'idle' | 'limit' | 'hurry' | 'keep';

/** What happens first: the last call ends, the time is over, or somebody decides otherwise. */
function waitForOutcome({ instance, drainLimitMs, clock, hurry, keep }: Leaving): Promise<Outcome> {
  if (keep.aborted) return Promise.resolve('keep');
  if (hurry.aborted) return Promise.resolve('hurry');
  return new Promise((resolve) => {
    const stopWaiting = new AbortController();
    const end = (outcome: Outcome) => (): void => {
      cancelTimer();
      stopWaiting.abort();
      resolve(outcome);
    };
    const { signal } = stopWaiting;
    const cancelTimer = clock.setTimer(end('limit'), drainLimitMs);
    hurry.addEventListener('abort', end('hurry'), { signal });
    keep.addEventListener('abort', end('keep'), { signal });
    // An instance that cannot even tell when it is idle has lost its calls already: cutting them off is safe.
    instance.idle({ signal }).then(end('idle'), end('limit'));
  });
}

/** Waits for the calls of an instance, up to the limit, and cuts off those that are left. */
export async function drain(leaving: Leaving): Promise<number> {
  const outcome = await waitForOutcome(leaving);
  if (outcome === 'idle' || outcome === 'keep') return 0;
  const why =
    outcome === 'limit'
      ? `it did not finish within ${leaving.drainLimitMs} ms (drainTimeoutMs)`
      : 'the reload was told to end at once';
  return leaving.instance.interrupt(leaving.createInterruption(why));
}

/** All instances at once; calls in flight finish on the old version, within the limit. */
export const graceful: ReloadPlan = Object.freeze({
  batchSize: (instanceCount: number) => instanceCount,
  quiesce: drain,
});
