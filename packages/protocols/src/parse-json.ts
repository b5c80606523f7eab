/** Far more than any honest file has. */
const MAX_DEPTH = 500;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: readonly number[] = [0x5b, 0x7b];
const CLOSING: readonly number[] = [0x5d, 0x7d];

/**
 * `JSON.parse` for text that may be hostile: what is nested deeper than `maxDepth` is refused before it is parsed.
 *
 * The parser of some releases of V8 (seen in Node 26.10) writes over its own memory when it finds a fault at a depth of
 * some thousand levels, and the process ends. And whoever walks data that deep overflows the stack.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string, maxDepth: number = MAX_DEPTH): unknown {
  if (text.length > maxDepth && isNestedDeeper(text, maxDepth))
    throw new SyntaxError(`it is nested deeper than ${maxDepth} levels`);
  return JSON.parse(text);
}

/** Counts brackets outside of strings. Up to its first fault, no parser sees more of them. */
function isNestedDeeper(text: string, levels: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = findStringEnd(text, index + 1);
    else if (OPENING.includes(code)) depth += 1;
    else if (CLOSING.includes(code)) depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}

/** Where the quote stands that closes a string; the text's end when none does. */
function findStringEnd(text: string, start: number): number {
  for (let from = start; ;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length;
    let first = quote;
    while (first > start && text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
    if ((quote - first) % 2 === 0) return quote;
    from = quote + 1;
  }
}
