import { AsyncLocalStorage } from 'node:async_hooks';

/** The operation that the running code is part of, and those that it was started from. */
interface Within {
  readonly pluginId: string;
  readonly outer: Within | undefined;
  isOver: boolean;
}

/**
 * One operation at a time for each plugin: what looks at its state and then acts on it is not disturbed in between.
 * An operation that is started from inside another one on the same plugin runs at once: it would wait for itself.
 */
export class PluginOperations {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #within = new AsyncLocalStorage<Within>();

  /** Whether anything runs or waits for a plugin. */
  isBusy(pluginId: string): boolean {
    return this.#tails.has(pluginId);
  }

  /** Runs `operation` when its turn comes. @throws the reason of `signal`, as long as it waits */
  async run<Result>(
    pluginId: string,
    operation: () => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    if (this.#isWithin(pluginId)) return operation();
    const before = this.#tails.get(pluginId) ?? Promise.resolve();
    const result = this.#runAfter(before, { pluginId, operation, signal });
    const tail = Promise.allSettled([before, result]).then(() => {
      if (this.#tails.get(pluginId) === tail) this.#tails.delete(pluginId);
    });
    this.#tails.set(pluginId, tail);
    return result;
  }

  async #runAfter<Result>(
    before: Promise<void>,
    turn: {
      readonly pluginId: string;
      readonly operation: () => Promise<Result>;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Result> {
    await waitUnlessAborted(before, turn.signal);
    const within = { pluginId: turn.pluginId, outer: this.#within.getStore(), isOver: false };
    return this.#within.run(within, async () => {
      try {
        return await turn.operation();
      } finally {
        within.isOver = true;
      }
    });
  }

  #isWithin(pluginId: string): boolean {
    for (let within = this.#within.getStore(); within !== undefined; within = within.outer)
      if (within.pluginId === pluginId && !within.isOver) return true;
    return false;
  }
}

/** Waits for a promise. @throws the reason of `signal` */
export async function waitUnlessAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  signal?.throwIfAborted();
  if (signal === undefined) return promise;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
