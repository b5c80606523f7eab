import type { CompiledConstraint } from './compile-constraint.ts';
import { type Alternative, type Comparator, formatComparator, holdsFor } from './comparator.ts';
import { type VersionPoint, comparePoints, isPrerelease, isSameRelease } from './version-point.ts';

/** `prerelease`: within the bounds, but the alternative names no prerelease of the same release. */
export type RefusalReason = 'too-old' | 'too-new' | 'prerelease';

/** Why one alternative of a constraint refuses a version. */
export interface Refusal {
  /** The alternative as written: `^1.2.3`. */
  readonly alternative: string;
  /** The bound that does not hold (`<2.0.0-0`), or the alternative itself where a prerelease is not let in. */
  readonly part: string;
  readonly reason: RefusalReason;
}

/** Whether a version satisfies a constraint and, where not, what refuses it. */
export interface Explanation {
  readonly isSatisfied: boolean;
  readonly version: string;
  readonly constraint: string;
  /** For each alternative what refuses the version; empty when it is satisfied. */
  readonly refusals: readonly Refusal[];
  /** One sentence for a person. */
  readonly message: string;
}

/** Whether all comparators hold and, for a prerelease, one of them names a prerelease of the same release. */
export function isAcceptedBy(
  { comparators }: Alternative,
  version: VersionPoint,
  includePrerelease: boolean,
): boolean {
  let isNamed = includePrerelease || !isPrerelease(version);
  for (const comparator of comparators) {
    if (!holdsFor(comparator, version)) return false;
    isNamed ||= isPrerelease(comparator.version) && isSameRelease(comparator.version, version);
  }
  return isNamed;
}

function listRefusals(alternative: Alternative, version: VersionPoint): readonly Refusal[] {
  const broken = alternative.comparators.filter((comparator) => !holdsFor(comparator, version));
  if (broken.length === 0)
    return [{ alternative: alternative.text, part: alternative.text, reason: 'prerelease' }];
  return broken.map((comparator) => ({
    alternative: alternative.text,
    part: formatComparator(comparator),
    reason: isTooNew(comparator, version) ? 'too-new' : 'too-old',
  }));
}

function isTooNew({ operator, version: bound }: Comparator, version: VersionPoint): boolean {
  return operator === '=' ? comparePoints(version, bound) > 0 : operator.startsWith('<');
}

function describeRefusal({ alternative, part, reason }: Refusal): string {
  if (reason !== 'prerelease')
    return part === alternative ? `it is not ${part}` : `it is not ${part} (from ${alternative})`;
  return `${alternative} does not name a prerelease of this release (use includePrerelease to let it in)`;
}

export function explainVersion(
  { text: constraint, alternatives, includePrerelease }: CompiledConstraint,
  version: { readonly text: string; readonly point: VersionPoint },
): Explanation {
  const isSatisfied = alternatives.some((alternative) =>
    isAcceptedBy(alternative, version.point, includePrerelease),
  );
  const refusals = isSatisfied
    ? []
    : alternatives.flatMap((alternative) => listRefusals(alternative, version.point));
  const message = isSatisfied
    ? `${version.text} satisfies ${constraint}`
    : `${version.text} does not satisfy ${constraint}: ${refusals.map(describeRefusal).join('; ')}`;
  return Object.freeze({
    isSatisfied,
    version: version.text,
    constraint,
    refusals: Object.freeze(refusals.map((refusal) => Object.freeze(refusal))),
    message,
  });
}
