import type { PluginDependency, ResolvablePlugin, VersionRequirement } from '@truthound/protocols';
import { compareCodeUnits } from '../graph/code-unit-order.ts';
import { type Declaration, isVersionRequirement, readDeclaration, refuse } from '../graph/declaration.ts';
import { REQUIRED } from '../graph/edge-kind.ts';
import { itemAt } from '../graph/element-at.ts';
import { CandidatePool, type CompareVersions } from './candidate-pool.ts';
import {
  type DerivationStep,
  type GivenFact,
  createDerivation,
  derivationText,
  listFacts,
} from './derivation.ts';
import { type SolverOutcome, type StepBudget, runPubGrub } from './pub-grub.ts';
import { type ProblemInput, createProblem } from './solver-problem.ts';
import { type Suggestion, suggestChanges } from './suggestion.ts';

/** What must be chosen: a range, or a dependency as a plugin declares it. */
export type SolveRequirements = Readonly<Record<string, PluginDependency | VersionRequirement>>;

export interface SolveOptions {
  /** Version by id, such as {@link SolveSuccess.versions} of an earlier call. Kept where that is possible. */
  readonly lock?: Readonly<Record<string, string>>;
  /** A bound on the work, counted in looks at one rule. Past it `solve` throws `ERR_SOLVER_LIMIT`. @defaultValue 5_000_000, some seconds */
  readonly maxSteps?: number;
  /** Negative when the first version is older. @defaultValue the precedence of SemVer 2.0.0, which all versions must then follow */
  readonly compareVersions?: CompareVersions;
}

/** A difference to the lock. `from` or `to` is `undefined` where the plugin is new or gone. */
export interface LockChange {
  readonly pluginId: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface SolveSuccess {
  readonly success: true;
  /** One candidate of each chosen plugin, sorted by id. Pass it to `DependencyResolver.resolve` for the load order. */
  readonly plugins: readonly ResolvablePlugin[];
  /** Chosen version by id. Hand it to the next call as `lock`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly changes: readonly LockChange[];
  readonly steps: number;
}

export interface SolveFailure {
  readonly success: false;
  /** Why no choice is possible, step by step, and what would help. */
  readonly explanation: string;
  /** What the proof rests on. */
  readonly facts: readonly GivenFact[];
  /** The proof; empty when a single fact suffices. */
  readonly derivation: readonly DerivationStep[];
  /** Single changes that would help, the smallest first; empty when no single one does. */
  readonly suggestions: readonly Suggestion[];
  readonly steps: number;
}

export type SolveResult = SolveSuccess | SolveFailure;

const DEFAULT_MAX_STEPS = 5_000_000;

/**
 * Chooses one version of each plugin that is needed, so that all ranges accept what is chosen.
 *
 * The newest version is preferred, a locked one before it. If the whole lock can be kept, it is. Optional dependencies are not
 * pulled in, but what is chosen fits them; dependencies for development are ignored. One input gives one answer, in whatever order it is given.
 * Circles are not looked for here: {@link DependencyResolver} finds them in the answer.
 *
 * @throws ValidationError when a candidate or a requirement is malformed, or a version is given twice.
 * @throws SolverLimitError (`ERR_SOLVER_LIMIT`) when `maxSteps` do not suffice.
 */
export function solve(
  requirements: SolveRequirements,
  candidates: Iterable<ResolvablePlugin>,
  options: SolveOptions = {},
): SolveResult {
  const { lock = {}, maxSteps = DEFAULT_MAX_STEPS, compareVersions } = options;
  if (!(maxSteps > 0)) refuse('solve options', 'maxSteps', `must be greater than 0, not ${String(maxSteps)}`);
  const pool = new CandidatePool(candidates, compareVersions);
  const sortedLock = new Map(Object.entries(lock).sort(([a], [b]) => compareCodeUnits(a, b)));
  const unlocked = new Set<string>();
  const input: ProblemInput = {
    pool,
    requirements: readRequirements(requirements),
    lock: sortedLock,
    unlocked,
  };
  const budget: StepBudget = { maxSteps, used: 0 };
  const outcome = keepLock(input, unlocked, budget);
  return 'chosen' in outcome
    ? describeSuccess(pool, outcome.chosen, sortedLock, budget)
    : describeFailure(input, outcome.proof, budget);
}

/** Holds every lock; where a proof shows that some cannot all be held, those become a preference, and all is tried again. */
function keepLock(input: ProblemInput, unlocked: Set<string>, budget: StepBudget): SolverOutcome {
  for (;;) {
    const outcome = runPubGrub(createProblem(input), budget);
    if ('chosen' in outcome) return outcome;
    const inTheWay = listFacts(outcome.proof).filter(({ type }) => type === 'lock');
    if (inTheWay.length === 0) return outcome;
    for (const { to } of inTheWay) unlocked.add(input.pool.entry(to).id);
  }
}

function readRequirements(requirements: SolveRequirements): readonly Declaration[] {
  return Object.entries(requirements)
    .map(([id, value]): Declaration =>
      isVersionRequirement(value)
        ? { id, kind: REQUIRED, requirement: value }
        : readDeclaration('requirements', id, value),
    )
    .sort((a, b) => compareCodeUnits(a.id, b.id));
}

function describeSuccess(
  pool: CandidatePool,
  chosen: ReadonlyMap<number, number>,
  lock: ReadonlyMap<string, string>,
  budget: StepBudget,
): SolveSuccess {
  const plugins = [...chosen].map(([plugin, position]) => itemAt(pool.entry(plugin).candidates, position));
  plugins.sort((a, b) => compareCodeUnits(a.id, b.id));
  const versions = new Map(plugins.map(({ id, version }) => [id, version]));
  const ids = [...new Set([...lock.keys(), ...versions.keys()])].sort(compareCodeUnits);
  const changes = ids
    .map((pluginId): LockChange =>
      Object.freeze({ pluginId, from: lock.get(pluginId), to: versions.get(pluginId) }),
    )
    .filter(({ from, to }) => from !== to);
  return Object.freeze({
    success: true,
    plugins: Object.freeze(plugins),
    versions: Object.freeze(Object.fromEntries(versions)),
    changes: Object.freeze(changes),
    steps: budget.used,
  });
}

function describeFailure(
  input: ProblemInput,
  proof: Parameters<typeof createDerivation>[1],
  budget: StepBudget,
): SolveFailure {
  const { facts, steps } = createDerivation(input.pool, proof);
  const { suggestions, isExhaustive } = suggestChanges(input, listFacts(proof), budget);
  const advice =
    suggestions.length > 0
      ? `What would help: ${suggestions.map(({ text }) => text).join('; or ')}.`
      : noAdvice(isExhaustive);
  return Object.freeze({
    success: false,
    explanation: `${derivationText({ facts, steps })}\n${advice}`,
    facts,
    derivation: steps,
    suggestions,
    steps: budget.used,
  });
}

function noAdvice(isExhaustive: boolean): string {
  return isExhaustive
    ? 'No single change of one of these helps: more than one must change.'
    : 'No single change that helps was found in the time allowed.';
}
