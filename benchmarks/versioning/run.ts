/**
 * What a version question costs, beside the libraries that answer the same question:
 * `node --conditions=@truthound/source versioning/run.ts` in this workspace.
 *
 * compare-versions does not know npm's rule for prereleases and reads fewer forms of ranges; it is here
 * because it is often chosen for its speed.
 */
import { VersionResolver, parseConstraint, sortVersions } from '@truthound/versioning';
import { compareVersions as compareOnly, satisfies as compareOnlySatisfies } from 'compare-versions';
import semver from 'semver';
import * as verkit from 'verkit';
import { type Contender, measureInterleaved } from './interleave.ts';

interface Question {
  readonly title: string;
  readonly operations: number;
  readonly rounds?: number;
  readonly contenders: readonly Contender[];
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
      {
        name: '@truthound/versioning',
        run: () => countPairs(ours, (range, version) => range.isSatisfiedBy(version)),
      },
      { name: 'semver', run: () => countPairs(npm, (range, version) => range.test(version)) },
      {
        name: 'verkit',
        run: () => countPairs(verkitRanges, (range, version) => verkit.satisfies(version, range)),
      },
    ],
  },
  {
    title: 'two texts, 300 ranges that come again and again',
    operations: 300,
    rounds: 101,
    contenders: [
      {
        name: '@truthound/versioning',
        run: () => countTexts(RANGES, (range, version) => parseConstraint(range).isSatisfiedBy(version)),
      },
      { name: 'semver', run: () => countTexts(RANGES, (range, version) => semver.satisfies(version, range)) },
      { name: 'verkit', run: () => countTexts(RANGES, (range, version) => verkit.satisfies(version, range)) },
      {
        name: 'compare-versions',
        run: () => countTexts(RANGES, (range, version) => compareOnlySatisfies(version, range)),
      },
    ],
  },
  {
    title: 'two texts, 5,000 different ranges',
    operations: 5000,
    contenders: [
      {
        name: '@truthound/versioning',
        run: () => countTexts(MANY_RANGES, (range, version) => parseConstraint(range).isSatisfiedBy(version)),
      },
      {
        name: '@truthound/versioning, no cache',
        run: () => countTexts(MANY_RANGES, (range, version) => parseAnew(range).isSatisfiedBy(version)),
      },
      {
        name: 'semver',
        run: () => countTexts(MANY_RANGES, (range, version) => semver.satisfies(version, range)),
      },
      {
        name: 'verkit',
        run: () => countTexts(MANY_RANGES, (range, version) => verkit.satisfies(version, range)),
      },
      {
        name: 'compare-versions',
        run: () => countTexts(MANY_RANGES, (range, version) => compareOnlySatisfies(version, range)),
      },
    ],
  },
  {
    title: 'ranges beyond the plain ones (hyphens, wildcards, prereleases), never seen before',
    operations: 300,
    contenders: [
      {
        name: '@truthound/versioning',
        run: oddRanges((range, version) => parseConstraint(range).isSatisfiedBy(version)),
      },
      { name: 'semver', run: oddRanges((range, version) => semver.satisfies(version, range)) },
      { name: 'verkit', run: oddRanges((range, version) => verkit.satisfies(version, range)) },
    ],
  },
  {
    title: 'a prerelease and a parsed range',
    operations: 300,
    rounds: 101,
    contenders: [
      {
        name: '@truthound/versioning',
        run: () => ours.filter((range) => range.isSatisfiedBy('1.2.3-rc.1')).length,
      },
      { name: 'semver', run: () => npm.filter((range) => range.test('1.2.3-rc.1')).length },
      {
        name: 'verkit',
        run: () => verkitRanges.filter((range) => verkit.satisfies('1.2.3-rc.1', range)).length,
      },
    ],
  },
  {
    title: 'the best of 1,000 versions (per list)',
    operations: 1,
    rounds: 201,
    contenders: [
      {
        name: '@truthound/versioning',
        run: () => resolver.findBestVersion(parseConstraint('^3.2.1'), VERSIONS),
      },
      { name: 'semver', run: () => semver.maxSatisfying(VERSIONS, '^3.2.1') },
      { name: 'verkit', run: () => verkit.findMaxSatisfying(VERSIONS, '^3.2.1') },
    ],
  },
  {
    title: 'sorting 1,000 versions (per list)',
    operations: 1,
    rounds: 101,
    contenders: [
      { name: '@truthound/versioning', run: () => sortVersions(VERSIONS) },
      { name: 'semver', run: () => semver.sort([...VERSIONS]) },
      { name: 'verkit', run: () => verkit.sort([...VERSIONS]) },
      { name: 'compare-versions', run: () => VERSIONS.toSorted(compareOnly) },
    ],
  },
  {
    title: 'sorting 1,000 versions, a tenth of them prereleases (per list)',
    operations: 1,
    rounds: 101,
    contenders: [
      { name: '@truthound/versioning', run: () => sortVersions(WITH_PRERELEASES) },
      { name: 'semver', run: () => semver.sort([...WITH_PRERELEASES]) },
      { name: 'verkit', run: () => verkit.sort([...WITH_PRERELEASES]) },
      { name: 'compare-versions', run: () => WITH_PRERELEASES.toSorted(compareOnly) },
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

console.log(
  `Node ${process.version} on ${process.platform} ${process.arch}; medians, ratio to the first line\n`,
);
for (const { title, contenders, ...options } of QUESTIONS) {
  console.log(title);
  for (const { name, nsPerOperation, ratio } of measureInterleaved(contenders, options)) {
    const time =
      nsPerOperation >= 10_000
        ? `${(nsPerOperation / 1000).toFixed(1)} µs`
        : `${nsPerOperation.toFixed(0)} ns`;
    console.log(`  ${name.padEnd(34)}${time.padStart(10)}${`${ratio.toFixed(2)}x`.padStart(10)}`);
  }
  console.log();
}
