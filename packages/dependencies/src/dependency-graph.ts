import { DependencyCycleError, type DependencyError, type PluginDependency } from '@truthound/protocols';
import { type CycleReport, findCyclicGroups, reportCycles } from './cycles/cycle-report.ts';
import { DependencyNode, type DependencyLink, type NodeLinks } from './dependency-node.ts';
import {
  type ImpactReport,
  type WhyReport,
  explainPresence,
  findImpact,
  listRelated,
} from './graph-reports.ts';
import { findMissing, listProblems } from './graph-validation.ts';
import { compareCodeUnits } from './graph/code-unit-order.ts';
import { type CompactGraph, compactSlots } from './graph/compact-graph.ts';
import { assertText, readDeclarations, refuse } from './graph/declaration.ts';
import { DEV, type EdgeKind, LOADING, OPTIONAL, REQUIRED } from './graph/edge-kind.ts';
import { NONE } from './graph/edge-table.ts';
import { GraphStorage, type NodeMetadata } from './graph/graph-storage.ts';
import { type LoadPlan, planLoading } from './graph/load-plan.ts';

/** A plugin to add to a graph. */
export interface AddNodeOptions {
  /** Any string. */
  readonly pluginId: string;
  /** @defaultValue '0.0.0' */
  readonly version?: string;
  /** What it depends on; the others need not be in the graph yet. @defaultValue {} */
  readonly dependencies?: Readonly<Record<string, PluginDependency>>;
  /** Kept and handed back. @defaultValue {} */
  readonly metadata?: NodeMetadata;
}

/** Which circles count. */
export interface CycleOptions {
  /** Count optional dependencies too. Circles through them do not hinder loading. @defaultValue false */
  readonly includeOptional?: boolean;
}

/** Which dependencies are listed. */
export interface DependencyOptions {
  /** Also those of the dependencies, and so on. @defaultValue false */
  readonly recursive?: boolean;
  /** Also optional ones. @defaultValue false */
  readonly includeOptional?: boolean;
  /** Also those for development. @defaultValue false */
  readonly includeDev?: boolean;
}

/** An optional dependency that does not decide the order, because it closes a circle. */
export interface IgnoredDependency {
  readonly pluginId: string;
  readonly dependencyId: string;
}

const NO_METADATA: NodeMetadata = Object.freeze({});
const NO_DEPENDENCIES: Readonly<Record<string, PluginDependency>> = Object.freeze({});

/** The storage of a graph, for the other files of this package; not exported from it. */
export let storageOf: (graph: DependencyGraph) => GraphStorage;

/** An immutable array. */
function frozen<T>(items: T[]): readonly T[] {
  return Object.freeze(items);
}

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
  readonly #links: NodeLinks = {
    linksFrom: (id, kinds) => this.#listLinks(id, kinds, 'from'),
    linksTo: (id, kinds) => this.#listLinks(id, kinds, 'to'),
  };
  #compact: CompactGraph | undefined;

  /** How many plugins there are. */
  get size(): number {
    return this.#storage.presentCount;
  }

  /** The nodes, sorted by id. */
  *[Symbol.iterator](): IterableIterator<DependencyNode> {
    for (const id of this.ids()) {
      const node = this.getNode(id);
      if (node !== undefined) yield node;
    }
  }

  /** The ids of all plugins, sorted by code unit. */
  ids(): readonly string[] {
    const storage = this.#storage;
    return frozen(
      storage
        .presentSlots()
        .map((slot) => storage.id(slot))
        .sort(compareCodeUnits),
    );
  }

  /**
   * Adds a plugin. One that has the same id is replaced; who depends on it stays.
   *
   * @throws ValidationError when a field or a dependency has the wrong type; the graph is then unchanged.
   */
  addNode(options: AddNodeOptions): DependencyNode {
    const { pluginId, version = '0.0.0', dependencies = NO_DEPENDENCIES, metadata } = options;
    assertText(pluginId, 'dependency node', 'pluginId');
    assertText(version, `plugin ${JSON.stringify(pluginId)}`, 'version');
    if (metadata !== undefined && (typeof metadata !== 'object' || (metadata as unknown) === null)) {
      refuse(`plugin ${JSON.stringify(pluginId)}`, 'metadata', 'must be an object');
    }
    const kept = metadata === undefined ? NO_METADATA : Object.freeze({ ...metadata });
    this.#storage.put(pluginId, version, kept, readDeclarations(pluginId, dependencies));
    this.#compact = undefined;
    return new DependencyNode({ pluginId, version, metadata: kept }, this.#links);
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
    return new DependencyNode(
      { pluginId, version, metadata: this.#storage.metadata(slot) ?? NO_METADATA },
      this.#links,
    );
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
    return frozen(findCyclicGroups(this.#compacted(), cycleKinds(options)).map(({ shortest }) => shortest));
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
    const graph = this.#compacted();
    return frozen(this.#plan().order.map((vertex) => graph.ids[vertex] ?? ''));
  }

  /** The load order backwards. Throws as {@link getLoadOrder} does. */
  getUnloadOrder(): readonly string[] {
    return frozen([...this.getLoadOrder()].reverse());
  }

  /** The load order in levels: those of one level need only those of earlier levels. Throws as {@link getLoadOrder} does. */
  getLoadBatches(): readonly (readonly string[])[] {
    const order = this.getLoadOrder();
    const { levelStarts } = this.#plan();
    return frozen(
      levelStarts.slice(0, -1).map((start, level) => frozen(order.slice(start, levelStarts[level + 1]))),
    );
  }

  /** The optional dependencies that the load order leaves out of account, because they close a circle. Throws as {@link getLoadOrder} does. */
  getIgnoredDependencies(): readonly IgnoredDependency[] {
    const { ids, offsets, targets } = this.#compacted();
    let vertex = 0;
    const ignored = this.#plan().setAside.map((edge): IgnoredDependency => {
      while ((offsets[vertex + 1] ?? 0) <= edge) vertex += 1;
      return Object.freeze({ pluginId: ids[vertex] ?? '', dependencyId: ids[targets[edge] ?? 0] ?? '' });
    });
    return frozen(
      ignored.sort(
        (a, b) =>
          compareCodeUnits(a.pluginId, b.pluginId) || compareCodeUnits(a.dependencyId, b.dependencyId),
      ),
    );
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

  #listLinks(id: string, kinds: EdgeKind, way: 'from' | 'to'): readonly DependencyLink[] {
    const storage = this.#storage;
    const { edges } = storage;
    const slot = storage.slotOf(id);
    const links: DependencyLink[] = [];
    if (slot === undefined) return links;
    const isOut = way === 'from';
    let edge = isOut ? edges.firstOut(slot) : edges.firstIn(slot);
    while (edge !== NONE) {
      const kind = edges.kind(edge);
      if ((kind & kinds) !== 0) {
        const other = isOut ? edges.target(edge) : edges.source(edge);
        links.push({ id: storage.id(other), kind, requirement: edges.requirement(edge) });
      }
      edge = isOut ? edges.nextOut(edge) : edges.nextIn(edge);
    }
    return links.sort((a, b) => compareCodeUnits(a.id, b.id));
  }
}

function cycleKinds({ includeOptional = false }: CycleOptions): EdgeKind {
  return includeOptional ? LOADING : REQUIRED;
}
