import type { PluginDependency, VersionRequirement } from '@truthound/protocols';
import { ANY, type EdgeKind, LOADING, OPTIONAL, REQUIRED, typeOf } from './graph/edge-kind.ts';
import type { NodeMetadata } from './graph/graph-storage.ts';

/** One edge, as a {@link DependencyNode} reads it. */
export interface DependencyLink {
  readonly id: string;
  readonly kind: EdgeKind;
  readonly requirement: VersionRequirement | undefined;
}

/** Where a node reads its edges. */
export interface NodeLinks {
  /** What `id` declares, sorted by id; nothing when it is not in the graph. */
  linksFrom(id: string, kinds: EdgeKind): readonly DependencyLink[];
  /** Who declares `id`, sorted by id. */
  linksTo(id: string, kinds: EdgeKind): readonly DependencyLink[];
}

/**
 * One plugin of a graph. Id, version and metadata are as they were when the node was asked for; the
 * dependencies are read from the graph at the time of asking, and are empty once the plugin is removed.
 */
export class DependencyNode {
  readonly pluginId: string;
  readonly version: string;
  readonly metadata: NodeMetadata;
  readonly #links: NodeLinks;

  constructor(
    facts: { readonly pluginId: string; readonly version: string; readonly metadata: NodeMetadata },
    links: NodeLinks,
  ) {
    this.pluginId = facts.pluginId;
    this.version = facts.version;
    this.metadata = facts.metadata;
    this.#links = links;
    Object.freeze(this);
  }

  /** What the plugin declares: id to type, or to `{ type, version }` where it accepts only some versions. */
  get dependencies(): Readonly<Record<string, PluginDependency>> {
    return dependencyRecord(this.#links.linksFrom(this.pluginId, ANY));
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
    return Object.freeze(this.#links.linksTo(this.pluginId, LOADING).map(({ id }) => id));
  }

  #idsFrom(kinds: EdgeKind): readonly string[] {
    return Object.freeze(this.#links.linksFrom(this.pluginId, kinds).map(({ id }) => id));
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
