import Range from 'semver/classes/range.js';
import { type Diagnosis, diagnoseNumbers } from './diagnose-version.ts';

const OPERATORS: ReadonlySet<string> = new Set(['', '<', '<=', '>', '>=', '=', '^', '~', '~>']);

/** What to write instead of operators that other ecosystems have. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['==', 'write "1.2.3" or "=1.2.3" for one exact version'],
  ['===', 'write "1.2.3" or "=1.2.3" for one exact version'],
  ['!=', 'write "<1.2.3 || >1.2.3" to leave one version out'],
  ['=>', 'write ">="'],
  ['=<', 'write "<="'],
  ['&&', 'write a comma or a space between parts that must all hold'],
  ['&', 'write a comma or a space between parts that must all hold'],
  ['|', 'write "||" between alternatives'],
]);

const ALL_OPERATORS = '<, <=, >, >=, =, ^, ~';

/** A stretch of the text and where it stands. */
interface Piece {
  readonly text: string;
  readonly at: number;
}

function splitAt(separator: string, { text, at }: Piece): readonly Piece[] {
  let next = at;
  return text.split(separator).map((part) => {
    const piece = { text: part, at: next };
    next += part.length + separator.length;
    return piece;
  });
}

/** Finds the first part that npm's grammar refuses and says why. */
export function diagnoseConstraint(text: string): Diagnosis {
  for (const alternative of splitAt('||', { text, at: 0 })) {
    const parts = splitAt(',', alternative);
    for (const part of parts) {
      if (part.text.trim() === '' && parts.length > 1) {
        return { reason: 'a part between commas is empty', position: part.at };
      }
      const fault = diagnosePart(part);
      if (fault !== undefined) return fault;
    }
  }
  return { reason: 'it is not a range as npm has it', position: 0 };
}

function isRange(text: string): boolean {
  try {
    return new Range(text).set.length > 0;
  } catch {
    return false;
  }
}

function diagnosePart(part: Piece): Diagnosis | undefined {
  if (isRange(part.text)) return undefined;
  const terms = listTerms(part);
  for (const term of terms) {
    if (term.text === '-' || isRange(term.text)) continue;
    return diagnoseTerm(term) ?? { reason: `"${term.text}" is not a range as npm has it`, position: term.at };
  }
  // What npm accepts piece by piece it accepts together, but for a hyphen.
  return {
    reason: 'a hyphen stands between two versions, alone in its alternative: "1.0.0 - 2.0.0"',
    position: part.at + part.text.search(/(?<!\S)-(?!\S)/),
  };
}

/** Words of the part; an operator that stands alone belongs to the word after it. */
function listTerms({ text, at }: Piece): readonly Piece[] {
  const terms: Piece[] = [];
  let start: number | undefined;
  for (const word of text.matchAll(/\S+/g)) {
    start ??= word.index;
    const end = word.index + word[0].length;
    if (OPERATORS.has(word[0]) && end < text.trimEnd().length) continue;
    terms.push({ text: text.slice(start, end), at: at + start });
    start = undefined;
  }
  return terms;
}

function diagnoseTerm({ text, at }: Piece): Diagnosis | undefined {
  const operator = text.slice(0, text.search(/[\w*.]|$/)).trim();
  if (!OPERATORS.has(operator)) {
    const remedy = REMEDIES.get(operator) ?? `allowed are ${ALL_OPERATORS}`;
    return { reason: `"${operator}" is not an operator: ${remedy}`, position: at };
  }
  const version = text.slice(operator.length).trimStart();
  return diagnoseNumbers(version, at + text.length - version.length, { isPartial: true });
}
