import type { VersionRequirement } from '@truthound/protocols';
import type { Declaration } from '../graph/declaration.ts';
import { LOADING, OPTIONAL, REQUIRED } from '../graph/edge-kind.ts';
import { ABSENT, type CandidatePool, type StateSet, declarationsOf, stateOf } from './candidate-pool.ts';
import { type Fact, type Incompatibility, createIncompatibility } from './incompatibility.ts';
import type { SolverProblem } from './pub-grub.ts';

/** A fact to be treated as if it asked for less, to see whether that would help. */
export interface Relaxation {
  readonly fact: Fact;
  /** `accept`: any version would do. `drop`: the dependency is gone. */
  readonly mode: 'accept' | 'drop';
}

/** What a problem is made of. */
export interface ProblemInput {
  readonly pool: CandidatePool;
  /** What the caller requires, sorted by id. */
  readonly requirements: readonly Declaration[];
  /** Locked version by id. */
  readonly lock: ReadonlyMap<string, string>;
  /** Ids whose lock is only a preference by now. */
  readonly unlocked: ReadonlySet<string>;
  readonly relaxation?: Relaxation | undefined;
}

/** Turns what was given into incompatibilities. */
export function createProblem(input: ProblemInput): SolverProblem {
  const { pool, lock } = input;
  const initial: Incompatibility[] = [];
  for (const { id, kind, requirement } of input.requirements) {
    const to = pool.indexOf(id);
    const fact: Fact = {
      type: 'requirement',
      from: undefined,
      fromStates: 0n,
      to,
      ...rangeOf(pool, to, requirement),
      kind,
    };
    addFact(input, fact, initial);
  }
  for (const [id, version] of lock) {
    const to = pool.indexOf(id);
    const accepted = pool.stateOfVersion(to, version);
    if (accepted === 0n || input.unlocked.has(id)) continue;
    // Locked means: if chosen at all, then in this version.
    addFact(
      input,
      { type: 'lock', from: undefined, fromStates: 0n, to, range: version, kind: OPTIONAL, accepted },
      initial,
    );
  }
  return {
    pool,
    initial,
    dependenciesOf: (plugin) => listDependencies(input, plugin),
    preferred: (plugin) => {
      const version = lock.get(pool.entry(plugin).id);
      return version === undefined ? 0n : pool.stateOfVersion(plugin, version);
    },
  };
}

function rangeOf(
  pool: CandidatePool,
  to: number,
  requirement: VersionRequirement | undefined,
): Pick<Fact, 'range' | 'accepted'> {
  return { range: requirement?.toString(), accepted: pool.accepted(to, requirement) };
}

/** One incompatibility for each dependency of the plugin, holding for all candidates that declare it alike. */
function listDependencies(input: ProblemInput, plugin: number): readonly Incompatibility[] {
  const { pool } = input;
  const { id, candidates } = pool.entry(plugin);
  const facts = new Map<string, Fact>();
  candidates.forEach(({ dependencies }, position) => {
    for (const declaration of declarationsOf(id, dependencies)) {
      const to = pool.indexOf(declaration.id);
      const range = rangeOf(pool, to, declaration.requirement);
      const key = JSON.stringify([to, declaration.kind, range.range ?? null, range.accepted.toString(36)]);
      const before = facts.get(key)?.fromStates ?? 0n;
      const fromStates = before | stateOf(position);
      facts.set(key, { type: 'dependency', from: plugin, fromStates, to, ...range, kind: declaration.kind });
    }
  });
  const incompatibilities: Incompatibility[] = [];
  for (const fact of facts.values()) addFact(input, fact, incompatibilities);
  return incompatibilities;
}

function addFact(input: ProblemInput, fact: Fact, list: Incompatibility[]): void {
  const { pool, relaxation } = input;
  const isRelaxed = relaxation !== undefined && isSameFact(relaxation.fact, fact);
  if ((fact.kind & LOADING) === 0 || (isRelaxed && relaxation.mode === 'drop')) return;
  const { all } = pool.entry(fact.to);
  const accepted = isRelaxed ? all & ~ABSENT : fact.accepted;
  const refused: StateSet = all & ~accepted & (fact.kind === REQUIRED ? all : ~ABSENT);
  const terms: (readonly [number, StateSet])[] = [[fact.to, refused]];
  if (fact.from !== undefined) terms.unshift([fact.from, fact.fromStates]);
  const incompatibility = createIncompatibility(pool, terms, { fact });
  // A term that never holds makes the whole say nothing: the dependency accepts everything there is.
  if (!incompatibility.sets.includes(0n)) list.push(incompatibility);
}

function isSameFact(a: Fact, b: Fact): boolean {
  return (
    a.type === b.type &&
    a.from === b.from &&
    a.to === b.to &&
    a.range === b.range &&
    a.kind === b.kind &&
    a.accepted === b.accepted
  );
}
