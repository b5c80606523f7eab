import type { PluginDependency, ResolvablePlugin, VersionRequirement } from '@truthound/protocols';
import { compareCodeUnits } from '../graph/code-unit-order.ts';
import { type Declaration, assertText, readDeclarations, refuse } from '../graph/declaration.ts';
import { itemAt } from '../graph/element-at.ts';
import { assertSemantic, comparePrecedence } from './version-precedence.ts';

/**
 * A set of states of one plugin: bit 0 is "not chosen", bit n + 1 is candidate n, newest first.
 *
 * A range is only ever asked about the candidates there are. So a set is finite, its complement is
 * exact, and no algebra of ranges is needed: union, intersection and difference are one operation each.
 */
export type StateSet = bigint;

/** The state of not being chosen. */
export const ABSENT: StateSet = 1n;

/** One plugin that the solver may choose a version of. */
export interface PoolEntry {
  readonly id: string;
  /** Newest first. */
  readonly candidates: readonly ResolvablePlugin[];
  /** All states. */
  readonly all: StateSet;
}

/** Compares two versions: negative when the first is older. */
export type CompareVersions = (a: string, b: string) => number;

/** The candidates by plugin, and which of them a range accepts. */
export class CandidatePool {
  readonly #entries: PoolEntry[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #accepted = new Map<VersionRequirement, Map<number, StateSet>>();

  constructor(candidates: Iterable<ResolvablePlugin>, compareVersions: CompareVersions | undefined) {
    const byId = new Map<string, ResolvablePlugin[]>();
    for (const candidate of candidates) {
      assertText(candidate.id, 'candidate', 'id');
      assertText(candidate.version, `candidate ${JSON.stringify(candidate.id)}`, 'version');
      if (compareVersions === undefined) assertSemantic(candidate.id, candidate.version);
      const same = byId.get(candidate.id);
      if (same === undefined) byId.set(candidate.id, [candidate]);
      else same.push(candidate);
    }
    const compare = compareVersions ?? comparePrecedence;
    for (const [id, versions] of byId) {
      versions.sort((a, b) => compare(b.version, a.version) || compareCodeUnits(a.version, b.version));
      refuseRepetition(id, versions);
      this.#add(id, versions);
    }
  }

  /** The number of a plugin; one without candidates gets a number too. */
  indexOf(id: string): number {
    return this.#indexes.get(id) ?? this.#add(id, []);
  }

  entry(index: number): PoolEntry {
    return itemAt(this.#entries, index);
  }

  /** The candidates of a plugin that a range accepts; all of them when there is no range. */
  accepted(index: number, requirement: VersionRequirement | undefined): StateSet {
    const { all, candidates } = this.entry(index);
    if (requirement === undefined) return all & ~ABSENT;
    let byPlugin = this.#accepted.get(requirement);
    if (byPlugin === undefined) this.#accepted.set(requirement, (byPlugin = new Map<number, StateSet>()));
    const known = byPlugin.get(index);
    if (known !== undefined) return known;
    let accepted: StateSet = 0n;
    candidates.forEach(({ version }, position) => {
      if (requirement.isSatisfiedBy(version)) accepted |= stateOf(position);
    });
    byPlugin.set(index, accepted);
    return accepted;
  }

  /** The state of having chosen this version; none when there is no such candidate. */
  stateOfVersion(index: number, version: string): StateSet {
    const position = this.entry(index).candidates.findIndex((candidate) => candidate.version === version);
    return position < 0 ? 0n : stateOf(position);
  }

  /** The versions in a set, newest first. */
  versionsIn(index: number, states: StateSet): readonly string[] {
    return this.entry(index)
      .candidates.filter((_, position) => (states & stateOf(position)) !== 0n)
      .map(({ version }) => version);
  }

  #add(id: string, candidates: readonly ResolvablePlugin[]): number {
    const index = this.#entries.length;
    this.#indexes.set(id, index);
    this.#entries.push({ id, candidates, all: (1n << BigInt(candidates.length + 1)) - 1n });
    return index;
  }
}

/** The state of having chosen the candidate at this position. */
export function stateOf(position: number): StateSet {
  return 1n << BigInt(position + 1);
}

/** The dependencies of a candidate, sorted by id. */
export function declarationsOf(
  id: string,
  dependencies: Readonly<Record<string, PluginDependency>> = {},
): readonly Declaration[] {
  return [...readDeclarations(id, dependencies)].sort((a, b) => compareCodeUnits(a.id, b.id));
}

function refuseRepetition(id: string, sorted: readonly ResolvablePlugin[]): void {
  const seen = new Set<string>();
  for (const { version } of sorted) {
    if (seen.has(version)) {
      refuse(
        `candidate ${JSON.stringify(id)}`,
        'version',
        `${version} is given twice: a version can be only one plugin`,
      );
    }
    seen.add(version);
  }
}
