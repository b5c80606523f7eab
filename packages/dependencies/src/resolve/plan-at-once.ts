/**
 * The order of installed plugins that have no problem at all, which is how most of them are.
 *
 * Looking for problems needs a graph that can be walked both ways, and building it costs more than all
 * questions that are asked of it. That there is none can be seen in one walk over what is declared. Where
 * there is one, this gives up, and the graph tells them all.
 *
 * @module
 */
import type { VersionRequirement } from '@truthound/protocols';
import { sortByText } from '../graph/code-unit-order.ts';
import type { CompactGraph } from '../graph/compact-graph.ts';
import { LOADING } from '../graph/edge-kind.ts';
import { intAt, itemAt } from '../graph/element-at.ts';
import { batchesOf, orderOf } from '../graph/load-order.ts';
import { planLoading } from '../graph/load-plan.ts';
import type { InstalledPlugins } from './installed-plugins.ts';

/** Plugins in the order of loading, and the same in levels. */
export interface CleanPlan {
  readonly order: readonly string[];
  readonly batches: readonly (readonly string[])[];
}

/** `undefined` when there is anything to report: something absent, a version that does not fit, two of one id, a circle. */
export function planAtOnce(plugins: InstalledPlugins): CleanPlan | undefined {
  if (plugins.duplicates.length > 0) return undefined;
  const graph = compactInstalled(plugins);
  if (graph === undefined) return undefined;
  const plan = planLoading(graph);
  // Every circle has an edge that was set aside.
  if (plan.setAside.length > 0) return undefined;
  const order = orderOf(graph, plan);
  return { order, batches: batchesOf(order, plan) };
}

/** What decides the order, unless something that is declared is absent or does not fit. */
function compactInstalled(plugins: InstalledPlugins): CompactGraph | undefined {
  const { ids, versions, declarations } = plugins;
  const order = Int32Array.from(ids.keys());
  sortByText(order, ids);
  const vertexOf = new Int32Array(ids.length);
  for (let vertex = 0; vertex < order.length; vertex += 1) vertexOf[intAt(order, vertex)] = vertex;

  const offsets = new Int32Array(ids.length + 1);
  const targets: number[] = [];
  const kinds: number[] = [];
  for (let vertex = 0; vertex < order.length; vertex += 1) {
    for (const { id, kind, requirement } of itemAt(declarations, intAt(order, vertex))) {
      if ((kind & LOADING) === 0) continue;
      const target = plugins.indexOf(id);
      if (target === undefined || !accepts(requirement, itemAt(versions, target))) return undefined;
      targets.push(intAt(vertexOf, target));
      kinds.push(kind);
    }
    offsets[vertex + 1] = targets.length;
  }
  return {
    ids: Array.from(order, (index) => itemAt(ids, index)),
    offsets,
    targets: Int32Array.from(targets),
    kinds: Uint8Array.from(kinds),
  };
}

function accepts(requirement: VersionRequirement | undefined, version: string): boolean {
  return requirement === undefined || requirement.isSatisfiedBy(version);
}
