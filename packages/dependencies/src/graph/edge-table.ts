/**
 * Edges as doubly linked lists inside integer arrays.
 *
 * Each edge stands in two lists: those that leave its source, and those that enter its target. A
 * plugin with all its dependencies is added or removed in proportion to their number, whatever else
 * the graph holds, and an edge costs about thirty bytes and no object.
 *
 * @module
 */
import type { VersionRequirement } from '@truthound/protocols';
import type { EdgeKind } from './edge-kind.ts';
import { byteAt, intAt } from './element-at.ts';

/** "No edge", the end of a list. */
export const NONE = -1;

function grown(array: Int32Array<ArrayBuffer>, capacity: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(capacity);
  copy.set(array);
  return copy;
}

/** Doubles while small; by a quarter when large, so that little room stands empty. */
function largerThan(needed: number): number {
  return Math.max(16, needed + (needed < 65_536 ? needed : needed >> 2));
}

export class EdgeTable {
  #from = new Int32Array(0);
  #to = new Int32Array(0);
  #nextOut = new Int32Array(0);
  #nextIn = new Int32Array(0);
  #previousIn = new Int32Array(0);
  #kinds = new Uint8Array(0);
  #firstOut = new Int32Array(0);
  #firstIn = new Int32Array(0);
  /** Only as long as the last edge that has one. */
  readonly #requirements: (VersionRequirement | undefined)[] = [];
  #used = 0;
  #firstFree: number = NONE;
  #count = 0;

  /** How many edges there are. */
  get count(): number {
    return this.#count;
  }

  /** Gives `slot` two empty lists. */
  openSlot(slot: number): void {
    if (slot >= this.#firstOut.length) {
      const capacity = largerThan(slot + 1);
      this.#firstOut = grown(this.#firstOut, capacity);
      this.#firstIn = grown(this.#firstIn, capacity);
    }
    this.#firstOut[slot] = NONE;
    this.#firstIn[slot] = NONE;
  }

  add(from: number, to: number, kind: EdgeKind, requirement: VersionRequirement | undefined): void {
    const edge = this.#allocate();
    const nextIn = this.firstIn(to);
    this.#from[edge] = from;
    this.#to[edge] = to;
    this.#kinds[edge] = kind;
    if (requirement !== undefined) this.#keepRequirement(edge, requirement);
    this.#nextOut[edge] = this.firstOut(from);
    this.#firstOut[from] = edge;
    this.#nextIn[edge] = nextIn;
    this.#previousIn[edge] = NONE;
    if (nextIn !== NONE) this.#previousIn[nextIn] = edge;
    this.#firstIn[to] = edge;
    this.#count += 1;
  }

  /** Removes every edge that leaves `from`, and answers where they led. */
  removeAllFrom(from: number): readonly number[] {
    const targets: number[] = [];
    let edge = this.firstOut(from);
    while (edge !== NONE) {
      const next = this.nextOut(edge);
      targets.push(this.target(edge));
      this.#unlinkIn(edge);
      if (edge < this.#requirements.length) this.#requirements[edge] = undefined;
      this.#nextOut[edge] = this.#firstFree;
      this.#firstFree = edge;
      this.#count -= 1;
      edge = next;
    }
    this.#firstOut[from] = NONE;
    return targets;
  }

  firstOut(slot: number): number {
    return intAt(this.#firstOut, slot);
  }

  nextOut(edge: number): number {
    return intAt(this.#nextOut, edge);
  }

  firstIn(slot: number): number {
    return intAt(this.#firstIn, slot);
  }

  nextIn(edge: number): number {
    return intAt(this.#nextIn, edge);
  }

  source(edge: number): number {
    return intAt(this.#from, edge);
  }

  target(edge: number): number {
    return intAt(this.#to, edge);
  }

  kind(edge: number): EdgeKind {
    return byteAt(this.#kinds, edge);
  }

  requirement(edge: number): VersionRequirement | undefined {
    return this.#requirements[edge];
  }

  #allocate(): number {
    if (this.#firstFree !== NONE) {
      const edge = this.#firstFree;
      this.#firstFree = this.nextOut(edge);
      return edge;
    }
    const edge = this.#used;
    this.#used += 1;
    if (edge >= this.#from.length) this.#grow(largerThan(edge + 1));
    return edge;
  }

  #keepRequirement(edge: number, requirement: VersionRequirement): void {
    // Without gaps: an array with gaps becomes a slow table.
    while (this.#requirements.length <= edge) this.#requirements.push(undefined);
    this.#requirements[edge] = requirement;
  }

  #grow(capacity: number): void {
    this.#from = grown(this.#from, capacity);
    this.#to = grown(this.#to, capacity);
    this.#nextOut = grown(this.#nextOut, capacity);
    this.#nextIn = grown(this.#nextIn, capacity);
    this.#previousIn = grown(this.#previousIn, capacity);
    const kinds = new Uint8Array(capacity);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
  }

  #unlinkIn(edge: number): void {
    const previous = intAt(this.#previousIn, edge);
    const next = this.nextIn(edge);
    if (previous === NONE) this.#firstIn[this.target(edge)] = next;
    else this.#nextIn[previous] = next;
    if (next !== NONE) this.#previousIn[next] = previous;
  }
}
