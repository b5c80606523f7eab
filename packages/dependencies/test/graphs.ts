import type { PluginDependency } from '@truthound/protocols';
import { type AddNodeOptions, DependencyGraph } from '../src/index.ts';

/** `{ a: ['b', 'c?', 'd!'] }`: a requires b, can use c, and needs d for development. */
export type Sketch = Readonly<Record<string, readonly string[]>>;

const TYPES = { '?': 'optional', '!': 'dev' } as const;

/** The dependencies of a sketch. Built from pairs, so that any name is an own property. */
export function dependenciesOf(names: readonly string[]): Readonly<Record<string, PluginDependency>> {
  return Object.fromEntries(
    names.map((name) => {
      const mark = name.at(-1);
      return mark === '?' || mark === '!' ? [name.slice(0, -1), TYPES[mark]] : [name, 'required'];
    }),
  );
}

export function nodesOf(sketch: Sketch): readonly AddNodeOptions[] {
  return Object.entries(sketch).map(([pluginId, names]) => ({
    pluginId,
    dependencies: dependenciesOf(names),
  }));
}

export function graphOf(nodes: Iterable<AddNodeOptions>): DependencyGraph {
  const graph = new DependencyGraph();
  for (const node of nodes) graph.addNode(node);
  return graph;
}

export function sketched(sketch: Sketch): DependencyGraph {
  return graphOf(nodesOf(sketch));
}

/** p0 requires p1, p1 requires p2, and so on. */
export function chain(length: number): readonly AddNodeOptions[] {
  return Array.from({ length }, (_, index) => ({
    pluginId: `p${String(index)}`,
    dependencies: index + 1 < length ? { [`p${String(index + 1)}`]: 'required' as const } : {},
  }));
}

/** A small generator of numbers for building large graphs: the same on every machine. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A copy in another order. */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const next = numbersFrom(seed);
  const copy = [...items];
  for (let at = copy.length - 1; at > 0; at -= 1) {
    const other = next(at + 1);
    [copy[at], copy[other]] = [copy[other]!, copy[at]!];
  }
  return copy;
}
