/**
 * What must hold for every graph, with graphlib as the second opinion.
 */
import { DependencyError } from '@truthound/protocols';
import fc from 'fast-check';
import { Graph, alg } from 'graphlib';
import { describe, expect, it } from 'vitest';
import { type Sketch, graphOf, nodesOf, shuffled, sketched } from './graphs.ts';
import type { DependencyGraph } from '../src/index.ts';

const IDS = Array.from('abcdefghij');

const sketch: fc.Arbitrary<Sketch> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...IDS),
      fc.uniqueArray(fc.tuple(fc.constantFrom(...IDS), fc.constantFrom('', '', '', '?', '!')), {
        maxLength: 3,
        selector: ([id]) => id,
      }),
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((rows) => Object.fromEntries(rows.map(([id, marks]) => [id, marks.map((each) => each.join(''))])));

/** Only what is installed and only required edges: what graphlib can judge. */
function oracleOf(each: Sketch): Graph {
  const oracle = new Graph();
  for (const id of Object.keys(each)) oracle.setNode(id);
  for (const [id, names] of Object.entries(each)) {
    for (const name of names) if (!/[!?]$/.test(name) && name in each) oracle.setEdge(id, name);
  }
  return oracle;
}

function orderOf(graph: DependencyGraph): readonly string[] | undefined {
  try {
    return graph.getLoadOrder();
  } catch (error) {
    if (error instanceof DependencyError) return undefined;
    throw error;
  }
}

describe('every graph', () => {
  it('has an order exactly when nothing required is missing or in a circle; it holds every node once, dependencies first', () => {
    let ordered = 0;
    fc.assert(
      fc.property(sketch, (each) => {
        const graph = sketched(each);
        const order = orderOf(graph);
        const isComplete = Object.values(each).every((names) =>
          names.every((name) => /[!?]$/.test(name) || name in each),
        );
        expect(order !== undefined).toBe(isComplete && alg.isAcyclic(oracleOf(each)));
        if (order === undefined) return;
        ordered += 1;
        expect([...order].sort()).toEqual(Object.keys(each).sort());
        const ignored = new Set(
          graph.getIgnoredDependencies().map(({ pluginId, dependencyId }) => `${pluginId} ${dependencyId}`),
        );
        for (const [id, names] of Object.entries(each)) {
          for (const name of names.filter((all) => !all.endsWith('!'))) {
            const dependency = name.replace('?', '');
            if (!(dependency in each)) continue;
            const isEarlier = order.indexOf(dependency) < order.indexOf(id);
            const isIgnored = ignored.has(`${id} ${dependency}`);
            expect(isEarlier || isIgnored).toBe(true);
            expect(isIgnored && !name.endsWith('?')).toBe(false);
          }
        }
      }),
      { numRuns: 2_000, seed: 49 },
    );
    expect(ordered).toBeGreaterThan(100);
  });

  it('gives one order, one cycle report and one picture for every order of insertion', () => {
    fc.assert(
      fc.property(sketch, fc.nat(), (each, seed) => {
        const [one, other] = [sketched(each), graphOf(shuffled(nodesOf(each), seed))];
        expect(orderOf(other)).toEqual(orderOf(one));
        expect(other.reportCycles({ includeOptional: true })).toEqual(
          one.reportCycles({ includeOptional: true }),
        );
        expect(other.toDot()).toBe(one.toDot());
        expect(other.validate().map(({ message }) => message)).toEqual(
          one.validate().map(({ message }) => message),
        );
      }),
      { numRuns: 500, seed: 51 },
    );
  });

  it('has the groups that graphlib finds, and a shortest circle in each', () => {
    let circles = 0;
    fc.assert(
      fc.property(sketch, (each) => {
        const oracle = oracleOf(each);
        const { groups } = sketched(each).reportCycles();
        const expected = alg.findCycles(oracle).map((members) => members.sort().join());
        expect(groups.map(({ members }) => members.join()).sort()).toEqual(expected.sort());
        for (const { members, shortest } of groups) {
          circles += 1;
          const distances = alg.dijkstraAll(oracle);
          const girth = Math.min(
            ...members.flatMap((from) =>
              (oracle.successors(from) ?? []).map(
                (to) => 1 + (to === from ? 0 : (distances[to]?.[from]?.distance ?? Infinity)),
              ),
            ),
          );
          expect(shortest.length - 1).toBe(girth);
          expect(shortest.at(-1)).toBe(shortest[0]);
          shortest.slice(1).forEach((to, index) => {
            expect(oracle.hasEdge(shortest[index]!, to)).toBe(true);
          });
        }
      }),
      { numRuns: 1_000, seed: 53 },
    );
    expect(circles).toBeGreaterThan(100);
  });

  it('lists exactly the elementary circles', () => {
    fc.assert(
      fc.property(sketch, (each) => {
        const oracle = oracleOf(each);
        const { cycles, truncated } = sketched(each).reportCycles({ maxCycles: 10_000 });
        expect(truncated).toBe(false);
        expect(cycles.map((cycle) => cycle.join('')).sort()).toEqual(circlesByTrying(oracle).sort());
      }),
      { numRuns: 500, seed: 54 },
    );
  });

  it('answers the same after detours of adding, replacing and removing', () => {
    fc.assert(
      fc.property(sketch, sketch, (wanted, detour) => {
        const graph = sketched(detour);
        for (const node of nodesOf(wanted)) graph.addNode(node);
        for (const { pluginId } of [...graph]) if (!(pluginId in wanted)) graph.removeNode(pluginId);
        const direct = sketched(wanted);
        expect(graph.toJSON()).toEqual(direct.toJSON());
        expect(graph.toDot()).toBe(direct.toDot());
        expect(orderOf(graph)).toEqual(orderOf(direct));
        for (const id of IDS) {
          expect(graph.getDependents(id, { recursive: true })).toEqual(
            direct.getDependents(id, { recursive: true }),
          );
        }
      }),
      { numRuns: 500, seed: 55 },
    );
  });

  it('reaches what graphlib reaches', () => {
    fc.assert(
      fc.property(sketch, (each) => {
        const [graph, oracle] = [sketched(each), oracleOf(each)];
        for (const id of Object.keys(each)) {
          const below = graph
            .getDependencies(id, { recursive: true })
            .filter((other) => other in each && other !== id);
          expect(below).toEqual(
            alg
              .postorder(oracle, [id])
              .filter((other) => other !== id)
              .sort(),
          );
        }
      }),
      { numRuns: 500, seed: 56 },
    );
  });
});

/** Every path without repetition that comes back to its lowest vertex. */
function circlesByTrying(oracle: Graph): string[] {
  const found: string[] = [];
  const extend = (path: readonly string[]): void => {
    for (const next of oracle.successors(path.at(-1)!) ?? []) {
      if (next === path[0]) found.push([...path, next].join(''));
      else if (next > path[0]! && !path.includes(next)) extend([...path, next]);
    }
  };
  for (const id of oracle.nodes()) extend([id]);
  return found;
}
