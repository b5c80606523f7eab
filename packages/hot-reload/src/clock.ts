/** Time as hot reload uses it, so that tests can turn the hands themselves. */
export interface Clock {
  /** Milliseconds that only ever grow, from any start. */
  now(): number;
  /** Runs `callback` once after `delayMs`; `Infinity` means never. Call the result to cancel. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** The longest delay that Node's timers take; a longer one would fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** The process's own monotonic clock and timers. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  setTimer(callback: () => void, delayMs: number) {
    if (delayMs === Infinity) return () => undefined;
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
});

/** Resolves after `delayMs`, or at once when `signal` aborts: the end of the wait, never a failure. */
export function waitFor(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || delayMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancelTimer();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancelTimer = clock.setTimer(end, delayMs);
    signal.addEventListener('abort', end, { once: true });
  });
}
