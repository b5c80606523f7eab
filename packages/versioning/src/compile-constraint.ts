import { listReleases } from './accepted-versions.ts';
import type { Alternative } from './comparator.ts';
import { diagnoseConstraint } from './diagnose-constraint.ts';
import type { Intervals } from './intervals.ts';
import { readNpmAlternative } from './npm-constraint.ts';
import { readPlainAlternative } from './plain-constraint.ts';
import type { ReleaseBounds } from './plain-version.ts';
import { refuseConstraint } from './refuse-format.ts';

/** A constraint that is ready to answer. */
export interface CompiledConstraint {
  /** As written, with single spaces and no padding; `*` where nothing was written. */
  readonly text: string;
  readonly includePrerelease: boolean;
  /** At least one; one of them must hold. */
  readonly alternatives: readonly Alternative[];
  readonly releaseBounds: ReleaseBounds;
}

export interface ConstraintLimits {
  readonly maxLength: number;
  readonly maxAlternatives: number;
}

const SPACES = /\s+/g;
const NEEDS_TIDYING = /^\s|\s$|\s\s|[^\S ]/;

/** @throws {VersionFormatError} with position and reason. */
export function compileConstraint(
  source: string,
  includePrerelease: boolean,
  limits: ConstraintLimits,
): CompiledConstraint {
  assertWithinLimits(source, limits);
  const text = NEEDS_TIDYING.test(source) ? source.trim().replace(SPACES, ' ') : source;
  const alternatives = simplify(readAlternatives(source, text, includePrerelease));
  return {
    text: text === '' ? '*' : text,
    includePrerelease,
    alternatives,
    releaseBounds: toBounds(listReleases(alternatives)),
  };
}

function toBounds(releases: Intervals): ReleaseBounds {
  const bounds: number[] = [];
  for (const { from, to } of releases) {
    bounds.push(from.major, from.minor, from.patch, to.major, to.minor, to.patch);
  }
  return bounds;
}

function assertWithinLimits(
  source: unknown,
  { maxLength, maxAlternatives }: ConstraintLimits,
): asserts source is string {
  if (typeof source !== 'string') {
    refuseConstraint(source, { reason: `a constraint is text, this is of type ${typeof source}` });
  }
  if (source.length > maxLength) {
    const reason = `it has ${source.length} characters, ${maxLength} are allowed`;
    refuseConstraint(source, { reason, position: maxLength });
  }
  if (!source.includes('||')) return;
  const alternatives = source.split('||');
  if (alternatives.length > maxAlternatives) {
    const reason = `it has ${alternatives.length} alternatives, ${maxAlternatives} are allowed`;
    const { length } = alternatives.slice(0, maxAlternatives).join('||');
    refuseConstraint(source, { reason, position: length });
  }
}

function readAlternatives(source: string, text: string, includePrerelease: boolean): readonly Alternative[] {
  try {
    const parts = text.includes('||') ? text.split('||').map((part) => part.trim()) : [text];
    return parts.map(
      (part) => readPlainAlternative(part, includePrerelease) ?? readNpmAlternative(part, includePrerelease),
    );
  } catch (cause) {
    return refuseConstraint(source, diagnoseConstraint(source), { cause });
  }
}

/**
 * npm takes a constraint with an alternative that holds for every version for that alternative alone.
 * It matters: `1.0.0-rc || *` refuses 1.0.0-rc, because `*` accepts releases only.
 */
function simplify(alternatives: readonly Alternative[]): readonly Alternative[] {
  const any = alternatives.find(({ comparators }) => comparators.length === 0);
  return any === undefined ? alternatives : [any];
}
