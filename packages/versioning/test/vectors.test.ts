import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VersionFormatError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { VersionResolver, compareVersions, parseConstraint, sortVersions } from '../src/index.ts';

/** Tables recorded from npm's own test suite, among other public vectors: `TRUTHOUND_VECTORS=… npx vitest run test/vectors.test.ts`. */
const FOLDER = join(process.env['TRUTHOUND_VECTORS'] ?? '', 'semver');
const TABLES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];

if (TABLES.length === 0)
  console.log(
    "npm's test tables are skipped: set TRUTHOUND_VECTORS to the folder with their folder `semver`",
  );

type Row = Readonly<Record<string, unknown>>;
/** What npm recorded and what we answer; `undefined` where the row asks for what we do not offer. */
type Check = (row: Row) => { readonly ours: unknown; readonly npm: unknown } | undefined;

const REFUSED = 'refused';

function refusedOr<T>(question: () => T): T | typeof REFUSED {
  try {
    return question();
  } catch (error) {
    if (error instanceof VersionFormatError) return REFUSED;
    throw error;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** `undefined` for the loose grammar, which is not offered. */
function optionsOf(options: unknown): { readonly includePrerelease: boolean } | undefined {
  if (typeof options !== 'object' || options === null)
    return options === true ? undefined : { includePrerelease: false };
  if (Reflect.get(options, 'loose') === true) return undefined;
  return { includePrerelease: Reflect.get(options, 'includePrerelease') === true };
}

function satisfies(version: unknown, range: unknown, options: unknown, npm: unknown): ReturnType<Check> {
  const ours = optionsOf(options);
  if (ours === undefined || !isText(version) || !isText(range)) return undefined;
  // npm answers false where a text is refused.
  const answer = refusedOr(() => parseConstraint(range, ours).isSatisfiedBy(version));
  return { ours: answer === REFUSED ? false : answer, npm };
}

const args = (row: Row): readonly unknown[] => row['args'] as readonly unknown[];
const throws = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && 'throws' in result;

/** A version on one side of a range is not within it; the other tables say which side. */
const isOutside: Check = ({ range, version, options }) => satisfies(version, range, options, false);

const isBeyond: Check = (row) => {
  const [version, range, options] = args(row);
  return row['result'] === true ? satisfies(version, range, options, false) : undefined;
};

const compares: Check = ({ greater, lesser, options }) => {
  if (optionsOf(options) === undefined || !isText(greater) || !isText(lesser)) return undefined;
  return { ours: [compareVersions(greater, lesser), compareVersions(lesser, greater)], npm: [1, -1] };
};

/** Versions equal but for build metadata are equal to npm and in order to us. */
const withoutBuild = (version: string): string => version.replace(/\+.*/, '');

const COMPARISONS: ReadonlyMap<unknown, (order: number) => boolean> = new Map([
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['=', (order) => order === 0],
  ['==', (order) => order === 0],
  ['!=', (order) => order !== 0],
  ['', (order) => order === 0],
]);

function intersects(a: unknown, b: unknown, options: unknown, npm: unknown): ReturnType<Check> {
  const ours = optionsOf(options);
  if (ours === undefined || !isText(a) || !isText(b)) return undefined;
  const answer = refusedOr(() => parseConstraint(a, ours).intersects(parseConstraint(b, ours)));
  return { ours: answer, npm: throws(npm) ? REFUSED : npm };
}

function canonical(range: unknown, options: unknown, npm: unknown): ReturnType<Check> {
  const ours = optionsOf(options);
  if (ours === undefined || !isText(range)) return undefined;
  if (!isText(npm)) return { ours: refusedOr(() => parseConstraint(range, ours)), npm: REFUSED };
  const same = refusedOr(() => parseConstraint(range, ours).equals(parseConstraint(npm, ours)));
  return { ours: same, npm: true };
}

function best(row: Row): ReturnType<Check> {
  const [versions, range, options] = args(row);
  const ours = optionsOf(options);
  if (ours === undefined || !isText(range)) return undefined;
  const answer = refusedOr(() =>
    new VersionResolver().findBestVersion(parseConstraint(range, ours), versions as readonly string[], {
      preferStable: false,
    }),
  );
  return { ours: answer === REFUSED ? undefined : answer, npm: row['result'] ?? undefined };
}

const CHECKS: Readonly<Record<string, Check>> = {
  'range-include.json': ({ range, version, options }) => satisfies(version, range, options, true),
  'range-exclude.json': isOutside,
  'version-gt-range.json': isOutside,
  'version-lt-range.json': isOutside,
  'calls-functions-satisfies.json': (row) => {
    const [version, range, options] = args(row);
    return satisfies(version, range, options, row['result']);
  },
  'calls-ranges-gtr.json': isBeyond,
  'calls-ranges-ltr.json': isBeyond,
  'comparisons.json': compares,
  'equality.json': ({ a, b, options }) => {
    if (optionsOf(options) === undefined || !isText(a) || !isText(b)) return undefined;
    return { ours: compareVersions(withoutBuild(a), withoutBuild(b)), npm: 0 };
  },
  'calls-functions-cmp.json': (row) => {
    const [a, operator, b, options] = args(row);
    const compare = COMPARISONS.get(operator);
    if (compare === undefined || optionsOf(options) === undefined || !isText(a) || !isText(b))
      return undefined;
    return { ours: compare(compareVersions(withoutBuild(a), withoutBuild(b))), npm: row['result'] };
  },
  'calls-functions-compare-build.json': (row) => {
    const [a, b] = args(row) as [string, string];
    return { ours: compareVersions(a, b), npm: row['result'] };
  },
  'calls-functions-sort.json': (row) => ({
    ours: sortVersions(args(row)[0] as string[]),
    npm: row['result'],
  }),
  'calls-functions-valid.json': (row) => {
    const [version, options] = args(row);
    if (optionsOf(options) === undefined || !isText(version)) return undefined;
    return {
      ours: refusedOr(() => parseConstraint('*').isSatisfiedBy(version)) !== REFUSED,
      npm: row['result'] !== null,
    };
  },
  'valid-versions.json': ({ version }) => ({
    ours: refusedOr(() => compareVersions(version as string, version as string)),
    npm: 0,
  }),
  'invalid-versions.json': ({ value, options }) => {
    if (optionsOf(options) === undefined) return undefined;
    return { ours: refusedOr(() => parseConstraint('*').isSatisfiedBy(value as string)), npm: REFUSED };
  },
  'range-parse.json': ({ range, canonical: npm, options }) => canonical(range, options, npm),
  'calls-ranges-valid.json': (row) => {
    const [range, options] = args(row);
    return canonical(range, options, row['result']);
  },
  'calls-ranges-to-comparators.json': (row) => {
    const [range, options] = args(row);
    const npm = row['result'];
    return canonical(
      range,
      options,
      Array.isArray(npm) ? npm.map((set: string[]) => set.join(' ')).join('||') : npm,
    );
  },
  'calls-ranges-max-satisfying.json': best,
  'calls-ranges-min-version.json': (row) => {
    const [range, options] = args(row);
    const ours = optionsOf(options);
    if (ours === undefined || !isText(range)) return undefined;
    return { ours: parseConstraint(range, ours).lowestVersion, npm: row['result'] ?? undefined };
  },
  'range-intersection.json': ({ a, b, intersects: npm }) => intersects(a, b, undefined, npm),
  'comparator-intersection.json': ({ a, b, options, intersects: npm }) => intersects(a, b, options, npm),
  'calls-ranges-intersects.json': (row) => {
    const [a, b, options] = args(row);
    return intersects(a, b, options, row['result']);
  },
  'calls-ranges-subset.json': (row) => {
    const [sub, dom, options] = args(row);
    const ours = optionsOf(options);
    if (ours === undefined || !isText(sub) || !isText(dom)) return undefined;
    return { ours: parseConstraint(sub, ours).isSubsetOf(parseConstraint(dom, ours)), npm: row['result'] };
  },
};

describe.skipIf(TABLES.length === 0)("npm's own test tables", () => {
  it.each(Object.keys(CHECKS))('agree: %s', (table) => {
    const { rows } = JSON.parse(readFileSync(join(FOLDER, table), 'utf8')) as {
      readonly rows: readonly Row[];
    };
    const checks = rows.map((row) => ({ row, check: CHECKS[table]?.(row) }));
    const applicable = checks.flatMap(({ row, check }) => (check === undefined ? [] : [{ row, ...check }]));
    console.log(`${table}: ${applicable.length} of ${rows.length} rows compared`);
    expect(applicable.length).toBeGreaterThan(0);
    for (const { row, ours, npm } of applicable)
      expect.soft({ row, answer: ours }).toEqual({ row, answer: npm });
  });
});
