/**
 * A source text with its comments and literals blanked out, so that what is left can be searched for words and
 * brackets. Knows just enough of JavaScript and TypeScript for that; it never runs or evaluates anything.
 *
 * @module
 */

/** A doc comment, by its place in the source. */
export interface DocComment {
  readonly end: number;
  readonly text: string;
}

/** A source and its mask, of the same length. */
export interface MaskedSource {
  readonly source: string;
  readonly mask: string;
  readonly comments: readonly DocComment[];
}

/** What a "/" begins a regular expression after, rather than a division. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>])\s*$|\b(?:return|typeof|case|in|of|void|delete|throw|new)\s*$/;
const LOOK_BEHIND = 40;

const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');

/** Where a literal that began at `start` ends: after its closing mark, or at the end of the text. */
function endOfQuoted(source: string, start: number, quote: string): number {
  let index = start + 1;
  while (index < source.length) {
    if (source[index] === '\\') index += 2;
    else if (source[index] === quote) return index + 1;
    else if (source[index] === '\n' && quote !== '`') return index;
    else index += 1;
  }
  return source.length;
}

function endOfRegex(source: string, start: number): number {
  let isInClass = false;
  for (let index = start + 1; index < source.length; index += 1) {
    const character = source[index];
    if (character === '\n') return index;
    if (character === '\\') index += 1;
    else if (character === '[') isInClass = true;
    else if (character === ']') isInClass = false;
    else if (character === '/' && !isInClass) return index + 1;
  }
  return source.length;
}

function endOfComment(source: string, start: number): number {
  const isLine = source[start + 1] === '/';
  const end = source.indexOf(isLine ? '\n' : '*/', start + 2);
  if (end === -1) return source.length;
  return isLine ? end : end + 2;
}

/** Blanks out the comments, strings, templates and regular expressions of a source. */
export function maskSource(source: string): MaskedSource {
  const parts: string[] = [];
  const comments: DocComment[] = [];
  let tail = '';
  const push = (text: string): void => {
    parts.push(text);
    tail = (tail + text).slice(-LOOK_BEHIND);
  };
  let index = 0;
  while (index < source.length) {
    const character = source[index] ?? '';
    const after = source[index + 1];
    let end = index + 1;
    if (character === '/' && (after === '/' || after === '*')) {
      end = endOfComment(source, index);
      const text = source.slice(index, end);
      if (text.startsWith('/**') && text.length > 4) comments.push({ end, text });
      parts.push(blank(text));
    } else if (character === '"' || character === "'" || character === '`') {
      end = endOfQuoted(source, index, character);
      push(character + blank(source.slice(index + 1, end)));
    } else if (character === '/' && BEFORE_REGEX.test(tail)) {
      end = endOfRegex(source, index);
      push(`"${blank(source.slice(index + 1, end))}`);
    } else push(character);
    index = end;
  }
  return { source, mask: parts.join(''), comments };
}
