import { entryOf, itemAt } from '../graph/element-at.ts';
import { type CandidatePool, stateOf } from './candidate-pool.ts';
import { nameVersions } from './claim-text.ts';
import type { Fact } from './incompatibility.ts';
import { type StepBudget, runPubGrub } from './pub-grub.ts';
import { SolverLimitError } from './solver-limit-error.ts';
import { type ProblemInput, type Relaxation, createProblem } from './solver-problem.ts';

/** One change, of one range, that makes a choice possible: it was tried. */
export interface Suggestion {
  /** `accept`: let the range accept `version`. `drop`: give the dependency up, or add a plugin that fits it. */
  readonly type: 'accept' | 'drop';
  /** Whose range it is; `undefined` for your own requirement. */
  readonly pluginId: string | undefined;
  readonly dependencyId: string;
  readonly version: string | undefined;
  readonly text: string;
}

/** What {@link suggestChanges} found. */
export interface Suggestions {
  readonly suggestions: readonly Suggestion[];
  /** Whether every single change was tried to the end. */
  readonly isExhaustive: boolean;
}

/** Facts that are tried, and suggestions that are made, at most. */
const MAX_TRIED = 24;
const MAX_SUGGESTIONS = 3;

/**
 * Tries to ask for less, one fact at a time. First what the caller controls, then what plugins declare;
 * accepting another version before giving something up.
 */
export function suggestChanges(input: ProblemInput, facts: readonly Fact[], budget: StepBudget): Suggestions {
  const distinct = [...new Map(facts.map((fact) => [factKey(fact), fact])).values()];
  const demands = distinct.filter(({ type }) => type !== 'lock').slice(0, MAX_TRIED);
  let isExhaustive = distinct.length <= MAX_TRIED;
  const own = demands.filter(({ from }) => from === undefined);
  const others = demands.filter(({ from }) => from !== undefined);
  const relaxations = (['accept', 'drop'] as const).flatMap((mode) =>
    [...own, ...others].map((fact): Relaxation => ({ fact, mode })),
  );
  const suggestions: Suggestion[] = [];
  const settled = new Set<Fact>();
  for (const relaxation of relaxations) {
    if (suggestions.length >= MAX_SUGGESTIONS) break;
    if (settled.has(relaxation.fact)) continue;
    // As much work again as the failure took, and a little more.
    const trial: StepBudget = { maxSteps: Math.min(budget.maxSteps, 2 * budget.used + 10_000), used: 0 };
    const suggestion = tryRelaxation(input, relaxation, trial);
    if (suggestion === 'too long') isExhaustive = false;
    if (typeof suggestion !== 'object') continue;
    settled.add(relaxation.fact);
    suggestions.push(suggestion);
  }
  return { suggestions: Object.freeze(suggestions), isExhaustive };
}

function factKey({ type, from, to, range, accepted }: Fact): string {
  return JSON.stringify([type, from ?? null, to, range ?? null, accepted.toString(36)]);
}

function tryRelaxation(
  input: ProblemInput,
  relaxation: Relaxation,
  budget: StepBudget,
): Suggestion | 'too long' | undefined {
  const { pool } = input;
  const { fact, mode } = relaxation;
  try {
    const outcome = runPubGrub(createProblem({ ...input, relaxation }), budget);
    if ('proof' in outcome) return undefined;
    // With a version that would be accepted the plugin is chosen: without it nothing was in the way.
    const position = mode === 'accept' ? entryOf(outcome.chosen, fact.to) : undefined;
    return Object.freeze({
      type: mode,
      pluginId: fact.from === undefined ? undefined : pool.entry(fact.from).id,
      dependencyId: pool.entry(fact.to).id,
      version: position === undefined ? undefined : itemAt(pool.entry(fact.to).candidates, position).version,
      text: suggestionText(pool, fact, position),
    });
  } catch (error) {
    if (error instanceof SolverLimitError) return 'too long';
    throw error;
  }
}

/** `position`: of the version to accept; `undefined` to give the dependency up. */
function suggestionText(pool: CandidatePool, fact: Fact, position: number | undefined): string {
  const target = `"${pool.entry(fact.to).id}"`;
  const range = fact.range === undefined ? '' : ` ${fact.range}`;
  const who =
    fact.from === undefined
      ? 'your requirement'
      : `the dependency of ${nameVersions(pool, fact.from, fact.fromStates)}`;
  if (position !== undefined) {
    const found = nameVersions(pool, fact.to, stateOf(position));
    return `let ${who} on ${target}${range} accept ${found}`;
  }
  return `add a version of ${target} that fits, or drop ${who} on ${target}${range}`;
}
