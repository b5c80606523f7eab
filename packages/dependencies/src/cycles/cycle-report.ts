import { type CompactGraph, subgraph } from '../graph/compact-graph.ts';
import type { EdgeKind } from '../graph/edge-kind.ts';
import { listElementaryCycles } from './elementary-cycles.ts';
import { findShortestCycle } from './shortest-cycle.ts';
import { findCyclicComponents } from './strong-components.ts';
import { itemAt } from '../graph/element-at.ts';

/** Plugins that all reach one another, and so cannot be put in an order. */
export interface CyclicGroup {
  /** Sorted by code unit. */
  readonly members: readonly string[];
  /** One shortest circle, closed: the first id stands again at the end. */
  readonly shortest: readonly string[];
  /** False only in groups so large that the search for a shorter circle was stopped. */
  readonly isProvenShortest: boolean;
}

/** Everything about circles. */
export interface CycleReport {
  readonly groups: readonly CyclicGroup[];
  /** Elementary circles, closed, by group. */
  readonly cycles: readonly (readonly string[])[];
  /** Whether there are more circles than `maxCycles`. */
  readonly truncated: boolean;
}

function closed(ids: readonly string[], vertices: readonly number[]): readonly string[] {
  return Object.freeze([...vertices, ...vertices.slice(0, 1)].map((vertex) => itemAt(ids, vertex)));
}

/** The groups of plugins that depend on one another, by their first id. */
export function findCyclicGroups(graph: CompactGraph, kinds: EdgeKind): readonly CyclicGroup[] {
  return findCyclicComponents(graph, kinds).map((component) => {
    const part = subgraph(graph, component, kinds);
    const { vertices, isProvenShortest } = findShortestCycle(part);
    return Object.freeze({
      members: Object.freeze([...part.ids]),
      shortest: closed(part.ids, vertices),
      isProvenShortest,
    });
  });
}

/** Groups, a shortest circle of each, and all circles up to `maxCycles`. */
export function reportCycles(graph: CompactGraph, kinds: EdgeKind, maxCycles: number): CycleReport {
  const groups = findCyclicGroups(graph, kinds);
  const cycles: (readonly string[])[] = [];
  let truncated = false;
  for (const component of findCyclicComponents(graph, kinds)) {
    const part = subgraph(graph, component, kinds);
    const listed = listElementaryCycles(part, maxCycles - cycles.length);
    truncated ||= listed.isTruncated;
    for (const vertices of listed.cycles) cycles.push(closed(part.ids, vertices));
  }
  return Object.freeze({ groups: Object.freeze(groups), cycles: Object.freeze(cycles), truncated });
}
