/**
 * What a page says that its code prints. `…` stands for any text within a line; alone on a line, for any
 * number of lines.
 *
 * @module
 */
import ts from 'typescript';

/** Something that the page says and the code did not print. */
export interface Difference {
  readonly expected: string;
  /** The lines that could have been it. */
  readonly actual: readonly string[];
}

/** The lines that comments after `console.log(…)` promise: at its end, and in the lines of comments below. */
export function findPromisedLines(code: string): readonly string[] {
  const source = ts.createSourceFile('block.mts', code, ts.ScriptTarget.Latest, true);
  const promised: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(source) === 'console.log') {
      promised.push(...readComments(code.slice(endOfStatement(node))));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return promised;
}

function endOfStatement(node: ts.Node): number {
  const statement = ts.findAncestor(node, (each) => ts.isStatement(each) && !ts.isBlock(each));
  return (statement ?? node).end;
}

/** The comment at the end of this line and the lines of comments that follow, without `//` and an arrow. */
function readComments(rest: string): readonly string[] {
  const [first = '', ...following] = rest.split('\n');
  const atEnd = /^[\s)};,]*\/\/(?<text>.*)$/.exec(first)?.groups?.['text'];
  const end = following.findIndex((line) => !line.trimStart().startsWith('//'));
  const below = following.slice(0, end === -1 ? following.length : end);
  return [...(atEnd === undefined ? [] : [atEnd]), ...below.map((line) => line.trimStart().slice(2))]
    .map((line) => line.trim().replace(/^→ /, ''))
    .filter((line) => line !== '' && line !== '…');
}

/** The first line that was promised and not printed; printed lines between them may be any. */
export function findUnkeptPromise(promised: readonly string[], output: string): Difference | undefined {
  let rest = outputLines(output);
  for (const expected of promised) {
    const at = rest.findIndex((line) => fits(expected, line));
    if (at === -1) return { expected, actual: rest };
    rest = rest.slice(at + 1);
  }
  return undefined;
}

/** The first line of a screen that was not printed as it stands there. All lines count. */
export function compareScreen(screen: string, output: string): Difference | undefined {
  const expected = outputLines(screen);
  const actual = outputLines(output);
  const reached = matchScreen(expected, actual);
  if (reached === undefined) return undefined;
  return { expected: expected[reached.expected] ?? '(the end)', actual: actual.slice(reached.actual) };
}

/** How far a screen is true: `undefined` to its end. */
function matchScreen(
  expected: readonly string[],
  actual: readonly string[],
): { readonly expected: number; readonly actual: number } | undefined {
  let at = 0;
  let isAnything = false;
  for (const [index, line] of expected.entries()) {
    if (line === '…') {
      isAnything = true;
      continue;
    }
    const found = actual.findIndex((each, position) => position >= at && fits(line, each));
    if (found === -1 || (!isAnything && found !== at)) return { expected: index, actual: at };
    at = found + 1;
    isAnything = false;
  }
  return at === actual.length || isAnything ? undefined : { expected: expected.length, actual: at };
}

/** Lines with something in them, without Node's own warnings. */
function outputLines(output: string): readonly string[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^\(node:\d+\) |^\(Use `node --trace-/.test(line));
}

function fits(expected: string, line: string): boolean {
  const [start = '', ...others] = expected.split('…');
  if (others.length === 0) return line === expected;
  if (!line.startsWith(start)) return false;
  const end = others.at(-1) ?? '';
  let at = start.length;
  for (const part of others.slice(0, -1)) {
    const found = line.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return line.length - end.length >= at && line.endsWith(end);
}
