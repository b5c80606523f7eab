/**
 * Looks after the links of all pages: files, headings and tests that they name are there. A link to a test
 * has the test's title as its text.
 *
 * Of pages that make claims it asks more: a row of a table that claims something links to a test that shows it.
 *
 *   node tools/check-links.ts [page …]
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findLinkFaults, isTestLink } from './docs/link-faults.ts';
import { findMarkdownLinks } from './docs/markdown-links.ts';

const root = join(import.meta.dirname, '..');
const PAGES = ['*.md', 'docs/**/*.md', '{packages,benchmarks,examples}/*/README.md', 'benchmarks/README.md'];

/** Page -> which rows of its tables make a claim. */
const CLAIMS: Readonly<Record<string, RegExp>> = {
  'security-model.md': /.\| stops\b/,
  'document-coverage.md': /.\| yes\b/,
};

const pages = process.argv.length > 2 ? process.argv.slice(2) : globSync(PAGES, { cwd: root }).sort();
const faults = pages
  .map((page) => resolve(root, page))
  .flatMap((file) => [...findLinkFaults(file), ...findBareClaims(file)]);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`Links: ${String(pages.length)} pages, and all that they link to is there`);

/** Rows that claim something and link to no test. */
function findBareClaims(file: string): readonly string[] {
  const claim = Object.entries(CLAIMS).find(([name]) => file.endsWith(`/${name}`))?.[1];
  if (claim === undefined) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const isBare = claim.test(line) && !findMarkdownLinks(line).some(isTestLink);
      return isBare ? [`${file}:${String(index + 1)} claims something and links to no test`] : [];
    });
}
