import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs tasks one after another, in the order they came: the lock of one plugin.
 * A task that fails does not stop the next. Each runs in the asynchronous context of its caller, so that
 * the host's own context (a trace, a request) is still there after the wait.
 */
export class SerialQueue {
  readonly #urgent: (() => Promise<void>)[] = [];
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #onIdle: () => void;
  #isRunning = false;

  /** @param onIdle called whenever nothing runs and nothing waits any more. */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  /** Runs `task` as {@link enqueue} does, before all that waits and is not urgent. */
  enqueueUrgent<Result>(task: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const runInContext = AsyncLocalStorage.snapshot();
      this.#add(this.#urgent, () => runInContext(task).then(resolve, reject));
    });
  }

  /**
   * Runs `task` when its turn comes and answers what it answers.
   * Aborting `signal` before that takes it out of the queue and rejects with the signal's reason.
   */
  enqueue<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const runInContext = AsyncLocalStorage.snapshot();
    return new Promise((resolve, reject) => {
      const start = async (): Promise<void> => {
        signal?.removeEventListener('abort', leave);
        await runInContext(task).then(resolve, reject);
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#add(this.#waiting, start);
    });
  }

  #add(list: (() => Promise<void>)[], start: () => Promise<void>): void {
    list.push(start);
    if (!this.#isRunning) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isRunning = true;
    for (let start = this.#takeNext(); start !== undefined; start = this.#takeNext()) await start();
    this.#isRunning = false;
    this.#onIdle();
  }

  #takeNext(): (() => Promise<void>) | undefined {
    return this.#urgent.shift() ?? this.#waiting.shift();
  }
}
