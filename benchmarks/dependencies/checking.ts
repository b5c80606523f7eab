/** Checking an installed set: is everything there, does it fit, in what order? */
import { DependencyResolver } from '@truthound/dependencies';
import type { PluginDependency, VersionRequirement } from '@truthound/protocols';
import { parseConstraint } from '@truthound/versioning';
import { DepGraph } from 'dependency-graph';
import graphlib from 'graphlib';
import semver from 'semver';
import type { Contender } from '../harness/compare.ts';
import { Role } from '../harness/figures.ts';
import { collectGarbage } from './collect-garbage.ts';
import { numbersFrom } from './input.ts';

interface Installed {
  readonly id: string;
  readonly version: string;
  readonly ranges: readonly (readonly [string, string])[];
}

function installed(count: number): readonly Installed[] {
  const next = numbersFrom(3);
  const versions = Array.from({ length: count }, () => `${1 + next(3)}.${next(20)}.${next(10)}`);
  return versions.map((version, index) => {
    const targets = index === 0 ? [] : [...new Set([0, 1, 2].map(() => next(index)))];
    const ranges = targets.map((target) => {
      const [major = '1', minor = '0'] = (versions[target] ?? '').split('.');
      return [`plugin-${target}`, `^${major}.${Math.max(0, Number(minor) - next(3))}.0`] as const;
    });
    return { id: `plugin-${index}`, version, ranges };
  });
}

/** As our resolver takes them: the ranges are already parsed, since reading a manifest parses them. */
function withRequirements(
  plugins: readonly Installed[],
  parse: (range: string) => VersionRequirement,
): { id: string; version: string; dependencies: Record<string, PluginDependency> }[] {
  return plugins.map(({ id, version, ranges }) => ({
    id,
    version,
    dependencies: Object.fromEntries(
      ranges.map(([target, range]) => [target, { type: 'required', version: parse(range) }]),
    ),
  }));
}

function npmRequirement(text: string): VersionRequirement {
  const range = new semver.Range(text);
  return { isSatisfiedBy: (version) => range.test(version), toString: () => text };
}

function expectAll(count: number, ordered: number): void {
  if (ordered !== count) throw new Error(`expected ${count} plugins in order, not ${ordered}`);
}

export const OURS = '@truthound/dependencies and /versioning';
export const GRAPHLIB = 'graphlib and semver';

function checking(name: string, role: Role, run: () => void): Contender {
  return { name, role, prepare: collectGarbage, run };
}

export function checkingContenders(count: number): readonly Contender[] {
  const plugins = installed(count);
  const resolver = new DependencyResolver();
  const parsed = withRequirements(plugins, parseConstraint);
  const parsedByNpm = withRequirements(plugins, npmRequirement);
  const versionOf = new Map(plugins.map(({ id, version }) => [id, version]));
  const assertFits = (target: string, range: string): void => {
    const version = versionOf.get(target);
    if (version === undefined || !semver.satisfies(version, range)) throw new Error(`${target} does not fit`);
  };
  return [
    checking(OURS, Role.OURS, () => expectAll(count, resolver.resolve(parsed).loadOrder.length)),
    checking('the same, the ranges parsed in the measured time', Role.OURS, () =>
      expectAll(count, resolver.resolve(withRequirements(plugins, parseConstraint)).loadOrder.length),
    ),
    checking('the same, ranges of semver', Role.OURS, () =>
      expectAll(count, resolver.resolve(parsedByNpm).loadOrder.length),
    ),
    checking(GRAPHLIB, Role.PEER, () => {
      const graph = new graphlib.Graph();
      for (const { id, ranges } of plugins) {
        graph.setNode(id);
        for (const [target, range] of ranges) {
          assertFits(target, range);
          graph.setEdge(id, target);
        }
      }
      expectAll(count, graphlib.alg.topsort(graph).length);
    }),
    checking('dependency-graph and semver', Role.PEER, () => {
      const graph = new DepGraph<string>();
      for (const { id, version } of plugins) graph.addNode(id, version);
      for (const { id, ranges } of plugins) {
        for (const [target, range] of ranges) {
          assertFits(target, range);
          graph.addDependency(id, target);
        }
      }
      expectAll(count, graph.overallOrder().length);
    }),
  ];
}
