import { ABSENT, type CandidatePool } from './candidate-pool.ts';
import { claimText, factText } from './claim-text.ts';
import type { Fact, Incompatibility } from './incompatibility.ts';
import { entryOf, itemAt } from '../graph/element-at.ts';

/** One plugin in some of its states. */
export interface ClaimTerm {
  readonly pluginId: string;
  readonly versions: readonly string[];
  /** Whether not being chosen is one of the states. */
  readonly orAbsent: boolean;
}

/** "These are never all true at once." */
export interface SolverClaim {
  readonly terms: readonly ClaimTerm[];
  readonly text: string;
}

/** Something that was given: what you require, or what a candidate declares. */
export interface GivenFact extends SolverClaim {
  readonly type: 'requirement' | 'dependency' | 'lock';
  /** Who says it; `undefined` for the caller. */
  readonly pluginId: string | undefined;
  readonly dependencyId: string;
  readonly range: string | undefined;
}

/** One conclusion from two premises, each a given fact or an earlier step. */
export interface DerivationStep extends SolverClaim {
  /** From 1. The last step says that what is required cannot be met. */
  readonly number: number;
  readonly because: readonly ({ readonly fact: GivenFact } | { readonly step: number })[];
}

/** A proof in order: no step uses a later one. */
export interface Derivation {
  readonly facts: readonly GivenFact[];
  readonly steps: readonly DerivationStep[];
}

function termsOf(pool: CandidatePool, { plugins, sets }: Incompatibility): readonly ClaimTerm[] {
  return Object.freeze(
    plugins.map((plugin, at): ClaimTerm => {
      const states = itemAt(sets, at);
      return Object.freeze({
        pluginId: pool.entry(plugin).id,
        versions: Object.freeze(pool.versionsIn(plugin, states)),
        orAbsent: (states & ABSENT) !== 0n,
      });
    }),
  );
}

/** Every incompatibility under `proof`, premises first. Iterative: a proof may be deep. */
export function listPremisesFirst(proof: Incompatibility): readonly Incompatibility[] {
  const finished = new Set<Incompatibility>();
  const stack = [proof];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const premises = 'fact' in top.cause ? [] : [top.cause.second, top.cause.first];
    const open = premises.filter((each) => !finished.has(each));
    if (open.length > 0) stack.push(...open);
    else {
      finished.add(top);
      stack.pop();
    }
  }
  return [...finished];
}

/** The given facts that a proof rests on. */
export function listFacts(proof: Incompatibility): readonly Fact[] {
  return listPremisesFirst(proof).flatMap(({ cause }) => ('fact' in cause ? [cause.fact] : []));
}

/** Writes a proof down. */
export function createDerivation(pool: CandidatePool, proof: Incompatibility): Derivation {
  const facts = new Map<Incompatibility, GivenFact>();
  const steps = new Map<Incompatibility, DerivationStep>();
  const premiseOf = (premise: Incompatibility): DerivationStep['because'][number] => {
    const fact = facts.get(premise);
    return fact === undefined ? { step: entryOf(steps, premise).number } : { fact };
  };
  for (const each of listPremisesFirst(proof)) {
    const terms = termsOf(pool, each);
    if ('fact' in each.cause) {
      const { fact } = each.cause;
      facts.set(
        each,
        Object.freeze({
          type: fact.type,
          pluginId: fact.from === undefined ? undefined : pool.entry(fact.from).id,
          dependencyId: pool.entry(fact.to).id,
          range: fact.range,
          terms,
          text: factText(pool, fact),
        }),
      );
    } else {
      const because = Object.freeze([premiseOf(each.cause.first), premiseOf(each.cause.second)]);
      steps.set(each, Object.freeze({ number: steps.size + 1, because, terms, text: claimText(pool, each) }));
    }
  }
  return { facts: Object.freeze([...facts.values()]), steps: Object.freeze([...steps.values()]) };
}

/** One sentence a step; a step is referred to by number, or as what was just said. */
export function derivationText({ facts, steps }: Derivation): string {
  if (steps.length === 0) return `${capitalize(itemAt(facts, 0).text)}.`;
  const lines = steps.map(({ number, because, text }) => {
    const given = because.flatMap((premise) => ('fact' in premise ? [premise.fact.text] : []));
    const earlier = because.flatMap((premise) => ('step' in premise ? [premise.step] : []));
    const referred = earlier.filter((step) => step !== number - 1).map((step) => `of step ${String(step)}`);
    const continues = earlier.includes(number - 1) ? 'and ' : '';
    const reasons = [...given, ...referred];
    return `${String(number)}. ${capitalize(`${continues}because ${reasons.join(' and ')}`)}, ${text}.`;
  });
  return lines.join('\n');
}

function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
