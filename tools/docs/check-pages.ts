/** Which pages have code, and what is wrong with it. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkTypes } from './block-types.ts';
import { followPage } from './follow-page.ts';
import { type PackageSource, fromSources } from './package-source.ts';
import { type PageFault, type PageSteps, readPage } from './page-steps.ts';

const workspace = resolve(import.meta.dirname, '..', '..');
const PAGES: readonly string[] = ['README.md', 'packages/*/README.md', 'docs/**/*.md'];
/** Decisions are a record of their day: their code need not be today's. */
const RECORDS = 'docs/decisions/';

/** The pages of this workspace, relative to it. */
export function findPages(): readonly string[] {
  return globSync([...PAGES], { cwd: workspace })
    .map((page) => page.replaceAll('\\', '/'))
    .filter((page) => !page.startsWith(RECORDS))
    .sort();
}

/** Faults as `page:line: message`. */
export async function followPageAt(
  page: string,
  packages: PackageSource = fromSources(workspace),
): Promise<readonly string[]> {
  const { steps, faults } = read(page);
  const options = { packages, isGuide: isGuide(page) };
  return describe(page, [...faults, ...(await followPage(steps, options))]);
}

export function checkTypesOf(pages: readonly string[]): readonly string[] {
  const typed = pages.map((name) => ({ name, steps: read(name).steps }));
  return [...checkTypes(typed, workspace)].flatMap(([page, faults]) => describe(page, faults));
}

function read(page: string): PageSteps {
  return readPage(readFileSync(resolve(workspace, page), 'utf8'), { isGuide: isGuide(page) });
}

function isGuide(page: string): boolean {
  return resolve(workspace, page).startsWith(join(workspace, 'docs', 'guides'));
}

function describe(page: string, faults: readonly PageFault[]): readonly string[] {
  return faults.map(({ line, message }) => `${page}:${String(line)}: ${message}`);
}
