/**
 * In which order plugins are loaded: by level (how long the longest chain of dependencies below them
 * is), and within a level by id. Everything in one level can be loaded at the same time.
 *
 * Optional dependencies order plugins where they can and never block: where they close a circle, some
 * are set aside, always the same ones (see {@link breakOptionalCircles}).
 *
 * @module
 */
import type { CompactGraph } from './compact-graph.ts';
import { LOADING } from './edge-kind.ts';
import { breakOptionalCircles } from './optional-circles.ts';
import { findStrongComponents } from '../cycles/strong-components.ts';
import { byteAt, intAt, itemAt } from './element-at.ts';

/** Vertices of a {@link CompactGraph}, level by level. */
export interface LoadPlan {
  /** All vertices, in the order of loading. */
  readonly order: readonly number[];
  /** Where each level starts in `order`; one more entry for the end. */
  readonly levelStarts: readonly number[];
  /** Edges (positions in `targets`) that could not be kept, ascending. */
  readonly setAside: readonly number[];
}

/**
 * The plan for a graph that has no circle of required dependencies.
 * In a graph that has one, that circle is broken like an optional one; ask for circles first.
 */
export function planLoading(graph: CompactGraph): LoadPlan {
  const size = graph.ids.length;
  const { order, starts } = findStrongComponents(graph, LOADING);
  const isSetAside = new Uint8Array(graph.targets.length);
  const sequence = order;

  for (let index = 0; index + 1 < starts.length; index += 1) {
    const from = itemAt(starts, index);
    const to = itemAt(starts, index + 1);
    if (to - from > 1) sequence.set(breakOptionalCircles(graph, sequence.slice(from, to), isSetAside), from);
  }

  const level = new Int32Array(size);
  let levelCount = size === 0 ? 0 : 1;
  for (let at = 0; at < size; at += 1) {
    const vertex = intAt(sequence, at);
    const own = levelOf(graph, vertex, level, isSetAside);
    level[vertex] = own;
    if (own >= levelCount) levelCount = own + 1;
  }
  return {
    ...arrangeByLevel(level, levelCount),
    setAside: listSetAside(isSetAside),
  };
}

function listSetAside(isSetAside: Uint8Array): number[] {
  const edges: number[] = [];
  for (let edge = isSetAside.indexOf(1); edge !== -1; edge = isSetAside.indexOf(1, edge + 1))
    edges.push(edge);
  return edges;
}

function levelOf(graph: CompactGraph, vertex: number, level: Int32Array, isSetAside: Uint8Array): number {
  const { offsets, targets, kinds } = graph;
  const end = intAt(offsets, vertex + 1);
  let own = 0;
  for (let edge = intAt(offsets, vertex); edge < end; edge += 1) {
    if ((byteAt(kinds, edge) & LOADING) === 0 || isSetAside[edge] === 1) continue;
    const target = intAt(targets, edge);
    // An edge from a plugin to itself orders nothing.
    if (target === vertex) isSetAside[edge] = 1;
    else own = Math.max(own, intAt(level, target) + 1);
  }
  return own;
}

/** Counting sort: vertices already stand in the order of their ids. */
function arrangeByLevel(level: Int32Array, levelCount: number): Pick<LoadPlan, 'order' | 'levelStarts'> {
  const levelStarts = new Array<number>(levelCount + 1).fill(0);
  for (const own of level) levelStarts[own + 1] = itemAt(levelStarts, own + 1) + 1;
  for (let index = 1; index <= levelCount; index += 1) {
    levelStarts[index] = itemAt(levelStarts, index) + itemAt(levelStarts, index - 1);
  }
  const next = levelStarts.slice();
  const order = new Array<number>(level.length).fill(0);
  for (let vertex = 0; vertex < level.length; vertex += 1) {
    const own = intAt(level, vertex);
    const at = itemAt(next, own);
    next[own] = at + 1;
    order[at] = vertex;
  }
  return { order, levelStarts };
}
