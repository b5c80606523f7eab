/**
 * Remembers about the last `capacity` entries. Two generations: what was used since the last change of
 * generation survives the next, so a hit costs one lookup and nothing has to be kept in order of use.
 */
export class BoundedCache<Value> {
  readonly #perGeneration: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** @param capacity most entries held at any time. */
  constructor(capacity: number) {
    this.#perGeneration = Math.max(1, Math.floor(capacity / 2));
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#perGeneration) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
