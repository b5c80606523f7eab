/** A link of a Markdown page, outside of code. */
export interface MarkdownLink {
  readonly text: string;
  readonly target: string;
  /** Line in the page, from 1. */
  readonly line: number;
}

const LINK = /\[(?<text>(?:`[^`]*`|[^[\]`])*)\]\((?<target>[^)\s]+)\)/g;

/** The inline links of a page, in their order. Fenced code is passed over. */
export function findMarkdownLinks(page: string): readonly MarkdownLink[] {
  const links: MarkdownLink[] = [];
  let isCode = false;
  for (const [index, line] of page.split('\n').entries()) {
    if (line.trimStart().startsWith('```')) isCode = !isCode;
    if (isCode) continue;
    for (const { groups } of line.matchAll(LINK)) {
      links.push({ text: groups?.['text'] ?? '', target: groups?.['target'] ?? '', line: index + 1 });
    }
  }
  return links;
}
