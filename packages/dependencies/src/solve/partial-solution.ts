import { ABSENT, type CandidatePool, type StateSet } from './candidate-pool.ts';
import { entryOf, itemAt } from '../graph/element-at.ts';
import type { Incompatibility } from './incompatibility.ts';

/** One narrowing of what a plugin may be. */
export interface Assignment {
  readonly plugin: number;
  /** What is left for the plugin after it. */
  readonly left: StateSet;
  /** How many decisions stand before it, itself included. */
  readonly level: number;
  /** What implied it; `undefined` for a decision. */
  readonly cause: Incompatibility | undefined;
}

/** The trail of assignments, and for each plugin what is left. */
export class PartialSolution {
  readonly #pool: CandidatePool;
  readonly #trail: Assignment[] = [];
  readonly #positions = new Map<number, number[]>();
  readonly #left: StateSet[] = [];
  readonly #decided = new Set<number>();
  /** Plugins that must be chosen and are not yet. */
  readonly #open = new Set<number>();
  #level = 0;

  constructor(pool: CandidatePool) {
    this.#pool = pool;
  }

  /** Plugins that must be chosen and have no version yet. */
  get open(): ReadonlySet<number> {
    return this.#open;
  }

  get decided(): ReadonlySet<number> {
    return this.#decided;
  }

  left(plugin: number): StateSet {
    return this.#left[plugin] ?? this.#pool.entry(plugin).all;
  }

  at(position: number): Assignment {
    return itemAt(this.#trail, position);
  }

  decide(plugin: number, state: StateSet): void {
    this.#level += 1;
    this.#decided.add(plugin);
    this.#assign(plugin, state, undefined);
  }

  derive(plugin: number, excluded: StateSet, cause: Incompatibility): void {
    this.#assign(plugin, this.left(plugin) & ~excluded, cause);
  }

  /** Takes back everything after the decision number `level`. */
  backtrack(level: number): void {
    for (let last = this.#trail.at(-1); last !== undefined && last.level > level; last = this.#trail.at(-1)) {
      this.#trail.pop();
      const positions = entryOf(this.#positions, last.plugin);
      positions.pop();
      if (last.cause === undefined) this.#decided.delete(last.plugin);
      const before = positions.at(-1);
      this.#setLeft(
        last.plugin,
        before === undefined ? this.#pool.entry(last.plugin).all : this.at(before).left,
      );
    }
    this.#level = level;
  }

  /**
   * Position of the first assignment after which all that is left of `plugin`, cut down to `within`, lies in `set`.
   * There must be one: it is only asked about terms that hold.
   */
  findSatisfier(plugin: number, set: StateSet, within: StateSet): number {
    const positions = entryOf(this.#positions, plugin);
    return itemAt(
      positions,
      positions.findIndex((position) => (this.at(position).left & within & ~set) === 0n),
    );
  }

  #assign(plugin: number, left: StateSet, cause: Incompatibility | undefined): void {
    const positions = this.#positions.get(plugin);
    if (positions === undefined) this.#positions.set(plugin, [this.#trail.length]);
    else positions.push(this.#trail.length);
    this.#trail.push({ plugin, left, level: this.#level, cause });
    this.#setLeft(plugin, left);
  }

  #setLeft(plugin: number, states: StateSet): void {
    this.#left[plugin] = states;
    if ((states & ABSENT) === 0n && !this.#decided.has(plugin)) this.#open.add(plugin);
    else this.#open.delete(plugin);
  }
}
