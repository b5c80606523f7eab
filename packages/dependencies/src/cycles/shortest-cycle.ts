import type { CompactGraph } from '../graph/compact-graph.ts';
import { intAt, itemAt } from '../graph/element-at.ts';

/** How many edges may be looked at before the best circle so far is answered. A few tenths of a second. */
const EDGE_BUDGET = 20_000_000;

/** A circle of vertices from its lowest on, not closed: the last depends on the first. */
export interface ShortestCycle {
  readonly vertices: readonly number[];
  /** False when the component was so large that the search stopped early: a shorter circle may exist. */
  readonly isProvenShortest: boolean;
}

/**
 * One shortest circle of a strongly connected graph; of several, one through the lowest vertex that lies on any of them.
 *
 * Breadth-first from each vertex, never deeper than the best circle so far. A vertex that was a start is taken out
 * for the following searches, together with all that then lies on no circle any more: a single ring of
 * 100,000 plugins is one search and not 100,000.
 */
export function findShortestCycle(graph: CompactGraph, edgeBudget: number = EDGE_BUDGET): ShortestCycle {
  const size = graph.ids.length;
  const { offsets, targets } = graph;
  const trimmer = new CircleTrimmer(graph);
  const parent = new Int32Array(size);
  const distance = new Int32Array(size);
  const stamp = new Int32Array(size).fill(-1);
  const queue = new Int32Array(size);
  let best: readonly number[] = [];
  let looked = 0;

  for (let start = 0; start < size; start += 1) {
    if (trimmer.isOut(start)) continue;
    const limit = best.length === 0 ? size : best.length - 1;
    let head = 0;
    let tail = 0;
    let last = -1;
    queue[tail++] = start;
    stamp[start] = start;
    distance[start] = 1;
    while (head < tail && last < 0) {
      const vertex = intAt(queue, head++);
      const length = intAt(distance, vertex);
      if (length > limit) break;
      for (let edge = intAt(offsets, vertex); edge < intAt(offsets, vertex + 1); edge += 1) {
        looked += 1;
        const target = intAt(targets, edge);
        if (target === start) {
          last = vertex;
          break;
        }
        if (stamp[target] === start || trimmer.isOut(target)) continue;
        stamp[target] = start;
        distance[target] = length + 1;
        parent[target] = vertex;
        queue[tail++] = target;
      }
    }
    if (last >= 0) best = walkBack(parent, last, start);
    if (best.length === 1) break;
    trimmer.takeOut(start);
    if (looked > edgeBudget && best.length > 0) return { vertices: best, isProvenShortest: false };
  }
  return { vertices: best, isProvenShortest: true };
}

function walkBack(parent: Int32Array, last: number, start: number): readonly number[] {
  const vertices = [last];
  for (let vertex = last; vertex !== start;) {
    vertex = intAt(parent, vertex);
    vertices.push(vertex);
  }
  return vertices.reverse();
}

/** Keeps the vertices that may still lie on a circle. */
class CircleTrimmer {
  readonly #graph: CompactGraph;
  readonly #out: Uint8Array;
  readonly #outDegree: Int32Array;
  readonly #inDegree: Int32Array;
  readonly #dependents: number[][];

  constructor(graph: CompactGraph) {
    const size = graph.ids.length;
    this.#graph = graph;
    this.#out = new Uint8Array(size);
    this.#outDegree = new Int32Array(size);
    this.#inDegree = new Int32Array(size);
    this.#dependents = graph.ids.map(() => []);
    for (let vertex = 0; vertex < size; vertex += 1) {
      for (const target of this.#targetsOf(vertex)) {
        this.#outDegree[vertex] = intAt(this.#outDegree, vertex) + 1;
        this.#inDegree[target] = intAt(this.#inDegree, target) + 1;
        itemAt(this.#dependents, target).push(vertex);
      }
    }
  }

  isOut(vertex: number): boolean {
    return this.#out[vertex] === 1;
  }

  /** Takes a vertex out, and all that is then without a dependency or without a dependent. */
  takeOut(start: number): void {
    const pending = [start];
    this.#out[start] = 1;
    for (let vertex = pending.pop(); vertex !== undefined; vertex = pending.pop()) {
      for (const target of this.#targetsOf(vertex)) this.#lower(this.#inDegree, target, pending);
      for (const dependent of itemAt(this.#dependents, vertex))
        this.#lower(this.#outDegree, dependent, pending);
    }
  }

  #targetsOf(vertex: number): Int32Array {
    return this.#graph.targets.subarray(this.#graph.offsets[vertex], this.#graph.offsets[vertex + 1]);
  }

  #lower(degrees: Int32Array, vertex: number, pending: number[]): void {
    const left = intAt(degrees, vertex) - 1;
    degrees[vertex] = left;
    if (left > 0 || this.isOut(vertex)) return;
    this.#out[vertex] = 1;
    pending.push(vertex);
  }
}
