import type { PluginDependency } from '@truthound/protocols';
import { ANY, type EdgeKind, LOADING, OPTIONAL, REQUIRED, typeOf } from './graph/edge-kind.ts';
import type { GraphStorage, NodeMetadata } from './graph/graph-storage.ts';
import { type DependencyLink, listLinks } from './graph/node-links.ts';
import { TO_DEPENDENCIES, TO_DEPENDENTS } from './graph/reachability.ts';

/**
 * One plugin of a graph. Id, version and metadata are as they were when the node was asked for; the
 * dependencies are read from the graph at the time of asking, and are empty once the plugin is removed.
 */
export class DependencyNode {
  readonly pluginId: string;
  readonly version: string;
  readonly metadata: NodeMetadata;
  readonly #storage: GraphStorage;

  constructor(
    facts: { readonly pluginId: string; readonly version: string; readonly metadata: NodeMetadata },
    storage: GraphStorage,
  ) {
    this.pluginId = facts.pluginId;
    this.version = facts.version;
    this.metadata = facts.metadata;
    this.#storage = storage;
    Object.freeze(this);
  }

  /** What the plugin declares: id to type, or to `{ type, version }` where it accepts only some versions. */
  get dependencies(): Readonly<Record<string, PluginDependency>> {
    return dependencyRecord(listLinks(this.#storage, this.pluginId, TO_DEPENDENCIES, ANY));
  }

  /** Ids it cannot be loaded without, sorted. */
  get requiredDependencies(): readonly string[] {
    return this.#idsFrom(REQUIRED);
  }

  /** Ids it uses where they are installed, sorted. */
  get optionalDependencies(): readonly string[] {
    return this.#idsFrom(OPTIONAL);
  }

  /** Ids of the plugins that declare this one as required or optional, sorted. */
  get dependents(): readonly string[] {
    return Object.freeze(listLinks(this.#storage, this.pluginId, TO_DEPENDENTS, LOADING).map(({ id }) => id));
  }

  #idsFrom(kinds: EdgeKind): readonly string[] {
    return Object.freeze(listLinks(this.#storage, this.pluginId, TO_DEPENDENCIES, kinds).map(({ id }) => id));
  }
}

/** Edges in the form in which they are declared. `Object.fromEntries` makes own properties of all ids, `__proto__` too. */
function dependencyRecord(links: readonly DependencyLink[]): Readonly<Record<string, PluginDependency>> {
  return Object.freeze(Object.fromEntries(links.map((link) => [link.id, toDeclaration(link)])));
}

function toDeclaration({ kind, requirement }: DependencyLink): PluginDependency {
  const type = typeOf(kind);
  return requirement === undefined ? type : Object.freeze({ type, version: requirement });
}
