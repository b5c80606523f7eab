/** A fenced block of a Markdown page. */
export interface CodeBlock {
  /** The first word after the fence: `ts`, `sh`. */
  readonly language: string;
  /** The other words after the fence: `no-run`, `file=src/index.ts`. */
  readonly words: readonly string[];
  /** Without the indentation of the fence, which a block in a list has. */
  readonly text: string;
  /** Line of its first line of code in the page, from 1. */
  readonly line: number;
}

const FENCE = /^(?<indent> *)(?<ticks>`{3,}|~{3,})(?<info>[^`~]*)$/;

/** The fenced blocks of a page, in their order. A fence that is never closed ends with the page. */
export function findCodeBlocks(page: string): readonly CodeBlock[] {
  const lines = page.split('\n');
  const blocks: CodeBlock[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const { indent = '', ticks = '', info = '' } = FENCE.exec(lines[index] ?? '')?.groups ?? {};
    if (ticks === '') continue;
    const end = lines.findIndex((line, at) => at > index && isClosing(line, ticks));
    const code = lines.slice(index + 1, end === -1 ? lines.length : end);
    const [language = '', ...words] = info.split(' ').filter((word) => word !== '');
    const text = code.map((line) => withoutIndent(line, indent.length)).join('\n');
    blocks.push({ language, words, text, line: index + 2 });
    index += code.length + 1;
  }
  return blocks;
}

/** A fence closes with as many of its own characters, or more, and nothing else. */
function isClosing(line: string, ticks: string): boolean {
  const text = line.trim();
  return text.length >= ticks.length && text === (ticks[0] ?? '').repeat(text.length);
}

function withoutIndent(line: string, indent: number): string {
  return line.slice(0, indent).trim() === '' ? line.slice(indent) : line;
}
