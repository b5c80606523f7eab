/**
 * Places on the line on which all versions lie in order of precedence (SemVer 2.0.0, item 11).
 *
 * Every version has a next one: after `1.2.3-rc` comes `1.2.3-rc.0`, after `1.2.3` comes `1.2.4-0`.
 * So each bound, inclusive or not, can be written as "from this version on" or "before this version",
 * and ranges become half-open intervals that have only one way to be written. The interval algebra
 * in intervals.ts rests on this. Build metadata has no precedence and no place here.
 *
 * @module
 */

/** One identifier of a prerelease, a number where it is written as one. */
export type PrereleaseIdentifier = string | number;

/** A version without build metadata. */
export interface VersionPoint {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Empty for a release. */
  readonly prerelease: readonly PrereleaseIdentifier[];
}

const NO_PRERELEASE: readonly PrereleaseIdentifier[] = Object.freeze([]);
const LOWEST_PRERELEASE: readonly PrereleaseIdentifier[] = Object.freeze([0]);
const NUMERIC = /^\d+$/;

export function releasePoint(major: number, minor: number, patch: number): VersionPoint {
  return { major, minor, patch, prerelease: NO_PRERELEASE };
}

/** The prerelease that comes before all others of its release: `1.2.3-0`. */
export function lowestPrerelease({ major, minor, patch }: VersionPoint): VersionPoint {
  return { major, minor, patch, prerelease: LOWEST_PRERELEASE };
}

/** The lowest version there is. */
export const FIRST: VersionPoint = Object.freeze(lowestPrerelease(releasePoint(0, 0, 0)));

/** Above every version. */
export const UNBOUNDED: VersionPoint = Object.freeze(releasePoint(Infinity, 0, 0));

export function isPrerelease(point: VersionPoint): boolean {
  return point.prerelease.length > 0;
}

/** `1.2.3` of `1.2.3-rc.1`. */
export function releaseOf(point: VersionPoint): VersionPoint {
  return isPrerelease(point) ? releasePoint(point.major, point.minor, point.patch) : point;
}

/** Whether two versions share major, minor and patch. */
export function isSameRelease(a: VersionPoint, b: VersionPoint): boolean {
  return a.major === b.major && a.minor === b.minor && a.patch === b.patch;
}

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export function comparePoints(a: VersionPoint, b: VersionPoint): number {
  if (a.major !== b.major) return a.major < b.major ? -1 : 1;
  if (a.minor !== b.minor) return a.minor < b.minor ? -1 : 1;
  if (a.patch !== b.patch) return a.patch < b.patch ? -1 : 1;
  return comparePrerelease(a.prerelease, b.prerelease);
}

/** A release comes after its prereleases; a longer list after its own beginning. */
function comparePrerelease(a: readonly PrereleaseIdentifier[], b: readonly PrereleaseIdentifier[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareIdentifierLists(a, b);
}

/** Compares identifier by identifier; where one list ends first, it is the lower one. */
export function compareIdentifierLists(
  a: readonly PrereleaseIdentifier[],
  b: readonly PrereleaseIdentifier[],
): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) break;
    if (left !== right) return compareIdentifiers(left, right);
  }
  return a.length - b.length;
}

/** Numbers by value, others as text, numbers first. Numbers beyond 2^53 stay text but compare as numbers, as npm does. */
function compareIdentifiers(a: PrereleaseIdentifier, b: PrereleaseIdentifier): number {
  const aIsNumeric = typeof a === 'number' || NUMERIC.test(a);
  const bIsNumeric = typeof b === 'number' || NUMERIC.test(b);
  if (aIsNumeric !== bIsNumeric) return aIsNumeric ? -1 : 1;
  const [left, right] = aIsNumeric ? [Number(a), Number(b)] : [a, b];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The release after `point`'s. Parts end at 2^53 - 1 (npm's limit), where the next part to the left is counted up. */
function nextRelease({ major, minor, patch }: VersionPoint): VersionPoint {
  if (patch < Number.MAX_SAFE_INTEGER) return releasePoint(major, minor, patch + 1);
  if (minor < Number.MAX_SAFE_INTEGER) return releasePoint(major, minor + 1, 0);
  if (major < Number.MAX_SAFE_INTEGER) return releasePoint(major + 1, 0, 0);
  return UNBOUNDED;
}

/** The version that comes right after `point`. */
export function nextPoint(point: VersionPoint): VersionPoint {
  return isPrerelease(point)
    ? { ...releaseOf(point), prerelease: [...point.prerelease, 0] }
    : firstPrereleaseFrom(point);
}

/** The lowest prerelease at or after `point`. */
export function firstPrereleaseFrom(point: VersionPoint): VersionPoint {
  if (isPrerelease(point) || point.major === Infinity) return point;
  const next = nextRelease(point);
  return next.major === Infinity ? UNBOUNDED : lowestPrerelease(next);
}

export function formatPoint({ major, minor, patch, prerelease }: VersionPoint): string {
  const release = `${major}.${minor}.${patch}`;
  return prerelease.length === 0 ? release : `${release}-${prerelease.join('.')}`;
}
