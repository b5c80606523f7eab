/**
 * To and from graphlib, for its algorithms and for what its ecosystem reads.
 *
 * graphlib keeps nodes as keys of ordinary objects, and joins two ids with U+0001 to name an edge. So an id
 * goes in only behind a prefix and with its control characters escaped: `__proto__` reaches no
 * prototype, and no two edges get one name.
 *
 * The shapes here are our own: graphlib's types exist for ES modules only, so that naming them would shut
 * out every TypeScript user of CommonJS. Graphs of `graphlib` and of `@dagrejs/graphlib` both fit them.
 *
 * @module
 */
import { Graph } from '@dagrejs/graphlib';
import type { DependencyType, PluginDependency, VersionRequirement } from '@truthound/protocols';
import type { AddNodeOptions } from '../graph-options.ts';
import { refuse } from '../graph/declaration.ts';
import { ANY, typeOf } from '../graph/edge-kind.ts';
import type { GraphStorage, NodeMetadata } from '../graph/graph-storage.ts';
import { listLinks } from '../graph/node-links.ts';
import { entryOf } from '../graph/element-at.ts';
import { TO_DEPENDENCIES } from '../graph/reachability.ts';
import { listKnownIds } from './picture.ts';

/** What a graphlib node carries. */
export interface GraphlibNode {
  readonly pluginId: string;
  /** `undefined` when the plugin is only mentioned. */
  readonly version: string | undefined;
  readonly metadata: NodeMetadata;
}

/** What a graphlib edge (from a plugin to its dependency) carries. */
export interface GraphlibEdge {
  readonly type: DependencyType;
  readonly requirement: VersionRequirement | undefined;
}

/** How graphlib names an edge: from node `v` to node `w`. */
export interface GraphlibEdgeName {
  readonly v: string;
  readonly w: string;
}

/** A graph of graphlib to write to. */
export interface GraphlibTarget {
  setNode(name: string, label?: unknown): unknown;
  setEdge(from: string, to: string, label?: unknown): unknown;
}

/** A graph of graphlib to read from. */
export interface GraphlibSource {
  nodes(): readonly string[];
  node(name: string): unknown;
  edges(): readonly GraphlibEdgeName[];
  edge(name: GraphlibEdgeName): unknown;
}

/** The part of a graphlib graph that a reader of plugin dependencies needs, with the labels typed. */
export interface GraphlibGraph extends GraphlibSource, GraphlibTarget {
  node(name: string): GraphlibNode;
  edge(name: GraphlibEdgeName): GraphlibEdge;
  nodeCount(): number;
  edgeCount(): number;
  hasNode(name: string): boolean;
  hasEdge(from: string, to: string): boolean;
  predecessors(node: string): readonly string[] | undefined;
  successors(node: string): readonly string[] | undefined;
}

const PREFIX = 'plugin:';

/** The graphlib node of a plugin: `plugin:` and the id, with quotes, backslashes and control characters as in JSON. */
export function toGraphlibId(pluginId: string): string {
  return PREFIX + JSON.stringify(pluginId).slice(1, -1);
}

/**
 * The plugin of a graphlib node.
 *
 * @throws ValidationError when {@link toGraphlibId} did not make the name.
 */
export function fromGraphlibId(node: string): string {
  if (node.startsWith(PREFIX)) {
    try {
      const id: unknown = JSON.parse(`"${node.slice(PREFIX.length)}"`);
      if (typeof id === 'string') return id;
    } catch {
      // JSON.parse throws nothing but a SyntaxError at a text.
    }
  }
  return refuse(
    'graphlib graph',
    `node ${JSON.stringify(node)}`,
    `must be named as toGraphlibId does: "${PREFIX}" and an id`,
  );
}

/** A new, directed graph of `@dagrejs/graphlib`. */
export function createGraphlib(): GraphlibGraph {
  return new Graph<unknown, GraphlibNode, GraphlibEdge>({ directed: true });
}

/** Adds every plugin and every dependency to a graphlib graph, and returns that. */
export function writeGraphlib<Target extends GraphlibTarget>(storage: GraphStorage, target: Target): Target {
  const ids = listKnownIds(storage);
  for (const pluginId of ids) {
    const slot = storage.knownSlotOf(pluginId);
    const metadata = storage.metadata(slot);
    const label: GraphlibNode = { pluginId, version: storage.version(slot), metadata };
    target.setNode(toGraphlibId(pluginId), label);
  }
  for (const from of ids) {
    for (const { id, kind, requirement } of listLinks(storage, from, TO_DEPENDENCIES, ANY)) {
      const label: GraphlibEdge = { type: typeOf(kind), requirement };
      target.setEdge(toGraphlibId(from), toGraphlibId(id), label);
    }
  }
  return target;
}

/** What a graphlib graph holds, as nodes to add. Edges without a label count as required; nodes without a version are left out when something depends on them. */
export function readGraphlib(graph: GraphlibSource): readonly AddNodeOptions[] {
  const edgesFrom = new Map(graph.nodes().map((name): [string, GraphlibEdgeName[]] => [name, []]));
  const targets = new Set<string>();
  for (const edge of graph.edges()) {
    entryOf(edgesFrom, edge.v).push(edge);
    targets.add(edge.w);
  }
  return [...edgesFrom].flatMap(([name, out]): readonly AddNodeOptions[] => {
    const { version, metadata } = (graph.node(name) ?? {}) as Partial<GraphlibNode>;
    if (version === undefined && out.length === 0 && targets.has(name)) return [];
    const dependencies = out.map((edge): readonly [string, PluginDependency] => {
      const { type = 'required', requirement } = (graph.edge(edge) ?? {}) as Partial<GraphlibEdge>;
      return [fromGraphlibId(edge.w), requirement === undefined ? type : { type, version: requirement }];
    });
    return [
      {
        pluginId: fromGraphlibId(name),
        dependencies: Object.fromEntries(dependencies),
        ...(version === undefined ? {} : { version }),
        ...(metadata === undefined ? {} : { metadata }),
      },
    ];
  });
}
