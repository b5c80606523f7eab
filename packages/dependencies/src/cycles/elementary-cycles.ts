import { type CompactGraph, subgraph } from '../graph/compact-graph.ts';
import { ANY } from '../graph/edge-kind.ts';
import { findCyclicComponents } from './strong-components.ts';
import { intAt, itemAt } from '../graph/element-at.ts';

/** Circles that pass no vertex twice. */
export interface ElementaryCycles {
  /** Vertices, not closed; each circle starts at its lowest vertex. */
  readonly cycles: readonly (readonly number[])[];
  /** Whether there are more circles than were listed. */
  readonly isTruncated: boolean;
}

/** The most ids that all listed circles together may have: a list is to be read, and must fit in memory. */
const MAX_LISTED_IDS = 1_000_000;

/** How many vertices and edges may be looked at before the list is cut off: about two seconds. */
const WORK_BUDGET = 5_000_000;

/**
 * All elementary circles, up to `limit`: Johnson's algorithm (1975), with its own stack.
 *
 * There can be exponentially many (a graph of 10 plugins that all depend on one another has over a
 * million). The time is bounded by (vertices + edges) × (limit + 1).
 */
export function listElementaryCycles(
  graph: CompactGraph,
  limit: number,
  workBudget: number = WORK_BUDGET,
): ElementaryCycles {
  const cycles: number[][] = [];
  let listedIds = 0;
  let looked = 0;
  let rest: readonly number[] = graph.ids.map((_, vertex) => vertex);

  for (;;) {
    const restGraph = subgraph(graph, rest, ANY);
    const component = findCyclicComponents(restGraph, ANY)[0];
    if (component === undefined) return { cycles, isTruncated: false };
    looked += rest.length + restGraph.targets.length;
    if (looked > workBudget) return { cycles, isTruncated: true };
    const members = component.map((local) => itemAt(rest, local));
    const isComplete = listThroughFirst(subgraph(graph, members, ANY), (path) => {
      if (cycles.length >= limit || listedIds >= MAX_LISTED_IDS) return false;
      cycles.push(path.map((local) => itemAt(members, local)));
      listedIds += path.length;
      return true;
    });
    if (!isComplete) return { cycles, isTruncated: true };
    const first = itemAt(members, 0);
    // Components come by their lowest vertex, so nothing below `first` lies on a circle any more.
    rest = rest.filter((vertex) => vertex > first);
  }
}

/** Reports every elementary circle through vertex 0 of a strongly connected graph; stops when `report` answers false. */
function listThroughFirst(graph: CompactGraph, report: (path: readonly number[]) => boolean): boolean {
  const { offsets, targets } = graph;
  const size = graph.ids.length;
  const isBlocked = new Uint8Array(size);
  const blockedBy: Set<number>[] = graph.ids.map(() => new Set());
  const cursor = offsets.slice(0, size);
  const closesCircle = new Uint8Array(size);
  const path = [0];
  isBlocked[0] = 1;

  while (path.length > 0) {
    const vertex = itemAt(path, path.length - 1);
    const edge = intAt(cursor, vertex);
    if (edge < intAt(offsets, vertex + 1)) {
      cursor[vertex] = edge + 1;
      const target = intAt(targets, edge);
      if (target === 0) {
        if (!report(path)) return false;
        closesCircle[vertex] = 1;
      } else if (isBlocked[target] === 0) {
        path.push(target);
        isBlocked[target] = 1;
        closesCircle[target] = 0;
        cursor[target] = intAt(offsets, target);
      }
      continue;
    }
    path.pop();
    if (closesCircle[vertex] === 1) {
      unblock(vertex, isBlocked, blockedBy);
      const above = path.at(-1);
      if (above !== undefined) closesCircle[above] = 1;
    } else {
      for (let at = intAt(offsets, vertex); at < intAt(offsets, vertex + 1); at += 1) {
        itemAt(blockedBy, intAt(targets, at)).add(vertex);
      }
    }
  }
  return true;
}

function unblock(start: number, isBlocked: Uint8Array, blockedBy: readonly Set<number>[]): void {
  const pending = [start];
  for (let vertex = pending.pop(); vertex !== undefined; vertex = pending.pop()) {
    if (isBlocked[vertex] === 0) continue;
    isBlocked[vertex] = 0;
    const waiting = itemAt(blockedBy, vertex);
    pending.push(...waiting);
    waiting.clear();
  }
}
