import { VersionFormatError, type VersionRequirement } from '@truthound/protocols';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { parseConstraint } from '../src/index.ts';
import { createRandomTexts } from './random-texts.ts';

/** Pairs that are compared; one million before a release: `TRUTHOUND_FUZZ_PAIRS=1000000`. */
const PAIRS = Number(process.env['TRUTHOUND_FUZZ_PAIRS'] ?? 50_000);
const VERSIONS_PER_CONSTRAINT = 10;
const SEED = Number(process.env['TRUTHOUND_FUZZ_SEED'] ?? 20_261);

type Answer = boolean | 'no constraint' | 'no version';

function answerOf(question: () => boolean, refusal: Answer): Answer {
  try {
    return question();
  } catch (error) {
    if (error instanceof VersionFormatError) return refusal;
    throw error;
  }
}

function ourAnswers(text: string, versions: readonly string[], includePrerelease: boolean): Answer[] {
  let constraint: VersionRequirement;
  try {
    constraint = parseConstraint(text, { includePrerelease });
  } catch (error) {
    if (error instanceof VersionFormatError) return versions.map(() => 'no constraint');
    throw error;
  }
  return versions.map((version) => answerOf(() => constraint.isSatisfiedBy(version), 'no version'));
}

function npmAnswers(text: string, versions: readonly string[], includePrerelease: boolean): Answer[] {
  if (semver.validRange(text, { includePrerelease }) === null) return versions.map(() => 'no constraint');
  const range = new semver.Range(text, { includePrerelease });
  return versions.map((version) => (semver.valid(version) === null ? 'no version' : range.test(version)));
}

interface Disagreement {
  readonly text: string;
  readonly version: string | undefined;
  readonly includePrerelease: boolean;
  readonly ours: Answer;
  readonly npm: Answer | undefined;
}

function* compareRandomly(pairs: number, includePrerelease: boolean): Generator<Disagreement | Answer> {
  const texts = createRandomTexts(SEED);
  for (let done = 0; done < pairs; done += VERSIONS_PER_CONSTRAINT) {
    const text = texts.constraint();
    const versions = Array.from({ length: VERSIONS_PER_CONSTRAINT }, () => texts.version());
    const npm = npmAnswers(text, versions, includePrerelease);
    for (const [index, ours] of ourAnswers(text, versions, includePrerelease).entries()) {
      yield ours === npm[index]
        ? ours
        : { text, version: versions[index], includePrerelease, ours, npm: npm[index] };
    }
  }
}

describe('parseConstraint and isSatisfiedBy answer as npm does', () => {
  it.each([{ includePrerelease: false }, { includePrerelease: true }])(
    `over ${PAIRS / 2} random pairs with %o`,
    { timeout: 600_000 },
    ({ includePrerelease }) => {
      const disagreements: Disagreement[] = [];
      const counts = new Map<Answer, number>();
      for (const outcome of compareRandomly(PAIRS / 2, includePrerelease)) {
        if (typeof outcome === 'object') disagreements.push(outcome);
        else counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      }
      expect(disagreements.slice(0, 20)).toEqual([]);
      // Each kind of answer was met often enough to mean something.
      const kinds = [true, false, 'no constraint', 'no version'] as const;
      expect(kinds.filter((kind) => (counts.get(kind) ?? 0) < PAIRS / 200)).toEqual([]);
    },
  );
});
