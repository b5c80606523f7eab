import { SEMANTIC_VERSION } from '@truthound/protocols';
import { compareCodeUnits } from '../graph/code-unit-order.ts';
import { refuse } from '../graph/declaration.ts';
import { itemAt } from '../graph/element-at.ts';

const NUMERIC = /^\d+$/;

/** Digits without leading zeros: the longer number is the larger. Works at any length. */
function compareNumeric(a: string, b: string): number {
  return a.length - b.length || compareCodeUnits(a, b);
}

/** SemVer 2.0.0, item 11.4: numbers by value and before words, words by ASCII. */
function compareIdentifiers(a: string, b: string): number {
  const isNumericA = NUMERIC.test(a);
  if (isNumericA !== NUMERIC.test(b)) return isNumericA ? -1 : 1;
  return isNumericA ? compareNumeric(a, b) : compareCodeUnits(a, b);
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = compareIdentifiers(itemAt(a, index), itemAt(b, index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function split(version: string): {
  readonly release: readonly string[];
  readonly prerelease: readonly string[];
} {
  const [withoutBuild = ''] = version.split('+', 1);
  const dash = withoutBuild.indexOf('-');
  if (dash < 0) return { release: withoutBuild.split('.'), prerelease: [] };
  return {
    release: withoutBuild.slice(0, dash).split('.'),
    prerelease: withoutBuild.slice(dash + 1).split('.'),
  };
}

/**
 * The precedence of SemVer 2.0.0 (item 11): negative when `a` is older. Only for choosing the newest;
 * what a range accepts is asked of the range.
 */
export function comparePrecedence(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  const byRelease = compareLists(left.release, right.release);
  if (byRelease !== 0) return byRelease;
  // A prerelease is older than its release.
  const byKind = Number(left.prerelease.length === 0) - Number(right.prerelease.length === 0);
  return byKind !== 0 ? byKind : compareLists(left.prerelease, right.prerelease);
}

/** @throws ValidationError when `version` is not a semantic version. */
export function assertSemantic(pluginId: string, version: string): void {
  if (SEMANTIC_VERSION.test(version)) return;
  refuse(
    `candidate ${JSON.stringify(pluginId)}`,
    'version',
    `must be a semantic version such as "1.2.3", not ${JSON.stringify(version.slice(0, 60))}; for another scheme pass compareVersions`,
  );
}
