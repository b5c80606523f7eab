import type { PluginInstance, Unsubscribe } from '@truthound/protocols';
import { type ReloadAttempt, describeError } from './reload-attempt.ts';

/** Watches new instances from the moment calls go to them, until it is disposed. */
export class BakeMonitor implements Disposable {
  readonly #attempt: ReloadAttempt;
  readonly #errorLimit: number;
  readonly #subscriptions: Unsubscribe[] = [];
  readonly #failure = new AbortController();
  #errors = 0;

  constructor(attempt: ReloadAttempt, errorLimit: number) {
    this.#attempt = attempt;
    this.#errorLimit = errorLimit;
  }

  /** Aborts, with a `ReloadError` of step `bake`, on a crash or on more failed calls than the limit. */
  get failure(): AbortSignal {
    return this.#failure.signal;
  }

  watch(instance: PluginInstance): void {
    this.#subscriptions.push(
      instance.on('error', (error) => {
        this.#onError(instance, error);
      }),
      instance.on('exit', (error) => {
        this.#onExit(instance, error);
      }),
    );
  }

  [Symbol.dispose](): void {
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
  }

  #onError({ version }: PluginInstance, error: Error | undefined): void {
    this.#errors += 1;
    if (this.#errors <= this.#errorLimit) return;
    const reason =
      `failed calls in ${version} while it was watched: ${this.#errors}, ` +
      `allowed: ${this.#errorLimit} (bakeErrorLimit); the last one with: ${describeError(error)}`;
    this.#fail(reason, error);
  }

  #onExit({ version }: PluginInstance, error: Error | undefined): void {
    const how = error === undefined ? 'without an error' : `with: ${error.message}`;
    this.#fail(`${version} ended while it was watched, ${how}`, error);
  }

  #fail(reason: string, cause: Error | undefined): void {
    this.#failure.abort(this.#attempt.error('bake', reason, cause && { cause }));
  }
}
