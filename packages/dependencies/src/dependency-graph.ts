import { DependencyCycleError, type DependencyError, type PluginDependency } from '@truthound/protocols';
import { type CycleReport, findCyclicGroups, reportCycles } from './cycles/cycle-report.ts';
import { DependencyNode } from './dependency-node.ts';
import type { AddNodeOptions, CycleOptions, DependencyOptions } from './graph-options.ts';
import {
  type ImpactReport,
  type WhyReport,
  explainPresence,
  findImpact,
  listRelated,
} from './graph-reports.ts';
import { findMissing, listProblems } from './graph-validation.ts';
import { type CompactGraph, compactSlots } from './graph/compact-graph.ts';
import { assertNode, readDeclarations } from './graph/declaration.ts';
import { DEV, type EdgeKind, LOADING, OPTIONAL, REQUIRED } from './graph/edge-kind.ts';
import { GraphStorage, type NodeMetadata } from './graph/graph-storage.ts';
import { type IgnoredDependency, batchesOf, ignoredBy, orderOf } from './graph/load-order.ts';
import { type LoadPlan, planLoading } from './graph/load-plan.ts';
import { listPresentIds } from './graph/node-links.ts';
import { renderDot } from './render/dot.ts';
import { type DependencyGraphJson, type FromJsonOptions, readJson, writeJson } from './render/graph-json.ts';
import {
  type GraphlibGraph,
  type GraphlibSource,
  type GraphlibTarget,
  createGraphlib,
  readGraphlib,
  writeGraphlib,
} from './render/graphlib-exchange.ts';
import { renderMermaid } from './render/mermaid.ts';
import { type Picture, createPicture } from './render/picture.ts';
import { type SvgOptions, renderSvg } from './render/svg.ts';

const NO_METADATA: NodeMetadata = Object.freeze({});
const NO_DEPENDENCIES: Readonly<Record<string, PluginDependency>> = Object.freeze({});

/** The storage of a graph, for the other files of this package; not exported from it. */
export let storageOf: (graph: DependencyGraph) => GraphStorage;

/**
 * Plugins and what they depend on.
 *
 * Answers depend on what the graph holds and never on the order in which it was added. Adding and
 * removing a plugin costs as much as it has dependencies.
 */
export class DependencyGraph {
  static {
    storageOf = (graph) => graph.#storage;
  }

  readonly #storage = new GraphStorage();
  #compact: CompactGraph | undefined;

  /** How many plugins there are. */
  get size(): number {
    return this.#storage.presentCount;
  }

  /** The nodes, sorted by id. */
  *[Symbol.iterator](): IterableIterator<DependencyNode> {
    // Ids first: a plugin that is removed while its neighbours are looked at is left out.
    for (const id of this.ids()) {
      const node = this.getNode(id);
      if (node !== undefined) yield node;
    }
  }

  /** The ids of all plugins, sorted by code unit. */
  ids(): readonly string[] {
    return Object.freeze(listPresentIds(this.#storage));
  }

  /**
   * Adds a plugin. One that has the same id is replaced; who depends on it stays.
   *
   * @throws ValidationError when a field or a dependency has the wrong type; the graph is then unchanged.
   */
  addNode(options: AddNodeOptions): DependencyNode {
    const { pluginId, version = '0.0.0', dependencies = NO_DEPENDENCIES, metadata } = options;
    assertNode(pluginId, version, metadata);
    const kept = metadata === undefined ? NO_METADATA : Object.freeze({ ...metadata });
    this.#storage.put(pluginId, version, kept, readDeclarations(pluginId, dependencies));
    this.#compact = undefined;
    return new DependencyNode({ pluginId, version, metadata: kept }, this.#storage);
  }

  /** Removes a plugin; what others declared about it stays. @returns whether it was there. */
  removeNode(pluginId: string): boolean {
    const wasPresent = this.#storage.remove(pluginId);
    if (wasPresent) this.#compact = undefined;
    return wasPresent;
  }

  getNode(pluginId: string): DependencyNode | undefined {
    const slot = this.#storage.slotOf(pluginId);
    const version = slot === undefined ? undefined : this.#storage.version(slot);
    if (slot === undefined || version === undefined) return undefined;
    return new DependencyNode({ pluginId, version, metadata: this.#storage.metadata(slot) }, this.#storage);
  }

  hasNode(pluginId: string): boolean {
    const slot = this.#storage.slotOf(pluginId);
    return slot !== undefined && this.#storage.isPresent(slot);
  }

  /**
   * One shortest circle for each group of plugins that require one another, closed (`['a', 'b', 'a']`).
   * Empty when there is none. For all circles and whole groups: {@link reportCycles}.
   */
  detectCycles(options: CycleOptions = {}): readonly (readonly string[])[] {
    const groups = findCyclicGroups(this.#compacted(), cycleKinds(options));
    return Object.freeze(groups.map(({ shortest }) => shortest));
  }

  /** The groups, and all circles up to `maxCycles` (there can be exponentially many). @defaultValue 100 circles */
  reportCycles(options: CycleOptions & { readonly maxCycles?: number } = {}): CycleReport {
    return reportCycles(this.#compacted(), cycleKinds(options), options.maxCycles ?? 100);
  }

  /**
   * All plugins, dependencies first: by level, then by id in code units.
   * Whether versions fit is not asked here but by {@link validate}.
   *
   * @throws DependencyCycleError when plugins require one another in a circle.
   * @throws MissingDependencyError when there is no circle, and a required plugin is absent.
   */
  getLoadOrder(): readonly string[] {
    return orderOf(this.#compacted(), this.#plan());
  }

  /** The load order backwards. Throws as {@link getLoadOrder} does. */
  getUnloadOrder(): readonly string[] {
    return Object.freeze([...this.getLoadOrder()].reverse());
  }

  /** The load order in levels: those of one level need only those of earlier levels. Throws as {@link getLoadOrder} does. */
  getLoadBatches(): readonly (readonly string[])[] {
    const plan = this.#plan();
    return batchesOf(orderOf(this.#compacted(), plan), plan);
  }

  /** The optional dependencies that the load order leaves out of account, because they close a circle. Throws as {@link getLoadOrder} does. */
  getIgnoredDependencies(): readonly IgnoredDependency[] {
    return ignoredBy(this.#compacted(), this.#plan());
  }

  /** Ids that a plugin depends on, installed or not; sorted. Empty for an id that the graph does not know. */
  getDependencies(pluginId: string, options: DependencyOptions = {}): readonly string[] {
    const { recursive = false, includeOptional = false, includeDev = false } = options;
    const kinds = REQUIRED | (includeOptional ? OPTIONAL : 0) | (includeDev ? DEV : 0);
    return listRelated(this.#storage, pluginId, { direction: 'dependencies', kinds, recursive });
  }

  /** Ids of the plugins that declare this one as required or optional; sorted. Works for an id that is only mentioned. */
  getDependents(pluginId: string, options: Pick<DependencyOptions, 'recursive'> = {}): readonly string[] {
    const { recursive = false } = options;
    return listRelated(this.#storage, pluginId, { direction: 'dependents', kinds: LOADING, recursive });
  }

  /** Why a plugin is there: chains from the plugins that nothing depends on. @defaultValue at most 10 chains */
  why(pluginId: string, options: { readonly maxChains?: number } = {}): WhyReport {
    return explainPresence(this.#storage, pluginId, options.maxChains ?? 10);
  }

  /** What stops working, and what loses something, when a plugin goes away. */
  impact(pluginId: string): ImpactReport {
    return findImpact(this.#storage, pluginId);
  }

  /** Every missing required plugin, version that does not fit, and circle; empty when all is well. */
  validate(): readonly DependencyError[] {
    return listProblems(this.#storage, findCyclicGroups(this.#compacted(), REQUIRED));
  }

  /** Plain data, sorted by id. Ranges become text; read them back with `parseRequirement`. */
  toJSON(): DependencyGraphJson {
    return writeJson(this.#storage);
  }

  /** @throws ValidationError naming the place that is wrong. */
  static fromJSON(data: unknown, options: FromJsonOptions = {}): DependencyGraph {
    return DependencyGraph.#of(readJson(data, options));
  }

  /** Graphviz source. */
  toDot(): string {
    return renderDot(this.#picture());
  }

  /** Mermaid source. */
  toMermaid(): string {
    return renderMermaid(this.#picture());
  }

  /** An SVG file with states and circles shown. @throws ValidationError when there are more than `maxNodes` plugins. */
  toSvg(options: SvgOptions = {}): string {
    return renderSvg(this.#picture(), options);
  }

  /** A copy as a graph of `@dagrejs/graphlib`; nodes are named by {@link toGraphlibId}. */
  toGraphlib(): GraphlibGraph;
  /** Writes the copy to a graph of your own, of `@dagrejs/graphlib` or of `graphlib`, and returns it: `alg` accepts it as it is. */
  toGraphlib<Target extends GraphlibTarget>(target: Target): Target;
  toGraphlib(target: GraphlibTarget = createGraphlib()): GraphlibTarget {
    return writeGraphlib(this.#storage, target);
  }

  /**
   * The graph that a graph of graphlib describes.
   *
   * @throws ValidationError when a node is not named by {@link toGraphlibId}.
   */
  static fromGraphlib(graph: GraphlibSource): DependencyGraph {
    return DependencyGraph.#of(readGraphlib(graph));
  }

  static #of(nodes: readonly AddNodeOptions[]): DependencyGraph {
    const graph = new DependencyGraph();
    for (const node of nodes) graph.addNode(node);
    return graph;
  }

  #picture(): Picture {
    return createPicture(this.#storage, findCyclicGroups(this.#compacted(), REQUIRED));
  }

  #compacted(): CompactGraph {
    this.#compact ??= compactSlots(this.#storage, this.#storage.presentSlots(), LOADING);
    return this.#compact;
  }

  #plan(): LoadPlan {
    const graph = this.#compacted();
    const plan = planLoading(graph);
    const [cycle] = plan.setAside.length === 0 ? [] : this.detectCycles();
    if (cycle !== undefined) throw new DependencyCycleError({ cycle });
    const [missing] = findMissing(this.#storage);
    if (missing !== undefined) throw missing;
    return plan;
  }
}

function cycleKinds({ includeOptional = false }: CycleOptions): EdgeKind {
  return includeOptional ? LOADING : REQUIRED;
}
