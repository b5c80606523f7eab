import { compareCodeUnits } from './code-unit-order.ts';
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

/** The neighbours by id: whoever is reached first is then the same for every order of insertion. */
export function listSortedNeighbours(
  storage: GraphStorage,
  slot: number,
  direction: Direction,
  kinds: EdgeKind,
): number[] {
  const found = listNeighbours(storage, slot, direction, kinds);
  return found.length < 2 ? found : found.sort((a, b) => compareCodeUnits(storage.id(a), storage.id(b)));
}

/** All slots that are reached from `starts`. Costs no more than what is reached. */
export function walk(
  storage: GraphStorage,
  starts: Iterable<number>,
  direction: Direction,
  kinds: EdgeKind,
): Set<number> {
  const reached = new Set(starts);
  // A Set may be added to while it is iterated: it is its own queue.
  for (const slot of reached) {
    for (let edge = direction.first(storage, slot); edge !== NONE; edge = direction.next(storage, edge)) {
      if ((storage.edges.kind(edge) & kinds) !== 0) reached.add(direction.end(storage, edge));
    }
  }
  return reached;
}

/**
 * The same breadth-first and by id, with the slot that each was first reached from (`NONE` for the
 * starts): the shortest ways, and of several the first by id.
 */
export function traceWays(
  storage: GraphStorage,
  starts: Iterable<number>,
  direction: Direction,
  kinds: EdgeKind,
): Map<number, number> {
  const reachedFrom = new Map<number, number>();
  for (const start of starts) reachedFrom.set(start, NONE);
  for (const slot of reachedFrom.keys()) {
    for (const next of listSortedNeighbours(storage, slot, direction, kinds)) {
      if (!reachedFrom.has(next)) reachedFrom.set(next, slot);
    }
  }
  return reachedFrom;
}
