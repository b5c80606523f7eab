import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { runWithDeadline } from '../src/run-with-deadline.ts';

describe('work that is over before it is aborted', () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  afterEach(() => void process.off('unhandledRejection', listen));

  it('leaves no rejection behind that nobody handles, even when it threw at once', async () => {
    process.on('unhandledRejection', listen);
    const controller = new AbortController();
    const error = new Error('at once');
    const work = runWithDeadline(
      () => {
        throw error;
      },
      { timeoutMs: Infinity, createTimeoutError: () => new Error('late'), signals: [controller.signal] },
    );
    await expect(work).rejects.toBe(error);
    controller.abort(new Error('too late'));
    await nextTurn();
    await nextTurn();
    expect(unhandled).toEqual([]);
  });
});
