import type { EdgeKind } from './edge-kind.ts';
import { NONE } from './edge-table.ts';
import type { GraphStorage } from './graph-storage.ts';

/** Which way edges are followed. */
export interface Direction {
  first(storage: GraphStorage, slot: number): number;
  next(storage: GraphStorage, edge: number): number;
  end(storage: GraphStorage, edge: number): number;
}

/** From a plugin to what it depends on. */
export const TO_DEPENDENCIES: Direction = {
  first: ({ edges }, slot) => edges.firstOut(slot),
  next: ({ edges }, edge) => edges.nextOut(edge),
  end: ({ edges }, edge) => edges.target(edge),
};

/** From a plugin to what depends on it. */
export const TO_DEPENDENTS: Direction = {
  first: ({ edges }, slot) => edges.firstIn(slot),
  next: ({ edges }, edge) => edges.nextIn(edge),
  end: ({ edges }, edge) => edges.source(edge),
};

/** The neighbours of `slot` over edges of `kinds`. */
export function listNeighbours(
  storage: GraphStorage,
  slot: number,
  direction: Direction,
  kinds: EdgeKind,
): number[] {
  const found: number[] = [];
  for (let edge = direction.first(storage, slot); edge !== NONE; edge = direction.next(storage, edge)) {
    if ((storage.edges.kind(edge) & kinds) !== 0) found.push(direction.end(storage, edge));
  }
  return found;
}

/**
 * All slots that are reached from `starts`, breadth-first, with the slot each was first reached from
 * (`NONE` for the starts themselves). Costs no more than what is reached.
 */
export function walk(
  storage: GraphStorage,
  starts: Iterable<number>,
  direction: Direction,
  kinds: EdgeKind,
): Map<number, number> {
  const reachedFrom = new Map<number, number>();
  for (const start of starts) reachedFrom.set(start, NONE);
  // A Map may be added to while it is iterated: it is its own queue.
  for (const slot of reachedFrom.keys()) {
    for (let edge = direction.first(storage, slot); edge !== NONE; edge = direction.next(storage, edge)) {
      const target = direction.end(storage, edge);
      if ((storage.edges.kind(edge) & kinds) !== 0 && !reachedFrom.has(target)) reachedFrom.set(target, slot);
    }
  }
  return reachedFrom;
}
