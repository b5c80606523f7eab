/** When {@link runWithDeadline} stops waiting. */
export interface Deadline {
  /** Milliseconds; `Infinity` for none. */
  readonly timeoutMs: number;
  /** What to reject with when the time is up. */
  readonly createTimeoutError: () => Error;
  /** Any of these ends the wait as well, with its own reason. */
  readonly signals?: readonly (AbortSignal | undefined)[];
}

/**
 * Runs `work` and waits for it no longer than the deadline says, whether or not it listens to its signal.
 * What `work` does after that is ignored, a rejection included.
 */
export async function runWithDeadline<Result>(
  work: (signal: AbortSignal) => Result | Promise<Result>,
  { timeoutMs, createTimeoutError, signals = [] }: Deadline,
): Promise<Result> {
  const clock = new AbortController();
  const given = signals.filter((signal) => signal !== undefined);
  const signal = AbortSignal.any([clock.signal, ...given]);
  signal.throwIfAborted();

  let giveUp!: () => void;
  const gaveUp = new Promise<never>((_, reject) => {
    giveUp = () => {
      reject(signal.reason as Error);
    };
  });
  signal.addEventListener('abort', giveUp, { once: true });
  const timer =
    timeoutMs === Infinity
      ? undefined
      : setTimeout(() => {
          clock.abort(createTimeoutError());
        }, timeoutMs);
  try {
    return await Promise.race([work(signal), gaveUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
