/**
 * Reads alternatives made of plain terms (`^1.2.3`, `>=1.0.0,<2.0.0`, `1.x`, `1.0.0 - 2.0.0`) in one pass.
 * Whatever else npm allows (build metadata, prefixes, spaces after operators) is left to npm's own grammar
 * in npm-constraint.ts; where both apply, both give the same comparators.
 *
 * @module
 */
import { numberAt } from './number-at.ts';
import type { Alternative, Comparator } from './comparator.ts';
import { type Term, type TermOperator, readTerm, startOfNextTerm } from './plain-term.ts';
import { type VersionPoint, isPrerelease, lowestPrerelease, releasePoint } from './version-point.ts';

type Expand = (term: Term, includePrerelease: boolean) => readonly Comparator[];

/** What a term means, by operator, as npm desugars it. */
const EXPAND: Readonly<Record<TermOperator, Expand>> = {
  '=': (term, includePrerelease) =>
    isFull(term)
      ? [{ operator: '=', version: floorOf(term) }]
      : [atLeast(term, includePrerelease), before(term, term.numbers.length - 1)],
  '>=': (term, includePrerelease) => [atLeast(term, includePrerelease)],
  '>': (term, includePrerelease) =>
    isFull(term)
      ? [{ operator: '>', version: floorOf(term) }]
      : [atLeast({ ...term, numbers: countUp(term.numbers, term.numbers.length - 1) }, includePrerelease)],
  '<': (term) => [{ operator: '<', version: isFull(term) ? floorOf(term) : lowestPrerelease(floorOf(term)) }],
  '<=': (term) =>
    isFull(term) ? [{ operator: '<=', version: floorOf(term) }] : [before(term, term.numbers.length - 1)],
  '^': (term, includePrerelease) => [
    atLeast(term, includePrerelease),
    before(term, firstSignificant(term.numbers)),
  ],
  '~': (term, includePrerelease) => [
    atLeast(term, includePrerelease),
    before(term, Math.min(1, term.numbers.length - 1)),
  ],
};

/** @param text trimmed, with single spaces. */
export function readPlainAlternative(text: string, includePrerelease: boolean): Alternative | undefined {
  if (text === '' || text === '*') return { text, comparators: [] };
  const expanded = readHyphenRange(text, includePrerelease) ?? readTerms(text, includePrerelease);
  if (expanded === undefined) return undefined;
  return { text, comparators: expanded.filter((comparator) => !holdsForAll(comparator, includePrerelease)) };
}

function readTerms(text: string, includePrerelease: boolean): readonly Comparator[] | undefined {
  const comparators: Comparator[] = [];
  let at: number | undefined = 0;
  while (at !== text.length) {
    const term: Term | undefined = at === undefined ? undefined : readTerm(text, at);
    if (term === undefined) return undefined;
    comparators.push(...EXPAND[term.operator](term, includePrerelease));
    at = startOfNextTerm(text, term.end);
  }
  return comparators;
}

/** `1.0.0 - 2.0.0`: both ends belong to it; where the upper one lacks numbers, all that begin with it. */
function readHyphenRange(text: string, includePrerelease: boolean): readonly Comparator[] | undefined {
  const hyphen = text.indexOf(' - ');
  if (hyphen === -1) return undefined;
  const from = readTerm(text, 0);
  const to = readTerm(text, hyphen + 3);
  if (from?.end !== hyphen || to?.end !== text.length || from.isOperatorWritten || to.isOperatorWritten) {
    return undefined;
  }
  const takesPrereleases = includePrerelease && !isPrerelease(floorOf(from));
  const lower = takesPrereleases ? lowestPrerelease(floorOf(from)) : floorOf(from);
  const isInclusive = isFull(to) && (to.prerelease.length > 0 || !includePrerelease);
  return [
    { operator: '>=', version: lower },
    isInclusive ? { operator: '<=', version: floorOf(to) } : before(to, to.numbers.length - 1),
  ];
}

const isFull = ({ numbers }: Term): boolean => numbers.length === 3;

/** Missing numbers are zero. */
function floorOf({ numbers: [major = 0, minor = 0, patch = 0], prerelease }: Term): VersionPoint {
  return { major, minor, patch, prerelease };
}

/** The numbers up to `index`, the last of them one higher. */
function countUp(numbers: readonly number[], index: number): readonly number[] {
  const counted = numbers.slice(0, index + 1);
  counted[index] = numberAt(numbers, index) + 1;
  return counted;
}

/** Where numbers are missing and prereleases count, those of the lowest release belong to it. */
function atLeast(term: Term, includePrerelease: boolean): Comparator {
  const floor = floorOf(term);
  return { operator: '>=', version: includePrerelease && !isFull(term) ? lowestPrerelease(floor) : floor };
}

/** Before the prereleases of the release in which the number at `index` is counted up. */
function before({ numbers }: Term, index: number): Comparator {
  const [major = 0, minor = 0, patch = 0] = countUp(numbers, index);
  return { operator: '<', version: lowestPrerelease(releasePoint(major, minor, patch)) };
}

/** The number whose change breaks compatibility: the first that is not zero, or the last that is given. */
function firstSignificant(numbers: readonly number[]): number {
  const index = numbers.findIndex((number) => number > 0);
  return index === -1 ? numbers.length - 1 : index;
}

/** npm drops `>=0.0.0` (with prereleases `>=0.0.0-0`), which makes a difference beside other alternatives. */
function holdsForAll({ operator, version }: Comparator, includePrerelease: boolean): boolean {
  if (operator !== '>=' || version.major > 0 || version.minor > 0 || version.patch > 0) return false;
  const { prerelease } = version;
  return includePrerelease ? prerelease.length === 1 && prerelease[0] === 0 : prerelease.length === 0;
}
