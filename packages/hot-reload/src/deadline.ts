import type { Clock } from './clock.ts';

/** Work did not end within its limit. Becomes the reason of a `ReloadError`. */
export class DeadlineExceeded extends Error {
  override readonly name: string = 'DeadlineExceeded';
}

/** Errors as they are; what else may be thrown, wrapped in one. */
function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}

/** How long to wait for work, and what to do with what comes too late. */
export interface DeadlineOptions<T> {
  readonly clock: Clock;
  readonly limitMs: number;
  /** Name of the option that sets the limit, for the message. */
  readonly limitOption: string;
  readonly signal?: AbortSignal | undefined;
  /** Takes the result that arrives after nobody waits for it any more. */
  readonly onLate?: ((value: T) => void) | undefined;
}

/**
 * Waits for `work`, but no longer than the limit, and no longer than until `signal` aborts.
 * Holds even for work that ignores the signal it is given: nothing a plugin does can hang a reload.
 *
 * @throws DeadlineExceeded past the limit; the reason of `signal`; what `work` throws.
 */
export function withDeadline<T>(
  work: (signal: AbortSignal) => T | PromiseLike<T>,
  { clock, limitMs, limitOption, signal, onLate }: DeadlineOptions<T>,
): Promise<T> {
  if (signal?.aborted === true) return Promise.reject(toError(signal.reason));
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    let isOver = false;
    const end = (): void => {
      isOver = true;
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    };
    const giveUp = (reason: Error): void => {
      end();
      controller.abort(reason);
      reject(reason);
    };
    const onAbort = (): void => {
      giveUp(toError(signal?.reason));
    };
    const cancelTimer = clock.setTimer(() => {
      giveUp(new DeadlineExceeded(`it did not end within ${limitMs} ms (${limitOption})`));
    }, limitMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    const running = (async () => work(controller.signal))();
    running.then(
      (value) => {
        if (isOver) return onLate?.(value);
        end();
        resolve(value);
      },
      (error: unknown) => {
        if (isOver) return;
        end();
        reject(toError(error));
      },
    );
  });
}
