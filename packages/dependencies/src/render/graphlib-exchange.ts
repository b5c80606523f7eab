/**
 * To and from graphlib, for its algorithms and for what its ecosystem reads.
 *
 * graphlib keeps nodes as keys of ordinary objects, and joins two ids with U+0001 to name an edge. So an id
 * goes in only behind a prefix and with its control characters escaped: `__proto__` reaches no
 * prototype, and no two edges get one name.
 *
 * @module
 */
import { Graph, type Label } from '@dagrejs/graphlib';
import type { DependencyType, PluginDependency, VersionRequirement } from '@truthound/protocols';
import type { AddNodeOptions } from '../graph-options.ts';
import { refuse } from '../graph/declaration.ts';
import { ANY, typeOf } from '../graph/edge-kind.ts';
import { NONE } from '../graph/edge-table.ts';
import type { GraphStorage, NodeMetadata } from '../graph/graph-storage.ts';
import { listLinks } from '../graph/node-links.ts';
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
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return refuse(
    'graphlib graph',
    `node ${JSON.stringify(node)}`,
    `must be named as toGraphlibId does: "${PREFIX}" and an id`,
  );
}

/** A new graphlib graph. */
export function writeGraphlib(storage: GraphStorage): Graph<Label, GraphlibNode, GraphlibEdge> {
  const result = new Graph<Label, GraphlibNode, GraphlibEdge>({ directed: true });
  const ids = listKnownIds(storage);
  for (const pluginId of ids) {
    const slot = storage.slotOf(pluginId) ?? NONE;
    const metadata = storage.metadata(slot) ?? {};
    result.setNode(toGraphlibId(pluginId), { pluginId, version: storage.version(slot), metadata });
  }
  for (const from of ids) {
    for (const { id, kind, requirement } of listLinks(storage, from, TO_DEPENDENCIES, ANY)) {
      result.setEdge(toGraphlibId(from), toGraphlibId(id), { type: typeOf(kind), requirement });
    }
  }
  return result;
}

/** What a graphlib graph holds, as nodes to add. Edges without a label count as required; nodes without a version are left out when something depends on them. */
export function readGraphlib(graph: Graph<unknown, unknown, unknown>): readonly AddNodeOptions[] {
  return graph.nodes().flatMap((name): readonly AddNodeOptions[] => {
    const { version, metadata } = (graph.node(name) ?? {}) as Partial<GraphlibNode>;
    const out = graph.outEdges(name) ?? [];
    if (version === undefined && out.length === 0 && (graph.inEdges(name) ?? []).length > 0) return [];
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
