/**
 * A frozen picture of a graph for the algorithms: vertices are numbers in the order of their ids, the
 * dependencies of each stand side by side in one array.
 *
 * Because the numbers follow the ids, whatever an algorithm prefers by number it prefers by name, and
 * the order in which plugins were added cannot show in any answer.
 *
 * @module
 */
import { sortByText } from './code-unit-order.ts';
import type { EdgeKind } from './edge-kind.ts';
import { NONE } from './edge-table.ts';
import type { GraphStorage } from './graph-storage.ts';
import { byteAt, intAt, itemAt } from './element-at.ts';

/** Vertices are 0 to `ids.length - 1`. The edges of `v` are at `offsets[v]` to `offsets[v + 1] - 1`. */
export interface CompactGraph {
  /** Sorted by code unit. */
  readonly ids: readonly string[];
  readonly offsets: Int32Array;
  /** The vertex that each edge leads to: the dependency. */
  readonly targets: Int32Array;
  readonly kinds: Uint8Array;
}

/** The plugins in `slots`, and the edges of `kinds` between them. */
export function compactSlots(storage: GraphStorage, slots: readonly number[], kinds: EdgeKind): CompactGraph {
  const { edges } = storage;
  const ids = slots.map((slot) => storage.id(slot));
  const order = Int32Array.from(slots.keys());
  sortByText(order, ids);

  const vertexOf = new Int32Array(storage.slotCount).fill(NONE);
  order.forEach((index, vertex) => (vertexOf[itemAt(slots, index)] = vertex));

  const offsets = new Int32Array(slots.length + 1);
  const targets = new Int32Array(edges.count);
  const edgeKinds = new Uint8Array(edges.count);
  let used = 0;
  order.forEach((index, vertex) => {
    for (let edge = edges.firstOut(itemAt(slots, index)); edge !== NONE; edge = edges.nextOut(edge)) {
      const target = intAt(vertexOf, edges.target(edge));
      const kind = edges.kind(edge);
      if (target === NONE || (kind & kinds) === 0) continue;
      targets[used] = target;
      edgeKinds[used] = kind;
      used += 1;
    }
    offsets[vertex + 1] = used;
  });
  return {
    ids: Array.from(order, (index) => itemAt(ids, index)),
    offsets,
    targets: targets.subarray(0, used),
    kinds: edgeKinds.subarray(0, used),
  };
}

/** The part of `graph` between `members` (ascending), with edges of `kinds` only, each vertex's edges ascending. */
export function subgraph(graph: CompactGraph, members: readonly number[], kinds: EdgeKind): CompactGraph {
  const localOf = numberMembers(members, graph.ids.length);
  const offsets = new Int32Array(members.length + 1);
  const targets: number[] = [];
  const edgeKinds: number[] = [];
  members.forEach((vertex, index) => {
    const found: { target: number; kind: EdgeKind }[] = [];
    for (let edge = intAt(graph.offsets, vertex); edge < intAt(graph.offsets, vertex + 1); edge += 1) {
      const target = localOf(intAt(graph.targets, edge));
      const kind = byteAt(graph.kinds, edge);
      if (target >= 0 && (kind & kinds) !== 0) found.push({ target, kind });
    }
    found.sort((a, b) => a.target - b.target);
    for (const { target, kind } of found) {
      targets.push(target);
      edgeKinds.push(kind);
    }
    offsets[index + 1] = targets.length;
  });
  return {
    ids: members.map((vertex) => itemAt(graph.ids, vertex)),
    offsets,
    targets: Int32Array.from(targets),
    kinds: Uint8Array.from(edgeKinds),
  };
}

/** Answers the place of a vertex among `members`, or `NONE`. An array for many members, a Map for a few of a large graph. */
function numberMembers(members: readonly number[], size: number): (vertex: number) => number {
  if (members.length * 16 < size) {
    const places = new Map(members.map((vertex, index) => [vertex, index]));
    return (vertex) => places.get(vertex) ?? NONE;
  }
  const places = new Int32Array(size).fill(NONE);
  members.forEach((vertex, index) => (places[vertex] = index));
  return (vertex) => intAt(places, vertex);
}
