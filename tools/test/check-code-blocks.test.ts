/** Every page of the repository, followed as its reader would. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTypesOf, findPages, followPageAt } from '../docs/check-pages.ts';
import { findCodeBlocks } from '../docs/code-blocks.ts';
import { canRunSources, workspaceRoot } from './workspace.ts';

const pages = findPages();
const LIMIT_MS = 600_000;

it('finds the pages', () => {
  expect(pages).toEqual(
    expect.arrayContaining([
      'README.md',
      'packages/signing/README.md',
      'docs/cli.md',
      'docs/guides/first-plugin.md',
    ]),
  );
});

it.each(pages.filter((page) => /^(?:packages\/\w+(?:-\w+)*\/)?README\.md$/.test(page)))(
  '%s shows code before its line 25',
  (page) => {
    const [first] = findCodeBlocks(readFileSync(join(workspaceRoot, page), 'utf8'));
    expect(first?.line).toBeLessThan(25);
  },
);

it('all TypeScript of the pages has the types that it says', { timeout: LIMIT_MS }, () => {
  expect(checkTypesOf(pages)).toEqual([]);
});

const canFollow = canRunSources && process.platform === 'linux';

describe.runIf(canFollow)(
  'what a page does (skipped where Node cannot run the sources, and off Linux)',
  () => {
    it.concurrent.each(pages)('is what %s says', { timeout: LIMIT_MS }, async (page) => {
      expect(await followPageAt(page)).toEqual([]);
    });
  },
);
