/**
 * Orders of a few plugins and what belongs to them. Only that part of the graph is looked at: a circle
 * or a missing plugin elsewhere does not matter.
 *
 * @module
 */
import { DependencyCycleError, MissingDependencyError, PluginNotFoundError } from '@truthound/protocols';
import { findCyclicGroups } from '../cycles/cycle-report.ts';
import { compareCodeUnits, sortedIds } from '../graph/code-unit-order.ts';
import { compactSlots } from '../graph/compact-graph.ts';
import { LOADING, type EdgeKind, OPTIONAL, REQUIRED } from '../graph/edge-kind.ts';
import { NONE } from '../graph/edge-table.ts';
import type { GraphStorage } from '../graph/graph-storage.ts';
import { planLoading } from '../graph/load-plan.ts';
import { TO_DEPENDENCIES, TO_DEPENDENTS, traceWays, walk } from '../graph/reachability.ts';
import { itemAt } from '../graph/element-at.ts';

function presentSlotsOf(storage: GraphStorage, ids: Iterable<string>): readonly number[] {
  return sortedIds(new Set(ids)).map((pluginId) => {
    const slot = storage.slotOf(pluginId);
    if (slot === undefined || !storage.isPresent(slot)) {
      const known = storage.presentSlots().map((each) => storage.id(each));
      throw new PluginNotFoundError({ pluginId, known: known.sort(compareCodeUnits) });
    }
    return slot;
  });
}

function orderOf(storage: GraphStorage, slots: readonly number[]): string[] {
  const graph = compactSlots(storage, slots, LOADING);
  return planLoading(graph).order.map((vertex) => itemAt(graph.ids, vertex));
}

/** See {@link DependencyResolver.getInstallOrder}. */
export function orderInstallation(storage: GraphStorage, ids: Iterable<string>): readonly string[] {
  const closure = traceWays(storage, presentSlotsOf(storage, ids), TO_DEPENDENCIES, REQUIRED);
  for (const [slot, from] of closure) {
    if (storage.isPresent(slot)) continue;
    throw new MissingDependencyError({ pluginId: storage.id(from), dependencyId: storage.id(slot) });
  }
  const slots = [...closure.keys()];
  const [group] = findCyclicGroups(compactSlots(storage, slots, REQUIRED), REQUIRED);
  if (group !== undefined) throw new DependencyCycleError({ cycle: group.shortest });
  return Object.freeze(orderOf(storage, slots));
}

/** What goes, and what would break. */
export interface UninstallOrder {
  /** Dependents first. */
  readonly order: readonly string[];
  /** Plugins that stay and would lose something they require, dependents first. Empty when forced: then they go too. */
  readonly affected: readonly string[];
}

/** See {@link DependencyResolver.getUninstallOrder}. */
export function orderUninstallation(
  storage: GraphStorage,
  ids: Iterable<string>,
  isForced: boolean,
): UninstallOrder {
  const requested = new Set(presentSlotsOf(storage, ids));
  const closure = [...walk(storage, requested, TO_DEPENDENTS, REQUIRED)];
  const all = orderOf(storage, closure).reverse();
  if (isForced) return Object.freeze({ order: Object.freeze(all), affected: Object.freeze([]) });
  const isRequested = new Set([...requested].map((slot) => storage.id(slot)));
  return Object.freeze({
    order: Object.freeze(all.filter((id) => isRequested.has(id))),
    affected: Object.freeze(all.filter((id) => !isRequested.has(id))),
  });
}

/** See {@link DependencyResolver.canLoad}: ids that are needed below `id` and not loaded in a version that fits. */
export function findUnloaded(
  storage: GraphStorage,
  id: string,
  loaded: ReadonlySet<string>,
  allowMissingOptional: boolean,
): readonly string[] {
  const start = storage.slotOf(id);
  if (start === undefined || !storage.isPresent(start)) return Object.freeze([id]);
  const blocking: EdgeKind = allowMissingOptional ? REQUIRED : REQUIRED | OPTIONAL;
  const { edges } = storage;
  const missing = new Set<string>();
  for (const slot of walk(storage, [start], TO_DEPENDENCIES, blocking)) {
    for (let edge = edges.firstOut(slot); edge !== NONE; edge = edges.nextOut(edge)) {
      if ((edges.kind(edge) & blocking) === 0) continue;
      const target = edges.target(edge);
      const version = storage.version(target);
      const isFitting = version !== undefined && edges.requirement(edge)?.isSatisfiedBy(version) !== false;
      if (!isFitting || !loaded.has(storage.id(target))) missing.add(storage.id(target));
    }
  }
  return Object.freeze([...missing].sort(compareCodeUnits));
}
