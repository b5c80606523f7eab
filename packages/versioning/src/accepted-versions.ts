/**
 * The exact set of versions that a constraint accepts.
 *
 * npm lets a prerelease in only where a comparator of the same alternative names a prerelease of the
 * same release: `>=1.2.3-rc` takes `1.2.3-rc.1`, not `1.3.0-rc`. So releases and prereleases follow
 * different rules and are kept as two sets; with `includePrerelease` both follow from one span.
 *
 * @module
 */
import { type Alternative, type Comparator, toInterval } from './comparator.ts';
import {
  type Interval,
  type Intervals,
  equalIntervals,
  intersectIntervals,
  isSubsetOfIntervals,
  overlap,
  unite,
} from './intervals.ts';
import {
  FIRST,
  UNBOUNDED,
  firstPrereleaseFrom,
  isPrerelease,
  lowestPrerelease,
  releaseOf,
} from './version-point.ts';

export interface AcceptedVersions {
  /** Bounds are releases. */
  readonly releases: Intervals;
  /** Bounds are prereleases. */
  readonly prereleases: Intervals;
  /** Both sets as one, where prereleases count as any version (`includePrerelease`). */
  readonly span: Intervals | undefined;
}

const EVERYTHING: Interval = { from: FIRST, to: UNBOUNDED };

const toReleases = ({ from, to }: Interval): Interval => ({ from: releaseOf(from), to: releaseOf(to) });

const toPrereleases = ({ from, to }: Interval): Interval => ({
  from: firstPrereleaseFrom(from),
  to: firstPrereleaseFrom(to),
});

function spanOf(comparators: readonly Comparator[]): Interval {
  let span = EVERYTHING;
  for (const comparator of comparators) span = overlap(span, toInterval(comparator));
  return span;
}

/** All prereleases of the releases of which a comparator names a prerelease. */
function namedPrereleases(comparators: readonly Comparator[]): Intervals {
  return unite(
    comparators
      .filter(({ version }) => isPrerelease(version))
      .map(({ version }) => ({
        from: lowestPrerelease(version),
        to: firstPrereleaseFrom(releaseOf(version)),
      })),
  );
}

function fromSpan(span: Intervals): AcceptedVersions {
  return {
    releases: unite(span.map(toReleases)),
    prereleases: unite(span.map(toPrereleases)),
    span,
  };
}

/** The releases alone, which most questions are about. */
export function listReleases(alternatives: readonly Alternative[]): Intervals {
  return unite(alternatives.map(({ comparators }) => toReleases(spanOf(comparators))));
}

export function listAcceptedVersions(
  alternatives: readonly Alternative[],
  includePrerelease: boolean,
): AcceptedVersions {
  if (includePrerelease) return fromSpan(unite(alternatives.map(({ comparators }) => spanOf(comparators))));
  return {
    releases: listReleases(alternatives),
    prereleases: unite(
      alternatives.flatMap(({ comparators }) => {
        const named = namedPrereleases(comparators);
        return intersectIntervals(unite([toPrereleases(spanOf(comparators))]), named);
      }),
    ),
    span: undefined,
  };
}

export function intersectAccepted(a: AcceptedVersions, b: AcceptedVersions): AcceptedVersions {
  if (a.span !== undefined && b.span !== undefined) return fromSpan(intersectIntervals(a.span, b.span));
  return {
    releases: intersectIntervals(a.releases, b.releases),
    prereleases: intersectIntervals(a.prereleases, b.prereleases),
    span: undefined,
  };
}

export function isSubsetOfAccepted(a: AcceptedVersions, b: AcceptedVersions): boolean {
  return isSubsetOfIntervals(a.releases, b.releases) && isSubsetOfIntervals(a.prereleases, b.prereleases);
}

export function equalAccepted(a: AcceptedVersions, b: AcceptedVersions): boolean {
  return equalIntervals(a.releases, b.releases) && equalIntervals(a.prereleases, b.prereleases);
}

export function acceptsNothing({ releases, prereleases }: AcceptedVersions): boolean {
  return releases.length === 0 && prereleases.length === 0;
}
