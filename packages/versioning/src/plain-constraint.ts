/**
 * Reads alternatives made of plain terms (`^1.2.3`, `>=1.0.0,<2.0.0`, `~1.2`) in one pass.
 * Whatever else npm allows (hyphen ranges, wildcards inside, prereleases, spaces after operators) is left
 * to npm's own grammar in npm-constraint.ts; where both apply, both give the same comparators.
 *
 * @module
 */
import type { Alternative, Comparator, Operator } from './comparator.ts';
import { endOfDigits, isPlainNumber } from './plain-version.ts';
import { type VersionPoint, isPrerelease, lowestPrerelease, releasePoint } from './version-point.ts';

type TermOperator = Operator | '^' | '~';

/** An operator and one to three numbers. */
interface Term {
  readonly operator: TermOperator;
  readonly numbers: readonly number[];
  /** Where the next character stands. */
  readonly end: number;
}

/** Longest first, so that `>=` is not taken for `>`. */
const OPERATORS = ['>=', '<=', '>', '<', '^', '~', '='] as const satisfies readonly TermOperator[];

const SEPARATORS = [', ', ',', ' '] as const;

/** What a term means, by operator, as npm desugars it. */
const EXPAND: Readonly<
  Record<TermOperator, (numbers: readonly number[], includePrerelease: boolean) => readonly Comparator[]>
> = {
  '=': (numbers, includePrerelease) =>
    numbers.length === 3
      ? [{ operator: '=', version: floorOf(numbers) }]
      : [atLeast(numbers, includePrerelease), before(numbers, numbers.length - 1)],
  '>=': (numbers, includePrerelease) => [atLeast(numbers, includePrerelease)],
  '>': (numbers, includePrerelease) =>
    numbers.length === 3
      ? [{ operator: '>', version: floorOf(numbers) }]
      : [atLeast(countUp(numbers, numbers.length - 1), includePrerelease)],
  '<': (numbers) => [
    { operator: '<', version: numbers.length === 3 ? floorOf(numbers) : lowestPrerelease(floorOf(numbers)) },
  ],
  '<=': (numbers) =>
    numbers.length === 3
      ? [{ operator: '<=', version: floorOf(numbers) }]
      : [before(numbers, numbers.length - 1)],
  '^': (numbers, includePrerelease) => [
    atLeast(numbers, includePrerelease),
    before(numbers, firstSignificant(numbers)),
  ],
  '~': (numbers, includePrerelease) => [
    atLeast(numbers, includePrerelease),
    before(numbers, Math.min(1, numbers.length - 1)),
  ],
};

/** Missing numbers are zero. */
function floorOf([major = 0, minor = 0, patch = 0]: readonly number[]): VersionPoint {
  return releasePoint(major, minor, patch);
}

/** The numbers up to `index`, the last of them one higher. */
function countUp(numbers: readonly number[], index: number): readonly number[] {
  return numbers.slice(0, index + 1).map((number, position) => (position === index ? number + 1 : number));
}

/** Where numbers are missing and prereleases count, those of the lowest release belong to it. */
function atLeast(numbers: readonly number[], includePrerelease: boolean): Comparator {
  const floor = floorOf(numbers);
  const isPartial = numbers.length < 3;
  return { operator: '>=', version: isPartial && includePrerelease ? lowestPrerelease(floor) : floor };
}

function before(numbers: readonly number[], index: number): Comparator {
  return { operator: '<', version: lowestPrerelease(floorOf(countUp(numbers, index))) };
}

/** The number whose change breaks compatibility: the first that is not zero, or the last that is given. */
function firstSignificant(numbers: readonly number[]): number {
  const index = numbers.findIndex((number) => number > 0);
  return index === -1 ? numbers.length - 1 : index;
}

/** npm drops `>=0.0.0` (with prereleases `>=0.0.0-0`), which makes a difference beside other alternatives. */
function holdsForAll({ operator, version }: Comparator, includePrerelease: boolean): boolean {
  const { major, minor, patch } = version;
  return operator === '>=' && isPrerelease(version) === includePrerelease && major + minor + patch === 0;
}

/** @param text trimmed, with single spaces. */
export function readPlainAlternative(text: string, includePrerelease: boolean): Alternative | undefined {
  if (text === '' || text === '*') return { text, comparators: [] };
  const comparators: Comparator[] = [];
  for (let at: number | undefined = 0; at !== text.length;) {
    const term: Term | undefined = at === undefined ? undefined : readTerm(text, at);
    if (term === undefined) return undefined;
    for (const comparator of EXPAND[term.operator](term.numbers, includePrerelease)) {
      if (!holdsForAll(comparator, includePrerelease)) comparators.push(comparator);
    }
    at = startOfNext(text, term.end);
  }
  return { text, comparators };
}

function readTerm(text: string, start: number): Term | undefined {
  const written = OPERATORS.find((operator) => text.startsWith(operator, start));
  const numbers: number[] = [];
  let at = start + (written?.length ?? 0);
  for (;;) {
    const end = endOfDigits(text, at);
    if (!isPlainNumber(text, at, end)) return undefined;
    numbers.push(Number(text.slice(at, end)));
    if (numbers.length === 3 || text[end] !== '.') return { operator: written ?? '=', numbers, end };
    at = end + 1;
  }
}

/** Past a space or a comma; the end of the text; `undefined` where something else stands. */
function startOfNext(text: string, end: number): number | undefined {
  if (end === text.length) return end;
  const separator = SEPARATORS.find((candidate) => text.startsWith(candidate, end));
  // A separator at the very end leads to nowhere, which is for the full grammar to refuse.
  return separator === undefined || end + separator.length === text.length
    ? undefined
    : end + separator.length;
}
