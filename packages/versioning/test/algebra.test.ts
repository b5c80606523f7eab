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

const ROUNDS = Number(process.env['TRUTHOUND_ALGEBRA_ROUNDS'] ?? 150);

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
  Array.from(left, (bit, index) => (bit === '1' && right[index] === '1' ? '1' : '0')).join('');

const acceptedBy = (constraint: VersionConstraint): string =>
  acceptedByNpm(constraint.toString(), constraint.includePrerelease);

describe.each(MODES)('algebra of constraints, includePrerelease $left and $right', (mode) => {
  const texts = createRandomTexts(4711);
  const pairs = Array.from({ length: ROUNDS }, () => {
    const left = parseConstraint(texts.smallConstraint(), { includePrerelease: mode.left });
    const right = parseConstraint(texts.smallConstraint(), { includePrerelease: mode.right });
    return { left, right, leftAccepts: acceptedBy(left), rightAccepts: acceptedBy(right) };
  });
  type Pair = (typeof pairs)[number];
  /** Pairs that are answered wrongly, so that a failure shows them. */
  const wrongAmong = (isRight: (pair: Pair) => boolean): string[] =>
    pairs.filter((pair) => !isRight(pair)).map(({ left, right }) => [left, right].join(' with '));

  it('intersects to exactly the versions that both accept', () => {
    const wrong = wrongAmong(
      ({ left, right, leftAccepts, rightAccepts }) =>
        acceptedBy(left.intersect(right)) === both(leftAccepts, rightAccepts),
    );
    expect(wrong).toEqual([]);
  });

  it('gives one intersection, whichever side asks', () => {
    const wrong = wrongAmong(
      ({ left, right }) => left.intersect(right).toString() === right.intersect(left).toString(),
    );
    expect(wrong).toEqual([]);
  });

  it('knows whether two intersect', () => {
    const wrong = wrongAmong(
      ({ left, right, leftAccepts, rightAccepts }) =>
        left.intersects(right) === both(leftAccepts, rightAccepts).includes('1'),
    );
    expect(wrong).toEqual([]);
    expect(pairs.some(({ left, right }) => !left.intersects(right))).toBe(true);
  });

  it('calls one a subset of the other where every version of the one is a version of the other', () => {
    const wrong = wrongAmong(
      ({ left, right, leftAccepts, rightAccepts }) =>
        left.isSubsetOf(right) === (both(leftAccepts, rightAccepts) === leftAccepts) &&
        left.intersect(right).isSubsetOf(right),
    );
    expect(wrong).toEqual([]);
    expect(pairs.some(({ left, right }) => left.isSubsetOf(right))).toBe(true);
  });

  it('calls two equal where they accept the same versions', () => {
    const wrong = wrongAmong(
      ({ left, right, leftAccepts, rightAccepts }) => left.equals(right) === (leftAccepts === rightAccepts),
    );
    expect(wrong).toEqual([]);
  });

  it('knows emptiness and the lowest version', () => {
    const wrong = wrongAmong(({ left, leftAccepts }) => {
      const [lowest] = semver.sort(GRID.filter((_, index) => leftAccepts[index] === '1'));
      return left.lowestVersion === lowest?.version && left.isEmpty === (lowest === undefined);
    });
    expect(wrong).toEqual([]);
  });

  it('W-46: writes what it can read back', () => {
    const wrong = wrongAmong(({ left, right }) =>
      [left, right, left.intersect(right)].every((constraint) => {
        const { includePrerelease } = constraint;
        return parseConstraint(constraint.toString(), { includePrerelease }).equals(constraint);
      }),
    );
    expect(wrong).toEqual([]);
  });
});
