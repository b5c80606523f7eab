/** How each library builds a graph, and what it calls an order. */
import { createRequire } from 'node:module';
import { DependencyGraph } from '@truthound/dependencies';
import * as dagrejs from '@dagrejs/graphlib';
import { DepGraph } from 'dependency-graph';
import graphlib from 'graphlib';
import graphology from 'graphology';
import * as graphologyDag from 'graphology-dag';
import { Role } from '../harness/figures.ts';
import type { InputNode } from './input.ts';

const require = createRequire(import.meta.url);
const toposort = require('toposort') as {
  array(nodes: readonly string[], edges: readonly (readonly [string, string])[]): string[];
};

export interface Library {
  readonly name: string;
  readonly role: Role;
  /** Answers the graph, so that nothing of it is collected while memory is measured. */
  readonly build: (nodes: readonly InputNode[]) => unknown;
  /** Answers the number of plugins in order. */
  readonly order: (graph: unknown) => number;
}

function define<Graph>(library: {
  readonly name: string;
  readonly role?: Role;
  readonly build: (nodes: readonly InputNode[]) => Graph;
  readonly order: (graph: Graph) => number;
}): Library {
  return { role: Role.PEER, ...library } as Library;
}

export const LIBRARIES: readonly Library[] = [
  define({
    name: '@truthound/dependencies',
    role: Role.OURS,
    build: (nodes) => {
      const graph = new DependencyGraph();
      for (const node of nodes) graph.addNode(node);
      return graph;
    },
    order: (graph) => graph.getLoadOrder().length,
  }),
  define({
    name: 'graphlib 2.1.8',
    build: (nodes) => {
      const graph = new graphlib.Graph();
      for (const { pluginId, targets } of nodes) {
        graph.setNode(pluginId);
        for (const target of targets) graph.setEdge(pluginId, target);
      }
      return graph;
    },
    order: (graph) => graphlib.alg.topsort(graph).length,
  }),
  define({
    name: '@dagrejs/graphlib 4.0.6',
    build: (nodes) => {
      const graph = new dagrejs.Graph();
      for (const { pluginId, targets } of nodes) {
        graph.setNode(pluginId);
        for (const target of targets) graph.setEdge(pluginId, target);
      }
      return graph;
    },
    order: (graph) => dagrejs.alg.topsort(graph).length,
  }),
  define({
    name: 'dependency-graph 1.0.0',
    build: (nodes) => {
      const graph = new DepGraph<string>();
      for (const { pluginId, version } of nodes) graph.addNode(pluginId, version);
      for (const { pluginId, targets } of nodes) {
        for (const target of targets) graph.addDependency(pluginId, target);
      }
      return graph;
    },
    order: (graph) => graph.overallOrder().length,
  }),
  define({
    name: 'graphology 0.26.0',
    build: (nodes) => {
      const graph = new graphology.DirectedGraph();
      for (const { pluginId } of nodes) graph.addNode(pluginId);
      for (const { pluginId, targets } of nodes) {
        for (const target of targets) graph.addEdge(target, pluginId);
      }
      return graph;
    },
    order: (graph) => graphologyDag.topologicalSort(graph).length,
  }),
  define({
    // It has no graph of its own: its order starts from the list of edges.
    name: 'toposort 2.0.2',
    build: (nodes) => ({
      nodes: nodes.map(({ pluginId }) => pluginId),
      edges: nodes.flatMap(({ pluginId, targets }) => targets.map((target) => [pluginId, target] as const)),
    }),
    order: ({ nodes, edges }) => toposort.array(nodes, edges).length,
  }),
];
