import Range from 'semver/classes/range.js';
import type { Alternative, Comparator } from './comparator.ts';

type NpmComparator = InstanceType<typeof Range>['set'][number][number];

/**
 * Reads one alternative with npm's own grammar; commas separate parts that must all hold.
 *
 * @throws {TypeError} without a position.
 */
export function readNpmAlternative(text: string, includePrerelease: boolean): Alternative {
  const parts = text.split(',');
  if (parts.length > 1 && parts.some((part) => part.trim() === '')) throw new TypeError('Empty part');
  const comparators = parts
    .flatMap((part) => new Range(part, { includePrerelease }).set.slice(0, 1).flat())
    .filter(({ value }) => value !== '')
    .map(toComparator);
  return { text, comparators };
}

function toComparator({ operator, semver }: NpmComparator): Comparator {
  const { major, minor, patch, prerelease } = semver;
  return {
    operator: operator === '' ? '=' : operator,
    version: { major, minor, patch, prerelease: [...prerelease] },
  };
}
