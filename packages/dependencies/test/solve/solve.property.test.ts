/**
 * The solver against trying everything, and its proofs against the meaning of their words.
 */
import type { PluginDependency, ResolvablePlugin } from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClaimTerm, type SolveFailure, type SolveRequirements, solve } from '../../src/index.ts';
import { oneOf } from '../ranges.ts';

const IDS = ['a', 'b', 'c', 'd', 'e'] as const;
const VERSIONS = ['1.0.0', '2.0.0', '3.0.0'] as const;

type Choice = ReadonlyMap<string, string>;

interface Instance {
  readonly requirements: SolveRequirements;
  readonly candidates: readonly ResolvablePlugin[];
}

const dependency = (): fc.Arbitrary<PluginDependency> =>
  fc.record({
    type: fc.constantFrom('required', 'required', 'required', 'optional', 'dev'),
    version: fc.subarray([...VERSIONS], { minLength: 0 }).map((versions) => oneOf(...versions)),
  });

const dependencies = (maxKeys: number): fc.Arbitrary<Record<string, PluginDependency>> =>
  fc.dictionary(fc.constantFrom(...IDS), dependency(), { maxKeys });

const instance: fc.Arbitrary<Instance> = fc
  .record({
    requirements: dependencies(3),
    present: fc.subarray(
      IDS.flatMap((id) => VERSIONS.map((version) => ({ id, version }))),
      { minLength: 5 },
    ),
    declared: fc.array(dependencies(3), { minLength: 15, maxLength: 15 }),
  })
  .map(({ requirements, present, declared }) => ({
    requirements,
    candidates: present.map((plugin, index) => ({ ...plugin, dependencies: declared[index] ?? {} })),
  }));

function isMet(dependencyId: string, declared: unknown, choice: Choice): boolean {
  const { type, version } = declared as { type: string; version: { isSatisfiedBy(v: string): boolean } };
  const chosen = choice.get(dependencyId);
  if (type === 'dev') return true;
  if (chosen === undefined) return type === 'optional';
  return version.isSatisfiedBy(chosen);
}

function isSolution({ requirements, candidates }: Instance, choice: Choice): boolean {
  const declared = candidates.filter(({ id, version }) => choice.get(id) === version);
  return [requirements, ...declared.map((each) => each.dependencies ?? {})].every((all) =>
    Object.entries(all).every(([id, each]) => isMet(id, each, choice)),
  );
}

/** Every way to choose at most one version of each. */
function* everyChoice(
  candidates: readonly { readonly id: string; readonly version: string }[],
): Generator<Choice> {
  const ids = [...new Set(candidates.map(({ id }) => id))];
  const options = ids.map((id) => [
    undefined,
    ...candidates.filter((each) => each.id === id).map((each) => each.version),
  ]);
  const total = options.reduce((product, each) => product * each.length, 1);
  for (let number = 0; number < total; number += 1) {
    let rest = number;
    const choice = new Map<string, string>();
    options.forEach((versions, index) => {
      const version = versions[rest % versions.length];
      rest = Math.floor(rest / versions.length);
      if (version !== undefined) choice.set(ids[index] ?? '', version);
    });
    yield choice;
  }
}

/** Whether a claim ("not all of these") is true of a choice. */
function holds(terms: readonly ClaimTerm[], choice: Choice): boolean {
  return !terms.every(({ pluginId, versions, orAbsent }) => {
    const chosen = choice.get(pluginId);
    return chosen === undefined ? orAbsent : versions.includes(chosen);
  });
}

function checkProof({ requirements, candidates }: Instance, { derivation, facts }: SolveFailure): void {
  const choices = [...everyChoice(candidates)];
  for (const fact of facts) {
    // A given fact is part of the input: a choice that breaks it breaks a declaration of the plugin that it names.
    const speakers = fact.pluginId === undefined ? [undefined] : VERSIONS;
    for (const choice of choices.filter((each) => !holds(fact.terms, each))) {
      const broken = speakers.some((version) => {
        if (version !== undefined && choice.get(fact.pluginId ?? '') !== version) return false;
        const source = candidates.find((each) => each.id === fact.pluginId && each.version === version);
        const declared = version === undefined ? requirements : (source?.dependencies ?? {});
        return (
          Object.hasOwn(declared, fact.dependencyId) &&
          !isMet(fact.dependencyId, declared[fact.dependencyId], choice)
        );
      });
      expect({ text: fact.text, broken }).toEqual({ text: fact.text, broken: true });
    }
  }
  for (const step of derivation) {
    const premises = step.because.map((each) => {
      if ('fact' in each) return each.fact.terms;
      expect(each.step).toBeLessThan(step.number);
      return derivation[each.step - 1]!.terms;
    });
    for (const choice of choices) {
      const isImplied = holds(step.terms, choice) || !premises.every((terms) => holds(terms, choice));
      expect({ text: step.text, isImplied }).toEqual({ text: step.text, isImplied: true });
    }
  }
  const conclusion = derivation.at(-1)?.terms ?? facts[0]?.terms;
  expect(conclusion).toEqual([]);
}

describe('the solver, against trying everything', () => {
  it('finds a choice exactly when there is one, and a right one; every step of a proof follows from its premises', () => {
    let solved = 0;
    let failed = 0;
    fc.assert(
      fc.property(instance, (each) => {
        const result = solve(each.requirements, each.candidates);
        const choice = result.success ? new Map(Object.entries(result.versions)) : undefined;
        expect(choice === undefined || isSolution(each, choice)).toBe(true);
        if (result.success) solved += 1;
        if (result.success) return;
        failed += 1;
        for (const other of everyChoice(each.candidates)) expect(isSolution(each, other)).toBe(false);
        checkProof(each, result);
      }),
      { numRuns: 600, seed: 20_260 },
    );
    // Both roads were really walked.
    expect(Math.min(solved, failed)).toBeGreaterThan(50);
  });

  it('keeps a whole lock whenever that is possible', () => {
    let kept = 0;
    fc.assert(
      fc.property(instance, fc.nat(), (each, seed) => {
        const solutions = [...everyChoice(each.candidates)].filter((choice) => isSolution(each, choice));
        const wanted = solutions[seed % Math.max(1, solutions.length)];
        if (wanted === undefined) return;
        const result = solve(each.requirements, each.candidates, { lock: Object.fromEntries(wanted) });
        expect(result.success).toBe(true);
        if (!result.success) return;
        for (const [id, version] of Object.entries(result.versions)) {
          kept += 1;
          expect(version).toBe(wanted.get(id));
        }
      }),
      { numRuns: 300, seed: 20_261 },
    );
    expect(kept).toBeGreaterThan(50);
  });

  it('answers the same for every order of the input', () => {
    fc.assert(
      fc.property(instance, fc.nat(), (each, seed) => {
        const turn = seed % each.candidates.length;
        const turned = [...each.candidates.slice(turn), ...each.candidates.slice(0, turn)].reverse();
        const backwards = Object.fromEntries(Object.entries(each.requirements).reverse());
        const [one, other] = [solve(each.requirements, each.candidates), solve(backwards, turned)];
        expect(JSON.stringify(other)).toBe(JSON.stringify(one));
      }),
      { numRuns: 200, seed: 20_262 },
    );
  });

  it('suggests only changes that help', () => {
    let tried = 0;
    fc.assert(
      fc.property(instance, (each) => {
        const result = solve(each.requirements, each.candidates);
        if (result.success) return;
        for (const { type, pluginId, dependencyId, version } of result.suggestions) {
          if (type !== 'accept' || version === undefined || pluginId !== undefined) continue;
          tried += 1;
          const changed = { ...each.requirements, [dependencyId]: oneOf(version) };
          expect(solve(changed, each.candidates).success).toBe(true);
        }
      }),
      { numRuns: 600, seed: 20_263 },
    );
    expect(tried).toBeGreaterThan(20);
  });
});
