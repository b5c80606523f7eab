import { deepStrictEqual, ok } from 'node:assert/strict';
import { VersionFormatError } from '@truthound/protocols';
import semver from 'semver';
import { type VersionConstraint, parseConstraint } from '@truthound/versioning';
import type { FuzzTarget } from '../fuzz-target.ts';

const VERSIONS = [0, 1, 2, 3].flatMap((major) =>
  [0, 2, 9].flatMap((minor) =>
    ['', '-0', '-alpha', '-rc.1', '+build'].map((suffix) => `${major}.${minor}.3${suffix}`),
  ),
);
const MAX_LENGTH = 512;
const MAX_ALTERNATIVES = 32;

/** Version constraints: without a comma, which npm does not know, npm's answers. */
export const constraintsTarget: FuzzTarget<VersionConstraint | undefined> = {
  name: 'constraints',
  kind: 'text',
  refusals: [],
  parse(input) {
    try {
      return parseConstraint(input.toString('utf8'));
    } catch (error) {
      if (error instanceof VersionFormatError) return undefined;
      throw error;
    }
  },
  check(constraint, input) {
    const text = input.toString('utf8');
    const isWithinLimits = text.length <= MAX_LENGTH && text.split('||').length <= MAX_ALTERNATIVES;
    if (!text.includes(',') && isWithinLimits) {
      const second = semver.validRange(text) === null ? undefined : text;
      deepStrictEqual(constraint === undefined, second === undefined, 'npm reads it otherwise');
      if (constraint !== undefined)
        deepStrictEqual(
          VERSIONS.filter((version) => constraint.isSatisfiedBy(version)),
          VERSIONS.filter((version) => semver.satisfies(version, text)),
        );
    }
    if (constraint === undefined) return;
    const again = parseConstraint(constraint.toString());
    ok(again.equals(constraint), `"${constraint.toString()}" is another constraint`);
    ok(constraint.intersect(constraint).equals(constraint));
    ok(constraint.isSubsetOf(constraint));
  },
};
