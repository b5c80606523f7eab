/**
 * The pieces of which plain versions and constraints are read, character by character.
 *
 * @module
 */
import type { PrereleaseIdentifier } from './version-point.ts';

const ZERO = 48;
const NINE = 57;
const HYPHEN = 45;
const DOT = 46;
/** Fifteen digits always fit a double exactly; longer numbers go the full way. */
const MAX_DIGITS = 15;

/** Digits are already known to be digits. */
export function readNumber(text: string, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at += 1) number = number * 10 + text.charCodeAt(at) - ZERO;
  return number;
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

export interface PlainPrerelease {
  readonly identifiers: readonly PrereleaseIdentifier[];
  /** Where the next character stands. */
  readonly end: number;
}

/** What the hyphen at `start` begins; `undefined` where it is no prerelease or one that is out of the ordinary. */
export function readPrerelease(text: string, start: number): PlainPrerelease | undefined {
  if (text.charCodeAt(start) !== HYPHEN) return undefined;
  const identifiers: PrereleaseIdentifier[] = [];
  for (let from = start + 1; ;) {
    const digitsEnd = endOfDigits(text, from);
    const end = endOfIdentifier(text, digitsEnd);
    if (end === from) return undefined;
    if (end > digitsEnd) identifiers.push(text.slice(from, end));
    else if (isPlainNumber(text, from, end)) identifiers.push(readNumber(text, from, end));
    else return undefined;
    if (text.charCodeAt(end) !== DOT) return { identifiers, end };
    from = end + 1;
  }
}

/** Letters, digits and hyphens (SemVer 2.0.0, item 9). */
function endOfIdentifier(text: string, start: number): number {
  let end = start;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    // Bit 5 set makes a capital letter small; digits and hyphen have it already.
    const isLetter = (code | 32) >= 97 && (code | 32) <= 122 && code < 128;
    if (!isLetter && code !== HYPHEN && (code < ZERO || code > NINE)) break;
  }
  return end;
}
