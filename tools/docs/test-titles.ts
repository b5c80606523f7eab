const LITERAL = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\\n]|\\.)*`/g;
const LEADING_NUMBERS = /^(?:W-\d\d(?:,| and)?:? ?)+/;
const TRAILING_NUMBER = / \(W-\d\d\)$/;

/** The titles that a test file may give: its texts on one line, without the weakness numbers around them. */
export function findTestTitles(source: string): ReadonlySet<string> {
  return new Set(
    [...source.matchAll(LITERAL)].map(([literal]) =>
      literal.slice(1, -1).replace(LEADING_NUMBERS, '').replace(TRAILING_NUMBER, ''),
    ),
  );
}
