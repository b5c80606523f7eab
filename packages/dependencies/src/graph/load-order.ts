import { compareCodeUnits } from './code-unit-order.ts';
import type { CompactGraph } from './compact-graph.ts';
import type { LoadPlan } from './load-plan.ts';
import { intAt, itemAt } from './element-at.ts';

/** An optional dependency that does not decide the order, because it closes a circle. */
export interface IgnoredDependency {
  readonly pluginId: string;
  readonly dependencyId: string;
}

/** The ids of a plan, in the order of loading. */
export function orderOf({ ids }: CompactGraph, { order }: LoadPlan): readonly string[] {
  return Object.freeze(order.map((vertex) => itemAt(ids, vertex)));
}

/** An order cut into its levels. */
export function batchesOf(
  order: readonly string[],
  { levelStarts }: LoadPlan,
): readonly (readonly string[])[] {
  const batches = levelStarts
    .slice(0, -1)
    .map((start, level) => Object.freeze(order.slice(start, levelStarts[level + 1])));
  return Object.freeze(batches);
}

/** The edges that a plan set aside, by plugin, then by dependency. */
export function ignoredBy(
  { ids, offsets, targets }: CompactGraph,
  { setAside }: LoadPlan,
): readonly IgnoredDependency[] {
  let vertex = 0;
  const ignored = setAside.map((edge): IgnoredDependency => {
    while (intAt(offsets, vertex + 1) <= edge) vertex += 1;
    return Object.freeze({ pluginId: itemAt(ids, vertex), dependencyId: itemAt(ids, intAt(targets, edge)) });
  });
  ignored.sort(
    (a, b) => compareCodeUnits(a.pluginId, b.pluginId) || compareCodeUnits(a.dependencyId, b.dependencyId),
  );
  return Object.freeze(ignored);
}
