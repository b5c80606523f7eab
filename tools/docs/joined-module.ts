/**
 * One module of several blocks. Imports of all come first; each block after the first stands in the scope of
 * those before it, in braces of its own, so that it may use their names and give them new meanings.
 *
 * @module
 */
import ts from 'typescript';
import type { CodeBlock } from './code-blocks.ts';

export interface JoinedModule {
  readonly text: string;
  /** For each line of the text, the line of the page that it comes from. */
  readonly pageLines: readonly number[];
}

interface Line {
  readonly text: string;
  readonly pageLine: number;
}

export function joinBlocks(blocks: readonly CodeBlock[]): JoinedModule {
  const parts = blocks.map(splitImports);
  const opened = parts.flatMap(({ body }, index) => (index === 0 ? body : openBrace(body)));
  const last = opened.at(-1) ?? { text: '', pageLine: 1 };
  const closing = { text: '}'.repeat(Math.max(blocks.length - 1, 0)), pageLine: last.pageLine };
  const lines = [...parts.flatMap(({ imports }) => imports), ...opened, closing];
  return { text: lines.map(({ text }) => text).join('\n'), pageLines: lines.map(({ pageLine }) => pageLine) };
}

function openBrace([first = { text: '', pageLine: 1 }, ...rest]: readonly Line[]): readonly Line[] {
  return [{ ...first, text: `{ ${first.text}` }, ...rest];
}

/** Import declarations may stand at the top of a module only. */
function splitImports({ text, line }: CodeBlock): { imports: readonly Line[]; body: readonly Line[] } {
  const source = ts.createSourceFile('block.mts', text, ts.ScriptTarget.Latest);
  const isImport = new Set(
    source.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
      const from = source.getLineAndCharacterOfPosition(statement.getStart(source)).line;
      const to = source.getLineAndCharacterOfPosition(statement.end).line;
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    }),
  );
  const lines = text.split('\n').map((each, index) => ({ text: each, pageLine: line + index }));
  return {
    imports: lines.filter((_, index) => isImport.has(index)),
    body: lines.filter((_, index) => !isImport.has(index)),
  };
}
