/**
 * Writes a set of versions as a constraint that npm reads back as the same set.
 *
 * Joining two constraints with a comma would not do for an intersection: npm lets a prerelease in where
 * any of the joined comparators names its release, although the other side refuses it.
 *
 * @module
 */
import type { AcceptedVersions } from './accepted-versions.ts';
import type { Interval, Intervals } from './intervals.ts';
import {
  FIRST,
  UNBOUNDED,
  type VersionPoint,
  comparePoints,
  firstPrereleaseFrom,
  formatPoint,
  isPrerelease,
  lowestPrerelease,
  nextPoint,
  releaseOf,
  releasePoint,
} from './version-point.ts';

const NOTHING = '<0.0.0-0';
const FIRST_RELEASE = releaseOf(FIRST);
/** npm's limit for one version. */
const MAX_VERSION_LENGTH = 256;

const equals = (a: VersionPoint, b: VersionPoint): boolean => comparePoints(a, b) === 0;

/** Equal sets give equal texts. */
export function renderConstraint(accepted: AcceptedVersions): string {
  const texts =
    accepted.span === undefined
      ? renderSeparately(accepted)
      : accepted.span.map((interval) => renderInterval(interval, FIRST));
  return texts.length === 0 ? NOTHING : texts.join(' || ');
}

/**
 * Prereleases must be named by a bound of their own release, so they are cut up by release. Where a cut
 * ends in a release that begins a range, or begins where a range ends, the two are written as one.
 */
function renderSeparately({ releases, prereleases }: AcceptedVersions): readonly string[] {
  const cuts = prereleases.flatMap(cutByRelease);
  const endingAt = new Map(
    cuts.filter(({ to }) => !isPrerelease(to)).map((cut) => [formatPoint(cut.to), cut]),
  );
  const beginningAt = new Map(
    cuts.filter(({ to }) => isPrerelease(to)).map((cut) => [formatPoint(cut.from), cut]),
  );
  const joined = new Set<Interval>();
  const ranges = leaveRoomFor(cuts, releases).map(({ from, to }) => {
    const before = endingAt.get(formatPoint(from));
    const after = beginningAt.get(formatPoint(lowestPrerelease(to)));
    for (const cut of [before, after]) if (cut !== undefined) joined.add(cut);
    return { from: before?.from ?? from, to: after?.to ?? to };
  });
  return [...ranges, ...cuts.filter((cut) => !joined.has(cut))]
    .sort((a, b) => comparePoints(a.from, b.from))
    .map((interval) => renderInterval(interval, FIRST_RELEASE));
}

/** An interval of prereleases, one piece for each release; a piece that takes all that are left ends in the release. */
function cutByRelease({ from, to }: Interval): readonly Interval[] {
  const cuts: Interval[] = [];
  for (let start = from; comparePoints(start, to) < 0;) {
    const release = releaseOf(start);
    const end = firstPrereleaseFrom(release);
    cuts.push({ from: start, to: comparePoints(to, end) < 0 ? to : release });
    start = end;
  }
  return cuts;
}

/** npm reads `*` beside other alternatives as `*` alone, so where prereleases are named, all releases are written in two ranges. */
function leaveRoomFor(cuts: readonly Interval[], releases: Intervals): Intervals {
  const [range] = releases;
  if (cuts.length === 0 || range === undefined) return releases;
  if (!equals(range.from, FIRST_RELEASE) || !equals(range.to, UNBOUNDED)) return releases;
  const middle =
    cuts.map(({ to }) => to).find((to) => !isPrerelease(to) && !equals(to, FIRST_RELEASE)) ??
    releasePoint(0, 0, 1);
  return [
    { from: range.from, to: middle },
    { from: middle, to: range.to },
  ];
}

/** @param first the lowest version that can be meant, from where on no lower bound is needed. */
function renderInterval(interval: Interval, first: VersionPoint): string {
  const { from, to } = interval;
  if (isOneVersion(interval, first)) return formatPoint(from);
  const lower = equals(from, first) ? '' : renderLowerBound(from);
  const upper = equals(to, UNBOUNDED) ? '' : renderUpperBound(to);
  return `${lower} ${upper}`.trim() || '*';
}

function isOneVersion({ from, to }: Interval, first: VersionPoint): boolean {
  const next = nextPoint(from);
  if (equals(next, to)) return true;
  // Where prereleases are listed apart, those between two releases do not count.
  return (
    first === FIRST_RELEASE && !isPrerelease(from) && !isPrerelease(to) && equals(next, lowestPrerelease(to))
  );
}

function renderLowerBound(from: VersionPoint): string {
  const text = formatPoint(from);
  // Came from "> the version before"; only that one is certain to be short enough for npm.
  return text.length > MAX_VERSION_LENGTH ? `>${formatPoint(previousOf(from))}` : `>=${text}`;
}

function renderUpperBound(to: VersionPoint): string {
  const endsInNext = to.prerelease.length > 1 && to.prerelease.at(-1) === 0;
  return endsInNext ? `<=${formatPoint(previousOf(to))}` : `<${formatPoint(to)}`;
}

/** Undoes {@link nextPoint} for prereleases. */
function previousOf(point: VersionPoint): VersionPoint {
  return { ...point, prerelease: point.prerelease.slice(0, -1) };
}
