/**
 * Guests that were started before anybody needed them: Node has booted, nothing of a plugin has run.
 *
 * A parked guest is used once, for one plugin, and locked down to that plugin's policy when it is
 * assigned. The pool refills behind the scenes, so that the start it saves is not paid on the way.
 *
 * @module
 */
import type { ProcessGuest } from './process-guest.ts';

/** A started guest and its folder. */
export interface ParkedGuest extends AsyncDisposable {
  readonly guest: ProcessGuest;
  readonly scratch: AsyncDisposable & { readonly path: string };
}

/** Different command lines that guests are kept for at a time. */
const MAX_KINDS = 4;

export class StandbyPool implements AsyncDisposable {
  readonly #size: number;
  readonly #kinds = new Map<string, ParkedGuest[]>();
  readonly #starting = new Set<Promise<void>>();
  #isClosed = false;

  /** @param size guests kept ready of each kind */
  constructor(size: number) {
    this.#size = size;
  }

  /** A ready guest of that kind, if there is one; `start` makes the ones that take its place. */
  take(key: string, start: () => Promise<ParkedGuest>): ParkedGuest | undefined {
    const parked = this.#kinds.get(key) ?? [];
    const ready = parked.shift();
    // Kinds in the order of their last use, so that the one nobody asks for goes first.
    this.#kinds.delete(key);
    this.#kinds.set(key, parked);
    this.#refill(key, start);
    void this.#dropOldKinds();
    if (ready !== undefined && !ready.guest.isGone) {
      ready.guest.unpark();
      return ready;
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#starting);
    const all = [...this.#kinds.values()].flat();
    this.#kinds.clear();
    await Promise.all(all.map((parked) => parked[Symbol.asyncDispose]()));
  }

  #refill(key: string, start: () => Promise<ParkedGuest>): void {
    if (this.#isClosed) return;
    const missing = this.#size - (this.#kinds.get(key)?.length ?? 0);
    for (let count = 0; count < missing; count += 1) {
      const starting = this.#park(key, start).finally(() => this.#starting.delete(starting));
      this.#starting.add(starting);
    }
  }

  async #park(key: string, start: () => Promise<ParkedGuest>): Promise<void> {
    try {
      const parked = await start();
      const kind = this.#kinds.get(key);
      if (this.#isClosed || kind === undefined || kind.length >= this.#size)
        await parked[Symbol.asyncDispose]();
      else {
        parked.guest.park();
        kind.push(parked);
      }
    } catch {
      // A guest that does not start is noticed by whoever starts the next one and waits for it.
    }
  }

  async #dropOldKinds(): Promise<void> {
    while (this.#kinds.size > MAX_KINDS) {
      const [oldest] = this.#kinds.keys();
      const parked = this.#kinds.get(oldest ?? '') ?? [];
      this.#kinds.delete(oldest ?? '');
      await Promise.all(parked.map((each) => each[Symbol.asyncDispose]()));
    }
  }
}
