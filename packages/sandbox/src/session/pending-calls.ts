import { MalformedMessageError } from '../channel/decode-value.ts';

/** A call that the guest works on. */
export interface PendingCall {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  /** Given up by its caller: undoes what listens for that. */
  readonly stopListening: (() => void) | undefined;
  readonly onProgress: ((value: unknown) => void) | undefined;
  /** For messages: `parse()`. */
  readonly describe: () => string;
  /** When it started, on the clock of `performance.now()`. */
  readonly startedAtMs: number;
  /** How long it may take; `Infinity` for no limit. */
  readonly limitMs: number;
}

/** Longest delay that a timer takes; longer limits count as none. */
export const MAX_TIMER_MS = 2_147_483_647;

/**
 * The calls that wait for the guest, and the one timer that ends the first of them whose time is over.
 *
 * A timer for each call would be set and cleared some ten thousand times a second, and fire never. This
 * one is set for the earliest end that was ever seen, and looks then which end comes next.
 */
export class PendingCalls {
  readonly #onOverdue: (call: PendingCall, nowMs: number) => void;
  readonly #calls = new Map<number, PendingCall>();
  /** Given up by their callers. Their answers may still come, and their time still runs: the guest works on them. */
  readonly #abandoned = new Map<number, PendingCall>();
  #timer: NodeJS.Timeout | undefined;
  #wakesAtMs = Infinity;

  /** @param onOverdue is called once a call has taken longer than it may. */
  constructor(onOverdue: (call: PendingCall, nowMs: number) => void) {
    this.#onOverdue = onOverdue;
  }

  /** Calls whose callers still wait. */
  get size(): number {
    return this.#calls.size;
  }

  /** Who listens to the progress of a call that runs. @throws MalformedMessageError for any other id */
  listenerOf(id: number): PendingCall['onProgress'] {
    const call = this.#calls.get(id);
    if (call === undefined && !this.#abandoned.has(id))
      throw new MalformedMessageError('progress came of a call that does not run');
    return call?.onProgress;
  }

  add(id: number, call: PendingCall): void {
    this.#calls.set(id, call);
    const endsAtMs = call.startedAtMs + call.limitMs;
    if (endsAtMs < this.#wakesAtMs) this.#wakeAt(endsAtMs, call.startedAtMs);
  }

  /** Takes out a call that never left. */
  delete(id: number): void {
    this.#calls.delete(id);
  }

  /** The call that its caller gives up; `undefined` when it is over already. */
  abandon(id: number): PendingCall | undefined {
    const call = this.#calls.get(id);
    if (call === undefined) return undefined;
    this.#calls.delete(id);
    this.#abandoned.set(id, call);
    return call;
  }

  /** The call that an answer belongs to; `undefined` for one given up. @throws MalformedMessageError for any other id */
  take(id: number): PendingCall | undefined {
    const call = this.#calls.get(id);
    if (call !== undefined) {
      this.#calls.delete(id);
      return call;
    }
    if (!this.#abandoned.delete(id))
      throw new MalformedMessageError('an answer came to a call that was not made');
    return undefined;
  }

  /** Forgets all calls and answers those whose callers still wait. */
  clear(): readonly PendingCall[] {
    clearTimeout(this.#timer);
    this.#wakesAtMs = Infinity;
    this.#abandoned.clear();
    const waiting = [...this.#calls.values()];
    this.#calls.clear();
    return waiting;
  }

  #wakeAt(atMs: number, nowMs: number): void {
    clearTimeout(this.#timer);
    this.#wakesAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#check();
      },
      Math.max(atMs - nowMs, 1),
    );
    // The guest itself keeps the host alive while calls run.
    this.#timer.unref();
  }

  #check(): void {
    this.#wakesAtMs = Infinity;
    const nowMs = performance.now();
    let nextMs = Infinity;
    for (const calls of [this.#calls, this.#abandoned]) {
      for (const call of calls.values()) {
        const endsAtMs = call.startedAtMs + call.limitMs;
        if (endsAtMs <= nowMs) {
          this.#onOverdue(call, nowMs);
          return;
        }
        nextMs = Math.min(nextMs, endsAtMs);
      }
    }
    if (nextMs < Infinity) this.#wakeAt(nextMs, nowMs);
  }
}
