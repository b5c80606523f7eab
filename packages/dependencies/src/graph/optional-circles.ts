import type { CompactGraph } from './compact-graph.ts';
import { LOADING, REQUIRED } from './edge-kind.ts';
import { NumberHeap } from './number-heap.ts';
import { byteAt, intAt, itemAt } from './element-at.ts';

/**
 * Orders the vertices of one strong component although they depend on one another, by giving up as few
 * optional edges as a simple rule can.
 *
 * Whatever has all its dependencies in place is placed. When nothing has, the first vertex by id whose
 * *required* dependencies are in place goes next, without the optional ones it still waits for: those
 * edges are marked in `isSetAside`. The rule looks at ids only, so one graph gives one answer.
 * In a circle of required edges (not a graph to load, but one may want to unload it) the first vertex
 * by id goes next.
 *
 * @returns the vertices of `component`, dependencies first.
 */
export function breakOptionalCircles(
  graph: CompactGraph,
  component: Int32Array,
  isSetAside: Uint8Array,
): Int32Array {
  const members = [...component].sort((a, b) => a - b);
  const local = new Map(members.map((vertex, index) => [vertex, index]));
  const waitingAny = new Int32Array(members.length);
  const waitingRequired = new Int32Array(members.length);
  const dependents: { index: number; isRequired: boolean }[][] = members.map(() => []);

  const edgesInside = (
    index: number,
    visit: (target: number, edge: number, isRequired: boolean) => void,
  ): void => {
    const vertex = itemAt(members, index);
    for (let edge = intAt(graph.offsets, vertex); edge < intAt(graph.offsets, vertex + 1); edge += 1) {
      const kind = byteAt(graph.kinds, edge);
      const target = local.get(intAt(graph.targets, edge));
      if (target !== undefined && target !== index && (kind & LOADING) !== 0)
        visit(target, edge, kind === REQUIRED);
    }
  };
  const count = (counts: Int32Array, index: number, change: number): number =>
    (counts[index] = intAt(counts, index) + change);

  members.forEach((_, index) => {
    edgesInside(index, (target, _edge, isRequired) => {
      count(waitingAny, index, 1);
      if (isRequired) count(waitingRequired, index, 1);
      dependents[target]?.push({ index, isRequired });
    });
  });

  const isPlaced = new Uint8Array(members.length);
  const ready: number[] = [];
  // Candidates for being placed early: required dependencies in place, optional ones not.
  const candidates = new NumberHeap();
  members.forEach((_, index) => {
    if (waitingRequired[index] === 0) candidates.push(index);
  });

  const result = new Int32Array(members.length);
  let placed = 0;
  let firstUnplaced = 0;
  const place = (index: number): void => {
    isPlaced[index] = 1;
    result[placed] = itemAt(members, index);
    placed += 1;
    for (const { index: dependent, isRequired } of itemAt(dependents, index)) {
      const left = count(waitingAny, dependent, -1);
      if (isRequired && count(waitingRequired, dependent, -1) === 0) candidates.push(dependent);
      if (left === 0) ready.push(dependent);
    }
  };
  const nextCandidate = (): number => {
    for (let index = candidates.pop(); index !== undefined; index = candidates.pop()) {
      if (isPlaced[index] === 0) return index;
    }
    while (isPlaced[firstUnplaced] === 1) firstUnplaced += 1;
    return firstUnplaced;
  };

  while (placed < members.length) {
    const free = ready.pop();
    if (free !== undefined) {
      if (isPlaced[free] === 0) place(free);
      continue;
    }
    const forced = nextCandidate();
    edgesInside(forced, (target, edge) => {
      if (isPlaced[target] === 0) isSetAside[edge] = 1;
    });
    place(forced);
  }
  return result;
}
