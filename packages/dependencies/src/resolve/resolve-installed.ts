/**
 * From a list of installed plugins to a {@link ResolutionResult}: the order at once where nothing is wrong; else
 * build the graph, collect every problem of every category, and put in order what can be loaded.
 *
 * @module
 */
import type { ResolvablePlugin } from '@truthound/protocols';
import { findCyclicGroups } from '../cycles/cycle-report.ts';
import { DependencyGraph, storageOf } from '../dependency-graph.ts';
import { compareCodeUnits } from '../graph/code-unit-order.ts';
import { type CompactGraph, compactSlots } from '../graph/compact-graph.ts';
import { LOADING, REQUIRED } from '../graph/edge-kind.ts';
import { itemAt } from '../graph/element-at.ts';
import type { GraphStorage } from '../graph/graph-storage.ts';
import { batchesOf, ignoredBy, orderOf } from '../graph/load-order.ts';
import { planLoading } from '../graph/load-plan.ts';
import { type PluginWarning, type ResolutionFacts, explainPlugin } from './explain-resolution.ts';
import { findProblems } from './find-problems.ts';
import { InstalledPlugins } from './installed-plugins.ts';
import { type CleanPlan, planAtOnce } from './plan-at-once.ts';
import { ProblemMap, spreadProblems } from './problem-map.ts';
import type { ResolutionResult } from './resolution-result.ts';
import { RootChains } from './root-chains.ts';

/** What counts as a failure. */
export interface ResolveRules {
  readonly strict: boolean;
  readonly allowMissingOptional: boolean;
}

/** See {@link DependencyResolver.resolve}. */
export function resolveInstalled(infos: Iterable<ResolvablePlugin>, rules: ResolveRules): ResolutionResult {
  const plugins = new InstalledPlugins(infos);
  const plan = planAtOnce(plugins);
  return plan === undefined ? resolveInDetail(plugins, rules) : resolveCleanly(plugins, plan);
}

const NOTHING: readonly never[] = Object.freeze([]);

function resolveCleanly(plugins: InstalledPlugins, { order, batches }: CleanPlan): ResolutionResult {
  const facts: ResolutionFacts = {
    problems: new ProblemMap(),
    blockedBy: new Map(),
    batches,
    versionOf: (id) => plugins.versionOf(id),
    warnings: NOTHING,
    missing: NOTHING,
  };
  let graph: DependencyGraph | undefined;
  return Object.freeze({
    success: true,
    /** Built when it is asked for: whoever wants the order alone does not pay for it. */
    get graph() {
      return (graph ??= graphOf(plugins));
    },
    loadOrder: order,
    loadBatches: batches,
    conflicts: NOTHING,
    missing: NOTHING,
    cycles: NOTHING,
    warnings: NOTHING,
    blocked: NOTHING,
    explain: (id: string) => explainPlugin(id, facts),
  });
}

/** The way that finds every problem there is; where there is none, it answers what the short way answers. */
export function resolveInDetail(plugins: InstalledPlugins, rules: ResolveRules): ResolutionResult {
  const graph = graphOf(plugins);
  const storage = storageOf(graph);
  const { missing, conflicts, warnings } = findProblems(storage, new RootChains(storage), rules);
  const whole = compactSlots(storage, storage.presentSlots(), LOADING);
  const groups = findCyclicGroups(whole, REQUIRED);
  const { duplicates } = plugins;

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
    versionOf: (id) => plugins.versionOf(id),
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

function graphOf({ ids, versions, declarations }: InstalledPlugins): DependencyGraph {
  const graph = new DependencyGraph();
  const storage = storageOf(graph);
  ids.forEach((id, index) => {
    storage.put(id, itemAt(versions, index), undefined, itemAt(declarations, index));
  });
  return graph;
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
