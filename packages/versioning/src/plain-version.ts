/**
 * Reads `1.2.3` without regular expressions: almost every version that is asked about looks like that.
 * Whatever is longer, padded or out of the ordinary is left to the full grammar (parsed-version.ts).
 *
 * @module
 */
import { numberAt } from './number-at.ts';
import { endOfDigits, isPlainNumber, readNumber, readPrerelease } from './plain-text.ts';
import { type VersionPoint, releasePoint } from './version-point.ts';

const ZERO = 48;
const NINE = 57;
const DOT = 46;
/** npm's limit. */
const MAX_LENGTH = 256;

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

/**
 * A version without build metadata, prefix or padding; `undefined` where `text` is something else.
 * Says no where in doubt: then the full grammar decides.
 */
export function readPlainVersion(text: string): VersionPoint | undefined {
  const majorEnd = endOfDigits(text, 0);
  if (text.charCodeAt(majorEnd) !== DOT || !isPlainNumber(text, 0, majorEnd)) return undefined;
  const minorEnd = endOfDigits(text, majorEnd + 1);
  if (text.charCodeAt(minorEnd) !== DOT || !isPlainNumber(text, majorEnd + 1, minorEnd)) return undefined;
  const patchEnd = endOfDigits(text, minorEnd + 1);
  if (!isPlainNumber(text, minorEnd + 1, patchEnd)) return undefined;
  const major = readNumber(text, 0, majorEnd);
  const minor = readNumber(text, majorEnd + 1, minorEnd);
  const patch = readNumber(text, minorEnd + 1, patchEnd);
  if (patchEnd === text.length) return releasePoint(major, minor, patch);
  const prerelease = readPrerelease(text, patchEnd);
  if (prerelease?.end !== text.length || text.length > MAX_LENGTH) return undefined;
  return { major, minor, patch, prerelease: prerelease.identifiers };
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
  const lowestMajor = numberAt(bounds, at);
  if (major !== lowestMajor) return major > lowestMajor;
  const lowestMinor = numberAt(bounds, at + 1);
  if (minor !== lowestMinor) return minor > lowestMinor;
  return patch >= numberAt(bounds, at + 2);
}
