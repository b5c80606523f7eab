import type { Operator } from './comparator.ts';
import { endOfDigits, isPlainNumber, readNumber, readPrerelease } from './plain-text.ts';
import type { PrereleaseIdentifier } from './version-point.ts';

export type TermOperator = Operator | '^' | '~';

/** An operator and what it applies to. */
export interface Term {
  /** `=` where none is written. */
  readonly operator: TermOperator;
  readonly isOperatorWritten: boolean;
  /** One to three; what is left out or a wildcard is missing from the end. */
  readonly numbers: readonly number[];
  /** Only after three numbers. */
  readonly prerelease: readonly PrereleaseIdentifier[];
  /** Where the next character stands. */
  readonly end: number;
}

/** Longest first, so that `>=` is not taken for `>`. */
const OPERATORS = ['>=', '<=', '>', '<', '^', '~', '='] as const satisfies readonly TermOperator[];
const SEPARATORS = [', ', ',', ' '] as const;
const WILDCARDS: ReadonlySet<string> = new Set(['x', 'X', '*']);
/** Below npm's limit for one version, 256, with room for the operator. */
const MAX_LENGTH = 250;
const NO_PRERELEASE: readonly PrereleaseIdentifier[] = Object.freeze([]);

/** The term that starts at `start`; `undefined` where none does or one that is out of the ordinary. */
export function readTerm(text: string, start: number): Term | undefined {
  const written = readOperator(text, start);
  const isOperatorWritten = written !== undefined;
  const operator = written ?? '=';
  const numbers: number[] = [];
  let at = start + (written?.length ?? 0);
  for (;;) {
    const end = endOfDigits(text, at);
    if (!isPlainNumber(text, at, end)) return undefined;
    numbers.push(readNumber(text, at, end));
    if (numbers.length === 3 && text[end] === '-') {
      const prerelease = readPrerelease(text, end);
      if (prerelease !== undefined && prerelease.end - start > MAX_LENGTH) return undefined;
      return (
        prerelease && {
          operator,
          isOperatorWritten,
          numbers,
          prerelease: prerelease.identifiers,
          end: prerelease.end,
        }
      );
    }
    if (numbers.length === 3 || text[end] !== '.') {
      return { operator, isOperatorWritten, numbers, prerelease: NO_PRERELEASE, end };
    }
    at = end + 1;
    if (WILDCARDS.has(text.charAt(at))) {
      return {
        operator,
        isOperatorWritten,
        numbers,
        prerelease: NO_PRERELEASE,
        end: endOfWildcards(text, at, numbers.length),
      };
    }
  }
}

function readOperator(text: string, start: number): TermOperator | undefined {
  for (const operator of OPERATORS) if (text.startsWith(operator, start)) return operator;
  return undefined;
}

/** `x` or `x.x`, as many as parts are left. */
function endOfWildcards(text: string, start: number, numbers: number): number {
  const end = start + 1;
  return numbers === 1 && text[end] === '.' && WILDCARDS.has(text.charAt(end + 1)) ? end + 2 : end;
}

/** Past a space or a comma; the end of the text; `undefined` where something else stands. */
export function startOfNextTerm(text: string, end: number): number | undefined {
  if (end === text.length) return end;
  const separator = SEPARATORS.find((candidate) => text.startsWith(candidate, end));
  // A separator at the very end leads to nowhere, which is for the full grammar to refuse.
  return separator === undefined || end + separator.length === text.length
    ? undefined
    : end + separator.length;
}
