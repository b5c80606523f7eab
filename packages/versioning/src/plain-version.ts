/**
 * Reads `1.2.3` without regular expressions: almost every version that is asked about looks like that.
 * Whatever is longer, padded or out of the ordinary is left to the full grammar (version.ts).
 *
 * @module
 */

const ZERO = 48;
const NINE = 57;
const DOT = 46;
/** Fifteen digits always fit a double exactly; longer numbers go the full way. */
const MAX_DIGITS = 15;

/** Where a release must lie: six numbers for each interval, first and one past the last. */
export type ReleaseBounds = readonly number[];

/** Whether the plain version `text` lies within `bounds`; `undefined` where `text` is not plain. */
export function isPlainVersionWithin(text: string, bounds: ReleaseBounds): boolean | undefined {
  const { length } = text;
  let part = 0;
  let major = 0;
  let minor = 0;
  let number = 0;
  let start = 0;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= ZERO && code <= NINE) {
      number = number * 10 + code - ZERO;
      continue;
    }
    if (code !== DOT || part === 2 || !isPlainNumber(text, start, index)) return undefined;
    if (part === 0) major = number;
    else minor = number;
    part += 1;
    number = 0;
    start = index + 1;
  }
  if (part !== 2 || !isPlainNumber(text, start, length)) return undefined;
  return isReleaseWithin(major, minor, number, bounds);
}

/** Where the digits that begin at `start` end. */
export function endOfDigits(text: string, start: number): number {
  let end = start;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code < ZERO || code > NINE) break;
  }
  return end;
}

/** Whether the digits from `start` to `end` are a number without needless zeros that a double holds exactly. */
export function isPlainNumber(text: string, start: number, end: number): boolean {
  const digits = end - start;
  return digits === 1 || (digits > 1 && digits <= MAX_DIGITS && text.charCodeAt(start) !== ZERO);
}

export function isReleaseWithin(major: number, minor: number, patch: number, bounds: ReleaseBounds): boolean {
  for (let at = 0; at < bounds.length; at += 6) {
    if (isAtLeast(major, minor, patch, bounds, at) && !isAtLeast(major, minor, patch, bounds, at + 3)) {
      return true;
    }
  }
  return false;
}

function isAtLeast(major: number, minor: number, patch: number, bounds: ReleaseBounds, at: number): boolean {
  const lowestMajor = bounds[at] ?? 0;
  if (major !== lowestMajor) return major > lowestMajor;
  const lowestMinor = bounds[at + 1] ?? 0;
  if (minor !== lowestMinor) return minor > lowestMinor;
  return patch >= (bounds[at + 2] ?? 0);
}
