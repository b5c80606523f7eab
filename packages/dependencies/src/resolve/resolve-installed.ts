/**
 * From a list of installed plugins to a {@link ResolutionResult}: build the graph, collect every
 * problem of every category, and put in order what can be loaded.
 *
 * @module
 */
import type { ResolvablePlugin } from '@truthound/protocols';
import { findCyclicGroups } from '../cycles/cycle-report.ts';
import { DependencyGraph, storageOf } from '../dependency-graph.ts';
import { compareCodeUnits } from '../graph/code-unit-order.ts';
import { type CompactGraph, compactSlots } from '../graph/compact-graph.ts';
import { LOADING, REQUIRED } from '../graph/edge-kind.ts';
import type { GraphStorage } from '../graph/graph-storage.ts';
import { batchesOf, ignoredBy, orderOf } from '../graph/load-order.ts';
import { planLoading } from '../graph/load-plan.ts';
import { type PluginWarning, type ResolutionFacts, explainPlugin } from './explain-resolution.ts';
import { findProblems } from './find-problems.ts';
import { ProblemMap, spreadProblems } from './problem-map.ts';
import type { DuplicateConflict, ResolutionResult } from './resolution-result.ts';
import { RootChains } from './root-chains.ts';

/** What counts as a failure. */
export interface ResolveRules {
  readonly strict: boolean;
  readonly allowMissingOptional: boolean;
}

/** See {@link DependencyResolver.resolve}. */
export function resolveInstalled(infos: Iterable<ResolvablePlugin>, rules: ResolveRules): ResolutionResult {
  const { graph, versions, duplicates } = buildGraph(infos);
  const storage = storageOf(graph);
  const { missing, conflicts, warnings } = findProblems(storage, new RootChains(storage), rules);
  const whole = compactSlots(storage, storage.presentSlots(), LOADING);
  const groups = findCyclicGroups(whole, REQUIRED);

  const problems = new ProblemMap();
  problems.addMissing(missing);
  problems.addConflicts(conflicts);
  problems.addDuplicates(duplicates);
  problems.addCycles(groups);
  const blockedBy = spreadProblems(storage, problems);
  const isClean = blockedBy.size === 0;

  const plan = isClean || !rules.strict ? planWithout(storage, whole, blockedBy) : EMPTY_PLAN;
  const facts: ResolutionFacts = {
    problems,
    blockedBy,
    batches: plan.batches,
    versions,
    warnings: [...warnings, ...plan.warnings],
    missing,
  };
  return Object.freeze({
    success: isClean || !rules.strict,
    graph,
    loadOrder: plan.order,
    loadBatches: plan.batches,
    conflicts: Object.freeze([...duplicates, ...conflicts]),
    missing: Object.freeze(missing),
    cycles: Object.freeze(groups.map(({ shortest }) => shortest)),
    warnings: Object.freeze(facts.warnings.map(({ message }) => message)),
    blocked: Object.freeze([...blockedBy.keys()].sort(compareCodeUnits)),
    explain: (id: string) => explainPlugin(id, facts),
  });
}

/** Of several plugins with one id the first given stands in the graph; none of them will be loaded. */
function buildGraph(infos: Iterable<ResolvablePlugin>): {
  readonly graph: DependencyGraph;
  readonly versions: ReadonlyMap<string, string>;
  readonly duplicates: readonly DuplicateConflict[];
} {
  const graph = new DependencyGraph();
  const versions = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  for (const { id, version, dependencies = {} } of infos) {
    const present = versions.get(id);
    if (present === undefined) {
      graph.addNode({ pluginId: id, version, dependencies });
      versions.set(id, version);
    } else {
      const given = repeated.get(id) ?? [present];
      given.push(version);
      repeated.set(id, given);
    }
  }
  const duplicates = [...repeated].map(([pluginId, given]): DuplicateConflict => {
    const message = `${String(given.length)} plugins have the id "${pluginId}" (versions ${given.join(', ')}): remove all but one, or give them different ids`;
    return Object.freeze({ type: 'duplicate', pluginId, versions: Object.freeze(given), message });
  });
  return { graph, versions, duplicates: duplicates.sort((a, b) => compareCodeUnits(a.pluginId, b.pluginId)) };
}

interface ResolvedPlan {
  readonly order: readonly string[];
  readonly batches: readonly (readonly string[])[];
  readonly warnings: readonly PluginWarning[];
}

const EMPTY_PLAN: ResolvedPlan = { order: Object.freeze([]), batches: Object.freeze([]), warnings: [] };

function planWithout(
  storage: GraphStorage,
  whole: CompactGraph,
  blockedBy: ReadonlyMap<string, unknown>,
): ResolvedPlan {
  const slots = storage.presentSlots().filter((slot) => !blockedBy.has(storage.id(slot)));
  const graph = blockedBy.size === 0 ? whole : compactSlots(storage, slots, LOADING);
  const plan = planLoading(graph);
  const order = orderOf(graph, plan);
  const warnings = ignoredBy(graph, plan).map(({ pluginId, dependencyId }): PluginWarning => ({
    pluginId,
    message: `plugin "${pluginId}" may be loaded before its optional dependency "${dependencyId}", because the two stand in a circle`,
  }));
  return { order, batches: batchesOf(order, plan), warnings };
}
