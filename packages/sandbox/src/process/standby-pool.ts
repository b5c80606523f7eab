/**
 * Guests that were started before anybody needed them: Node has booted, nothing of a plugin has run.
 *
 * A parked guest is used once, for one plugin, and locked down to that plugin's policy when it is
 * assigned. The pool refills behind the scenes, so that the start it saves is not paid on the way.
 *
 * @module
 */
import type { ProcessGuest } from './process-guest.ts';

/** What a pool does with a guest. */
export interface ParkableGuest {
  readonly isGone: boolean;
  park(): void;
  unpark(): void;
}

/** A started guest and its folder. */
export interface ParkedGuest<Guest extends ParkableGuest = ProcessGuest> extends AsyncDisposable {
  readonly guest: Guest;
  readonly scratch: AsyncDisposable & { readonly path: string };
}

/** Different command lines that guests are kept for at a time. */
const MAX_KINDS = 4;

/** A start of Node keeps a core busy; it begins when whoever took a guest has loaded a plugin into it. */
const REFILL_DELAY_MS = 100;

export class StandbyPool<Parked extends ParkedGuest<ParkableGuest> = ParkedGuest> implements AsyncDisposable {
  readonly #size: number;
  readonly #kinds = new Map<string, Parked[]>();
  readonly #starting = new Set<Promise<void>>();
  /** Refills that are to come, by kind, and guests that are starting. */
  readonly #delays = new Map<string, NodeJS.Timeout>();
  readonly #startingOf = new Map<string, number>();
  #isClosed = false;

  /** @param size guests kept ready of each kind */
  constructor(size: number) {
    this.#size = size;
  }

  /** A ready guest of that kind, if there is one; `start` makes the ones that take its place. */
  take(key: string, start: () => Promise<Parked>): Parked | undefined {
    const parked = this.#kinds.get(key) ?? [];
    const ready = parked.shift();
    // Kinds in the order of their last use, so that the one nobody asks for goes first.
    this.#kinds.delete(key);
    this.#kinds.set(key, parked);
    this.#refillSoon(key, start);
    void this.#dropOldKinds();
    if (ready !== undefined && !ready.guest.isGone) {
      ready.guest.unpark();
      return ready;
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const delay of this.#delays.values()) clearTimeout(delay);
    this.#delays.clear();
    await Promise.all(this.#starting);
    const all = [...this.#kinds.values()].flat();
    this.#kinds.clear();
    await Promise.all(all.map((parked) => parked[Symbol.asyncDispose]()));
  }

  #refillSoon(key: string, start: () => Promise<Parked>): void {
    if (this.#isClosed || this.#delays.has(key)) return;
    const delay = setTimeout(() => {
      this.#delays.delete(key);
      this.#refill(key, start);
    }, REFILL_DELAY_MS);
    delay.unref();
    this.#delays.set(key, delay);
  }

  #refill(key: string, start: () => Promise<Parked>): void {
    if (this.#isClosed) return;
    const coming = this.#startingOf.get(key) ?? 0;
    const missing = this.#size - coming - (this.#kinds.get(key)?.length ?? 0);
    this.#startingOf.set(key, coming + Math.max(missing, 0));
    for (let count = 0; count < missing; count += 1) {
      const starting = this.#park(key, start).finally(() => {
        this.#startingOf.set(key, (this.#startingOf.get(key) ?? 1) - 1);
        this.#starting.delete(starting);
      });
      this.#starting.add(starting);
    }
  }

  async #park(key: string, start: () => Promise<Parked>): Promise<void> {
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
