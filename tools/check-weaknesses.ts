/**
 * Compares `docs/weaknesses.md` with the repository: every number once, every link to a file that is
 * there, and every test under its title, in a file that carries the number.
 *
 *   node tools/check-weaknesses.ts [page]
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type MarkdownLink, findMarkdownLinks } from './docs/markdown-links.ts';
import { findTestTitles } from './docs/test-titles.ts';

const WEAKNESSES = 77;
const TEST_FILE = /\/test\/.*\.ts$/;

const page = process.argv[2] ?? join(import.meta.dirname, '..', 'docs', 'weaknesses.md');
const faults = findFaults(page);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`Weaknesses: ${String(WEAKNESSES)}, each with code and tests that are there`);

/** All faults of the page, each a sentence. */
function findFaults(file: string): readonly string[] {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => ({ number: /^\| (W-\d\d) \|/.exec(line)?.[1], line }))
    .filter((row): row is { number: string; line: string } => row.number !== undefined);
  const numbers = Array.from({ length: WEAKNESSES }, (_, index) => `W-${String(index + 1).padStart(2, '0')}`);
  return [
    ...numbers.flatMap((number) => {
      const count = rows.filter((row) => row.number === number).length;
      return count === 1 ? [] : [`${number} has ${String(count)} rows in ${file}: it needs one`];
    }),
    ...rows.filter(({ number }) => !numbers.includes(number)).map(({ number }) => `${number} does not exist`),
    ...rows.flatMap(({ number, line }) => findRowFaults(number, findMarkdownLinks(line), dirname(file))),
  ];
}

function findRowFaults(number: string, links: readonly MarkdownLink[], folder: string): readonly string[] {
  const tests = links.filter(({ target }) => TEST_FILE.test(target));
  return [
    ...(tests.length === 0 ? [`${number} links to no test`] : []),
    ...(tests.length === links.length ? [`${number} links to no code`] : []),
    ...links.flatMap((link) => {
      const file = join(folder, link.target);
      if (!existsSync(file)) return [`${number} links to ${link.target}, which is not there`];
      return tests.includes(link) ? findTestFaults(number, link, readFileSync(file, 'utf8')) : [];
    }),
  ];
}

function findTestFaults(number: string, { text, target }: MarkdownLink, source: string): readonly string[] {
  if (!source.includes(number)) return [`${number} links to ${target}, which does not carry that number`];
  if (findTestTitles(source).has(text)) return [];
  return [`${number} links to the test "${text}", which ${target} does not have`];
}
