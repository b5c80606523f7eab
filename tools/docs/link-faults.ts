import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type MarkdownLink, findMarkdownLinks } from './markdown-links.ts';
import { findTestTitles } from './test-titles.ts';

const ELSEWHERE = /^[a-z][a-z+.-]*:/;
const TEST_FILE = /\/test\/.*\.ts$/;
const CODE_ALONE = /^`[^`]*`$/;

/** Whether a link shows a claim: it leads to a test, and its text is the test's title. */
export function isTestLink({ text, target }: MarkdownLink): boolean {
  return TEST_FILE.test(target) && !CODE_ALONE.test(text);
}

/**
 * What is wrong with the links of a page, each a sentence: files, headings and tests that are not there.
 * Links to other sites are not followed.
 */
export function findLinkFaults(file: string): readonly string[] {
  return findMarkdownLinks(readFileSync(file, 'utf8'))
    .filter(({ target }) => !ELSEWHERE.test(target))
    .flatMap((link) => findFault(file, link).map((fault) => `${file}:${String(link.line)} ${fault}`));
}

function findFault(file: string, link: MarkdownLink): readonly string[] {
  const [path = '', heading] = link.target.split('#');
  const target = path === '' ? file : join(dirname(file), path);
  if (!existsSync(target)) return [`links to ${path}, which is not there`];
  const isPage = path === '' || path.endsWith('.md');
  if (heading !== undefined && isPage && !findHeadings(target).has(heading))
    return [`links to the heading "${heading}", which ${path === '' ? 'the page' : path} does not have`];
  if (!isTestLink(link) || findTestTitles(readFileSync(target, 'utf8')).has(unescape(link.text))) return [];
  return [`links to the test "${link.text}", which ${path} does not have`];
}

/** The anchors of a page: those of its headings, as GitHub makes them, and those that it sets itself. */
function findHeadings(file: string): ReadonlySet<string> {
  const page = withoutCode(readFileSync(file, 'utf8'));
  const anchors = new Map<string, number>();
  const found = new Set(Array.from(page.matchAll(/<a (?:id|name)="([^"]+)">/g), ([, name = '']) => name));
  for (const [, text = ''] of page.matchAll(/^#{1,6} (.*)$/gm)) {
    const anchor = text
      .toLowerCase()
      .replaceAll(/\[([^\][]*)\]\([^()]*\)/g, '$1')
      .replaceAll(/[^\p{Letter}\p{Number}\p{Mark}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = anchors.get(anchor) ?? 0;
    anchors.set(anchor, count + 1);
    found.add(count === 0 ? anchor : `${anchor}-${String(count)}`);
  }
  return found;
}

function withoutCode(page: string): string {
  let isCode = false;
  return page
    .split('\n')
    .filter((line) => {
      const isFence = line.trimStart().startsWith('```');
      if (isFence) isCode = !isCode;
      return !isCode && !isFence;
    })
    .join('\n');
}

/** A table's cell has its bars, and a line its stars, behind a backslash. */
function unescape(text: string): string {
  return text.replaceAll(/\\([|*_<>])/g, '$1');
}
