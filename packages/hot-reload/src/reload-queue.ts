/**
 * At most one reload of a plugin at a time, and at most one that waits.
 *
 * Whoever asks while one runs shares the one that waits, for that starts after they asked and so sees
 * everything they have written. Ten quick saves cost two reloads.
 *
 * @module
 */

/** Asked for work on `key`: what is wanted, and until when. */
export interface QueueRequest<Request> {
  readonly key: string;
  readonly request: Request;
  readonly signal?: AbortSignal | undefined;
}

/** How a queue does its work. Neither may reject. */
export interface QueueWorker<Request, Result> {
  run(key: string, request: Request, signal: AbortSignal): Promise<Result>;
  /** The result for somebody who stopped waiting, or whose work never began. */
  abandon(key: string, request: Request, reason: unknown): Result;
}

class Ticket<Request, Result> {
  request: Request;
  waiters: number = 0;
  readonly controller: AbortController = new AbortController();
  readonly done: Promise<Result>;
  #resolve: (result: Result) => void = () => undefined;

  constructor(request: Request) {
    this.request = request;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  resolve(result: Result): void {
    this.#resolve(result);
  }
}

interface Lane<Request, Result> {
  current: Ticket<Request, Result>;
  next: Ticket<Request, Result> | undefined;
}

/** Runs work by key, one at a time, and lets those who ask meanwhile share the next. */
export class ReloadQueue<Request, Result> {
  readonly #worker: QueueWorker<Request, Result>;
  readonly #lanes = new Map<string, Lane<Request, Result>>();

  constructor(worker: QueueWorker<Request, Result>) {
    this.#worker = worker;
  }

  /** Asks for work that starts after now. The newest request decides how the shared work is done. */
  ask(asked: QueueRequest<Request>): Promise<Result> {
    const { key, request, signal } = asked;
    if (signal?.aborted === true) return Promise.resolve(this.#worker.abandon(key, request, signal.reason));
    const lane = this.#lanes.get(key);
    const ticket = lane?.next ?? new Ticket<Request, Result>(request);
    ticket.request = request;
    if (lane === undefined) this.#start(key, ticket);
    else lane.next = ticket;
    return this.#join(ticket, asked);
  }

  /** Drops what waits and ends what runs; resolves when it has ended. */
  async abort(key: string, reason: unknown): Promise<void> {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    this.#drop(key, lane, reason);
    lane.current.controller.abort(reason);
    await lane.current.done;
  }

  async abortAll(reason: unknown): Promise<void> {
    await Promise.all([...this.#lanes.keys()].map((key) => this.abort(key, reason)));
  }

  #start(key: string, ticket: Ticket<Request, Result>): void {
    this.#lanes.set(key, { current: ticket, next: undefined });
    void this.#worker.run(key, ticket.request, ticket.controller.signal).then((result) => {
      const next = this.#lanes.get(key)?.next;
      if (next === undefined) this.#lanes.delete(key);
      else this.#start(key, next);
      ticket.resolve(result);
    });
  }

  #drop(key: string, lane: Lane<Request, Result>, reason: unknown): void {
    const { next } = lane;
    lane.next = undefined;
    next?.resolve(this.#worker.abandon(key, next.request, reason));
  }

  /** Somebody's signal ends the work only when nobody else waits for it. */
  #join(ticket: Ticket<Request, Result>, { key, request, signal }: QueueRequest<Request>): Promise<Result> {
    ticket.waiters += 1;
    if (signal === undefined) return ticket.done;
    return new Promise((resolve) => {
      const onAbort = (): void => {
        ticket.waiters -= 1;
        const lane = this.#lanes.get(key);
        if (ticket.waiters > 0) resolve(this.#worker.abandon(key, request, signal.reason));
        else if (lane?.next === ticket) this.#drop(key, lane, signal.reason);
        else ticket.controller.abort(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      void ticket.done.then((result) => {
        signal.removeEventListener('abort', onAbort);
        resolve(result);
      });
    });
  }
}
