import type { LifecycleTransition } from '@truthound/protocols';

/** The latest moves of one plugin. The oldest is dropped when a new one would exceed the bound. */
export class TransitionHistory {
  readonly #maxEntries: number;
  readonly #entries: LifecycleTransition[] = [];

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  add(transition: LifecycleTransition): void {
    this.#entries.push(Object.freeze(transition));
    if (this.#entries.length > this.#maxEntries) this.#entries.shift();
  }

  /** Newest first. `limit` 0 answers none. */
  list(limit: number): readonly LifecycleTransition[] {
    return Object.freeze(this.#entries.toReversed().slice(0, limit));
  }
}
