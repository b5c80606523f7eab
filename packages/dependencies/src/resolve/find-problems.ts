/**
 * What hinders a set of installed plugins, all categories in one pass over the edges.
 *
 * @module
 */
import type { VersionRequirement } from '@truthound/protocols';
import { compareCodeUnits } from '../graph/code-unit-order.ts';
import { LOADING, OPTIONAL, REQUIRED, typeOf } from '../graph/edge-kind.ts';
import { NONE } from '../graph/edge-table.ts';
import type { GraphStorage } from '../graph/graph-storage.ts';
import type { PluginWarning } from './explain-resolution.ts';
import type { MissingDependency, RangeDemand, VersionConflict } from './resolution-result.ts';
import type { RootChains } from './root-chains.ts';

/** What {@link findProblems} finds. Each list is sorted by id. */
export interface Problems {
  readonly missing: readonly MissingDependency[];
  readonly conflicts: readonly VersionConflict[];
  readonly warnings: readonly PluginWarning[];
}

/** Looks at every declared dependency once. */
export function findProblems(
  storage: GraphStorage,
  chains: RootChains,
  options: { readonly allowMissingOptional: boolean },
): Problems {
  const { edges } = storage;
  const missing: MissingDependency[] = [];
  const warnings: PluginWarning[] = [];
  const inConflict = new Set<number>();

  for (const slot of storage.presentSlots()) {
    for (let edge = edges.firstOut(slot); edge !== NONE; edge = edges.nextOut(edge)) {
      const kind = edges.kind(edge);
      if ((kind & LOADING) === 0) continue;
      const target = edges.target(edge);
      const requirement = edges.requirement(edge);
      const version = storage.version(target);
      if (version !== undefined && requirement?.isSatisfiedBy(version) !== false) continue;
      const facts = { pluginId: storage.id(slot), dependencyId: storage.id(target) };
      const isTolerated = kind === OPTIONAL && options.allowMissingOptional;
      if (version === undefined) {
        if (isTolerated) warnings.push(absentWarning(facts, requirement));
        else missing.push(describeMissing(facts, kind, requirement, chains));
      } else if (isTolerated) warnings.push(misfitWarning(facts, requirement, version));
      else inConflict.add(target);
    }
  }
  missing.sort(
    (a, b) => compareCodeUnits(a.pluginId, b.pluginId) || compareCodeUnits(a.dependencyId, b.dependencyId),
  );
  const conflicts = [...inConflict].map((slot) => describeConflict(storage, slot, chains, options));
  conflicts.sort((a, b) => compareCodeUnits(a.pluginId, b.pluginId));
  return { missing, conflicts, warnings: warnings.sort((a, b) => compareCodeUnits(a.message, b.message)) };
}

interface Pair {
  readonly pluginId: string;
  readonly dependencyId: string;
}

function absentWarning(
  { pluginId, dependencyId }: Pair,
  requirement: VersionRequirement | undefined,
): PluginWarning {
  const message = `plugin "${pluginId}" would use plugin "${dependencyId}"${inRange(requirement)}, which is not installed`;
  return { pluginId, message };
}

function misfitWarning(
  { pluginId, dependencyId }: Pair,
  requirement: VersionRequirement | undefined,
  version: string,
): PluginWarning {
  const message = `plugin "${pluginId}" would use plugin "${dependencyId}"${inRange(requirement)}, but ${version} is installed`;
  return { pluginId, message };
}

function inRange(requirement: VersionRequirement | undefined): string {
  return requirement === undefined ? '' : ` ${requirement.toString()}`;
}

function describeMissing(
  { pluginId, dependencyId }: Pair,
  kind: number,
  requirement: VersionRequirement | undefined,
  chains: RootChains,
): MissingDependency {
  const verb = kind === REQUIRED ? 'requires' : 'has as an optional dependency';
  const remedy =
    kind === REQUIRED ? 'declare it optional' : 'allow missing optional plugins (allowMissingOptional)';
  return Object.freeze({
    pluginId,
    dependencyId,
    type: typeOf(kind),
    range: requirement?.toString(),
    chain: chains.to(pluginId, dependencyId),
    message: `plugin "${pluginId}" ${verb} plugin "${dependencyId}"${inRange(requirement)}, which is not installed: install it, or ${remedy}`,
  });
}

function describeConflict(
  storage: GraphStorage,
  slot: number,
  chains: RootChains,
  { allowMissingOptional }: { readonly allowMissingOptional: boolean },
): VersionConflict {
  const { edges } = storage;
  const pluginId = storage.id(slot);
  const installedVersion = storage.presentVersion(slot);
  const counted = allowMissingOptional ? REQUIRED : LOADING;
  const demands: RangeDemand[] = [];
  for (let edge = edges.firstIn(slot); edge !== NONE; edge = edges.nextIn(edge)) {
    const requirement = edges.requirement(edge);
    if (requirement === undefined || (edges.kind(edge) & counted) === 0) continue;
    const requiredBy = storage.id(edges.source(edge));
    demands.push(
      Object.freeze({
        requiredBy,
        range: requirement.toString(),
        isSatisfied: requirement.isSatisfiedBy(installedVersion),
        chain: chains.to(requiredBy, pluginId),
      }),
    );
  }
  demands.sort((a, b) => compareCodeUnits(a.requiredBy, b.requiredBy));
  return Object.freeze({
    type: 'version',
    pluginId,
    installedVersion,
    demands: Object.freeze(demands),
    message: conflictMessage(pluginId, installedVersion, demands),
  });
}

/** More demands than this are counted and not printed. */
const MAX_PRINTED_DEMANDS = 10;

function conflictMessage(pluginId: string, installed: string, demands: readonly RangeDemand[]): string {
  const unmet = demands.filter(({ isSatisfied }) => !isSatisfied);
  const met = demands.filter(({ isSatisfied }) => isSatisfied);
  const shown = [...unmet, ...met].slice(0, MAX_PRINTED_DEMANDS);
  const lines = shown.map(
    ({ requiredBy, range, isSatisfied, chain }) =>
      `"${requiredBy}" requires ${range}${isSatisfied ? ' and is content' : ''} (${chain.join(' → ')})`,
  );
  if (demands.length > shown.length) lines.push(`and ${String(demands.length - shown.length)} more`);
  const names = [...new Set(unmet.map(({ requiredBy }) => `"${requiredBy}"`))]
    .slice(0, MAX_PRINTED_DEMANDS)
    .join(', ');
  return `plugin "${pluginId}" is installed as ${installed}, and that does not fit: ${lines.join('; ')}. Install a version that all accept, or a version of ${names} that accepts ${installed}`;
}
