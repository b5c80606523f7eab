/**
 * What a version question costs, beside the libraries that answer the same question: `npm run bench -- versioning`
 *
 * compare-versions does not know npm's rule for prereleases and reads fewer forms of ranges; it is here
 * because it is often chosen for its speed.
 */
import { VersionResolver, parseConstraint, sortVersions } from '@truthound/versioning';
import { compareVersions as compareOnly, satisfies as compareOnlySatisfies } from 'compare-versions';
import semver from 'semver';
import * as verkit from 'verkit';
import { type CompareOptions, type Contender, compare } from '../harness/compare.ts';
import { type Comparison, Role } from '../harness/figures.ts';
import { runSuite } from '../harness/run-suite.ts';

type Question = Omit<CompareOptions, 'rounds'> & { readonly rounds?: number };

const OURS = '@truthound/versioning';

function asking(name: string, run: () => unknown): Contender {
  return { name, role: name.startsWith(OURS) ? Role.OURS : Role.PEER, run };
}

const VERSIONS = Array.from({ length: 1000 }, (_, index) => {
  const mixed = (index * 7919) % 1000;
  return `${mixed % 5}.${Math.floor(mixed / 7) % 20}.${mixed % 13}`;
});
const WITH_PRERELEASES = VERSIONS.map((version, index) =>
  index % 10 === 0 ? `${version}-rc.${index % 7}` : version,
);
const RANGES = Array.from({ length: 300 }, (_, index) => {
  const [major, minor, patch] = [index % 5, index % 20, index % 13];
  return (
    [`^${major}.${minor}.${patch}`, `~${major}.${minor}.${patch}`, `>=${major}.${minor}.0 <${major + 1}.0.0`][
      index % 3
    ] ?? '*'
  );
});
/** As many as there are in a large installation: beyond what any library remembers. */
const MANY_RANGES = Array.from(
  { length: 5000 },
  (_, index) => `^${index % 50}.${Math.floor(index / 50)}.${index % 7}`,
);

const ours = RANGES.map((text) => parseConstraint(text));
const npm = RANGES.map((text) => new semver.Range(text));
const verkitRanges = RANGES.map((text) => verkit.parseRange(text));
const resolver = new VersionResolver();

/** Every range with ten versions; answers how many fit. */
function countPairs<Range>(
  ranges: readonly Range[],
  isSatisfied: (range: Range, version: string) => boolean,
): number {
  let count = 0;
  for (const [index, range] of ranges.entries()) {
    for (let step = 0; step < 10; step += 1) {
      if (isSatisfied(range, VERSIONS[(index * 10 + step) % 1000] ?? '')) count += 1;
    }
  }
  return count;
}

/** Every range with one version, all as text. */
function countTexts(
  ranges: readonly string[],
  isSatisfied: (range: string, version: string) => boolean,
): number {
  let count = 0;
  for (const [index, range] of ranges.entries())
    if (isSatisfied(range, VERSIONS[index % 1000] ?? '')) count += 1;
  return count;
}

/** A limit of its own keeps a constraint out of the cache. */
const parseAnew = (range: string): ReturnType<typeof parseConstraint> =>
  parseConstraint(range, { maxLength: 512 });

let oddContenders = 0;

const QUESTIONS: readonly Question[] = [
  {
    title: 'a parsed range and a version',
    operations: 3000,
    contenders: [
      asking(OURS, () => countPairs(ours, (range, version) => range.isSatisfiedBy(version))),
      asking('semver', () => countPairs(npm, (range, version) => range.test(version))),
      asking('verkit', () => countPairs(verkitRanges, (range, version) => verkit.satisfies(version, range))),
    ],
  },
  {
    title: 'two texts, 300 ranges that come again and again',
    operations: 300,
    rounds: 101,
    contenders: [
      asking(OURS, () =>
        countTexts(RANGES, (range, version) => parseConstraint(range).isSatisfiedBy(version)),
      ),
      asking('semver', () => countTexts(RANGES, (range, version) => semver.satisfies(version, range))),
      asking('verkit', () => countTexts(RANGES, (range, version) => verkit.satisfies(version, range))),
      asking('compare-versions', () =>
        countTexts(RANGES, (range, version) => compareOnlySatisfies(version, range)),
      ),
    ],
  },
  {
    title: 'two texts, 5,000 different ranges',
    operations: 5000,
    why: 'compare-versions compiles nothing, and so answers what it sees for the first time faster. It knows neither npm’s rule for prereleases nor several forms of ranges.',
    contenders: [
      asking(OURS, () =>
        countTexts(MANY_RANGES, (range, version) => parseConstraint(range).isSatisfiedBy(version)),
      ),
      asking(`${OURS}, no cache`, () =>
        countTexts(MANY_RANGES, (range, version) => parseAnew(range).isSatisfiedBy(version)),
      ),
      asking('semver', () => countTexts(MANY_RANGES, (range, version) => semver.satisfies(version, range))),
      asking('verkit', () => countTexts(MANY_RANGES, (range, version) => verkit.satisfies(version, range))),
      asking('compare-versions', () =>
        countTexts(MANY_RANGES, (range, version) => compareOnlySatisfies(version, range)),
      ),
    ],
  },
  {
    title: 'ranges beyond the plain ones (hyphens, wildcards, prereleases), never seen before',
    operations: 300,
    contenders: [
      asking(
        OURS,
        oddRanges((range, version) => parseConstraint(range).isSatisfiedBy(version)),
      ),
      asking(
        'semver',
        oddRanges((range, version) => semver.satisfies(version, range)),
      ),
      asking(
        'verkit',
        oddRanges((range, version) => verkit.satisfies(version, range)),
      ),
    ],
  },
  {
    title: 'a prerelease and a parsed range',
    operations: 300,
    rounds: 101,
    contenders: [
      asking(OURS, () => ours.filter((range) => range.isSatisfiedBy('1.2.3-rc.1')).length),
      asking('semver', () => npm.filter((range) => range.test('1.2.3-rc.1')).length),
      asking('verkit', () => verkitRanges.filter((range) => verkit.satisfies('1.2.3-rc.1', range)).length),
    ],
  },
  {
    title: 'the best of 1,000 versions (per list)',
    operations: 1,
    rounds: 201,
    contenders: [
      asking(OURS, () => resolver.findBestVersion(parseConstraint('^3.2.1'), VERSIONS)),
      asking('semver', () => semver.maxSatisfying(VERSIONS, '^3.2.1')),
      asking('verkit', () => verkit.findMaxSatisfying(VERSIONS, '^3.2.1')),
    ],
  },
  {
    title: 'sorting 1,000 versions (per list)',
    operations: 1,
    rounds: 101,
    contenders: [
      asking(OURS, () => sortVersions(VERSIONS)),
      asking('semver', () => semver.sort([...VERSIONS])),
      asking('verkit', () => verkit.sort([...VERSIONS])),
      asking('compare-versions', () => VERSIONS.toSorted(compareOnly)),
    ],
  },
  {
    title: 'sorting 1,000 versions, a tenth of them prereleases (per list)',
    operations: 1,
    rounds: 101,
    contenders: [
      asking(OURS, () => sortVersions(WITH_PRERELEASES)),
      asking('semver', () => semver.sort([...WITH_PRERELEASES])),
      asking('verkit', () => verkit.sort([...WITH_PRERELEASES])),
      asking('compare-versions', () => WITH_PRERELEASES.toSorted(compareOnly)),
    ],
  },
];

/** New texts in every call, of the same kinds for each contender. */
function oddRanges(isSatisfied: (range: string, version: string) => boolean): () => number {
  oddContenders += 1;
  // Else one contender, which asks npm in turn, would fill npm's memory for the next.
  let call = oddContenders * 1000;
  return () => {
    call += 1;
    const ranges = Array.from({ length: 300 }, (_, index) => {
      const minor = call * 300 + index;
      return [`1.${minor}.0 - 1.${minor + 9}.0`, `1.${minor}.x`, `^1.${minor}.0-rc.1`][index % 3] ?? '*';
    });
    return countTexts(ranges, isSatisfied);
  };
}

await runSuite(async ({ rounds }) => {
  const comparisons: Comparison[] = [];
  for (const question of QUESTIONS)
    comparisons.push(await compare({ ...question, rounds: rounds(question.rounds ?? 31) }));
  return {
    title: 'What a version question costs',
    method:
      'Times are for one operation: a range and a version, or a whole list. Every contender gets the same texts.',
    comparisons,
    figures: [],
  };
});
