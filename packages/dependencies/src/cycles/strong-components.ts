import type { CompactGraph } from '../graph/compact-graph.ts';
import type { EdgeKind } from '../graph/edge-kind.ts';
import { byteAt, intAt, itemAt } from '../graph/element-at.ts';

/** The vertices of a graph, grouped into those that reach one another. */
export interface StrongComponents {
  /** All vertices; those of one component side by side, and every component after those that it depends on. */
  readonly order: Int32Array;
  /** Where each component starts in `order`; one more entry for the end. */
  readonly starts: readonly number[];
}

/**
 * Tarjan's algorithm (1972) with its own stack, so that a chain of any length is no deeper than a call.
 * Linear in vertices and edges. Edges that are not of `kinds` are not seen.
 */
export function findStrongComponents(graph: CompactGraph, kinds: EdgeKind): StrongComponents {
  const { offsets, targets, kinds: edgeKinds } = graph;
  const size = graph.ids.length;
  // 0: not yet visited. Finished vertices get the number `done`, which never is the lowest.
  const done = size + 1;
  const low = new Int32Array(size);
  const cursor = offsets.slice(0, size);
  const path = new Int32Array(size);
  const open = new Int32Array(size);
  const order = new Int32Array(size);
  const starts: number[] = [0];
  let visited = 0;
  let openCount = 0;
  let emitted = 0;

  const numbers = new Int32Array(size);
  for (let root = 0; root < size; root += 1) {
    if (low[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    numbers[root] = low[root] = visited += 1;
    open[openCount++] = root;

    while (depth >= 0) {
      const vertex = intAt(path, depth);
      const end = intAt(offsets, vertex + 1);
      let at = intAt(cursor, vertex);
      let lowest = intAt(low, vertex);
      let descended = false;
      for (; at < end; at += 1) {
        if ((byteAt(edgeKinds, at) & kinds) === 0) continue;
        const target = intAt(targets, at);
        const targetLow = intAt(low, target);
        if (targetLow === 0) {
          descended = true;
          depth += 1;
          path[depth] = target;
          numbers[target] = low[target] = visited += 1;
          open[openCount++] = target;
          break;
        }
        if (targetLow < lowest) lowest = targetLow;
      }
      low[vertex] = lowest;
      // On coming back the same edge is looked at again: by then its target's number is known.
      cursor[vertex] = at;
      if (descended) continue;

      if (lowest === numbers[vertex]) {
        let member: number;
        do {
          openCount -= 1;
          member = intAt(open, openCount);
          low[member] = done;
          order[emitted++] = member;
        } while (member !== vertex);
        starts.push(emitted);
      }
      depth -= 1;
    }
  }
  return { order, starts };
}

/** The components that hold a circle: several vertices, or one that depends on itself. Members ascending, components by their first. */
export function findCyclicComponents(graph: CompactGraph, kinds: EdgeKind): readonly (readonly number[])[] {
  const { order, starts } = findStrongComponents(graph, kinds);
  const cyclic: number[][] = [];
  for (let index = 0; index + 1 < starts.length; index += 1) {
    const from = itemAt(starts, index);
    const to = itemAt(starts, index + 1);
    const first = intAt(order, from);
    if (to - from > 1 || hasEdge(graph, first, first, kinds)) {
      cyclic.push([...order.subarray(from, to)].sort((a, b) => a - b));
    }
  }
  return cyclic.sort((a, b) => itemAt(a, 0) - itemAt(b, 0));
}

function hasEdge(
  { offsets, targets, kinds: edgeKinds }: CompactGraph,
  from: number,
  to: number,
  kinds: EdgeKind,
): boolean {
  for (let edge = intAt(offsets, from); edge < intAt(offsets, from + 1); edge += 1) {
    if (targets[edge] === to && (byteAt(edgeKinds, edge) & kinds) !== 0) return true;
  }
  return false;
}
