import { SEMANTIC_VERSION } from '@truthound/protocols';

/**
 * Precedence of two versions (SemVer 2.0.0 §11): negative when `a` comes first.
 * A text that is no version comes before all others, so that "before 2.0.0" covers it.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined)
    return Number(left !== undefined) - Number(right !== undefined);
  return (
    firstOrder(left.numbers, right.numbers, compareNumbers) ||
    comparePrereleases(left.prerelease, right.prerelease)
  );
}

interface Parts {
  readonly numbers: readonly string[];
  readonly prerelease: readonly string[];
}

function parse(version: string): Parts | undefined {
  if (!SEMANTIC_VERSION.test(version)) return undefined;
  const [core = ''] = version.split('+');
  const dash = core.indexOf('-');
  const numbers = (dash === -1 ? core : core.slice(0, dash)).split('.');
  return { numbers, prerelease: dash === -1 ? [] : core.slice(dash + 1).split('.') };
}

/** Digits without leading zeros: the longer one is the greater, and no length overflows. */
function compareNumbers(a: string, b: string): number {
  return a.length === b.length ? compareTexts(a, b) : a.length - b.length;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0);
  return firstOrder(a, b, compareIdentifiers);
}

/** The order of the first parts that differ; where one text ends first, it comes first. */
function firstOrder(
  a: readonly string[],
  b: readonly string[],
  compare: (a: string, b: string) => number,
): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    const order = right === undefined ? 1 : compare(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [isLeftNumber, isRightNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isLeftNumber && isRightNumber) return compareNumbers(a, b);
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1;
  return compareTexts(a, b);
}
