import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { type VersionConstraint, parseConstraint } from '../src/index.ts';
import { PRERELEASES, createRandomTexts } from './random-texts.ts';

/**
 * Every version that can tell two small constraints apart: for each release up to one past the highest
 * number, the release, its lowest prerelease, each prerelease that a constraint may name, and the next after it.
 */
const GRID: readonly semver.SemVer[] = [0, 1, 2, 3].flatMap((major) =>
  [0, 1, 2, 3].flatMap((minor) =>
    [0, 1, 2, 3].flatMap((patch) =>
      ['', '-0', ...PRERELEASES.flatMap((prerelease) => [`-${prerelease}`, `-${prerelease}.0`])].map(
        (suffix) => new semver.SemVer(`${major}.${minor}.${patch}${suffix}`),
      ),
    ),
  ),
);

const ROUNDS = Number(process.env['TRUTHOUND_ALGEBRA_ROUNDS'] ?? 400);

const MODES = [
  { left: false, right: false },
  { left: true, right: false },
  { left: false, right: true },
  { left: true, right: true },
] as const;

/** What npm accepts on the grid, as one character a version. */
function acceptedByNpm(text: string, includePrerelease: boolean): string {
  const range = new semver.Range(text, { includePrerelease });
  return GRID.map((version) => (range.test(version) ? '1' : '0')).join('');
}

const both = (left: string, right: string): string =>
  [...left].map((bit, index) => (bit === '1' && right[index] === '1' ? '1' : '0')).join('');

const acceptedBy = (constraint: VersionConstraint): string =>
  acceptedByNpm(constraint.toString(), constraint.includePrerelease);

describe.each(MODES)('algebra of constraints, includePrerelease $left and $right', (mode) => {
  const texts = createRandomTexts(4711);
  const pairs = Array.from({ length: ROUNDS }, () => {
    const left = parseConstraint(texts.smallConstraint(), { includePrerelease: mode.left });
    const right = parseConstraint(texts.smallConstraint(), { includePrerelease: mode.right });
    return { left, right, leftAccepts: acceptedBy(left), rightAccepts: acceptedBy(right) };
  });

  it('intersects to exactly the versions that both accept', () => {
    for (const { left, right, leftAccepts, rightAccepts } of pairs) {
      const common = left.intersect(right);
      expect(acceptedBy(common), `${left} and ${right} gave ${common}`).toBe(both(leftAccepts, rightAccepts));
      expect(left.intersects(right), `${left} and ${right}`).toBe(
        both(leftAccepts, rightAccepts).includes('1'),
      );
      expect(right.intersect(left).toString()).toBe(common.toString());
    }
  });

  it('calls one a subset of the other where every version of the one is a version of the other', () => {
    for (const { left, right, leftAccepts, rightAccepts } of pairs) {
      const isSubset = both(leftAccepts, rightAccepts) === leftAccepts;
      expect(left.isSubsetOf(right), `${left} in ${right}`).toBe(isSubset);
      expect(left.intersect(right).isSubsetOf(right), `${left} and ${right}`).toBe(true);
      expect(left.equals(right), `${left} and ${right}`).toBe(leftAccepts === rightAccepts);
    }
  });

  it('knows emptiness and the lowest version', () => {
    for (const { left, leftAccepts } of pairs) {
      expect(left.isEmpty, `${left}`).toBe(!leftAccepts.includes('1'));
      const accepted = semver.sort(GRID.filter((_, index) => leftAccepts[index] === '1'));
      expect(left.lowestVersion, `${left}`).toBe(accepted[0]?.version);
    }
  });

  it('writes what it can read back', () => {
    for (const { left, right } of pairs) {
      for (const constraint of [left, right, left.intersect(right)]) {
        const again = parseConstraint(constraint.toString(), {
          includePrerelease: constraint.includePrerelease,
        });
        expect(again.equals(constraint), constraint.toString()).toBe(true);
      }
    }
  });
});
