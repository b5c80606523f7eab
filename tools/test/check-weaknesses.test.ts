import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNode, workspaceRoot } from './workspace.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truthound-weaknesses-'));
  mkdirSync(join(folder, 'docs'));
  symlinkSync(join(workspaceRoot, 'packages'), join(folder, 'packages'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('check-weaknesses', () => {
  it('is content with the page as it is', () => {
    expect(check((page) => page)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('misses a number', () => {
    expect(check((page) => page.replace(/^\| W-33 .*\n/m, '')).stderr).toContain('W-33 has 0 rows');
  });

  it('refuses a link to a file that is gone', () => {
    expect(check((page) => page.replaceAll('cpu-governor.ts', 'gone.ts')).stderr).toContain(
      'W-07 links to ../packages/sandbox/src/process/gone.ts, which is not there',
    );
  });

  it('refuses a test under another title', () => {
    expect(
      check((page) => page.replace('[is the same for 20 orders', '[is the same for 21 orders')).stderr,
    ).toMatch(/^W-51 links to the test "is the same for 21 orders of insertion", which .* does not have$/m);
  });

  it('refuses a test that shows something else', () => {
    expect(
      check((page) => page.replaceAll('test/algebra.test.ts', 'test/bounded-cache.test.ts')).stderr,
    ).toContain('bounded-cache.test.ts, which does not carry that number');
  });

  it('refuses a row without a test', () => {
    expect(
      check((page) => page.replace(/^\| W-21 .*$/m, '| W-21 | a | b | [c](weaknesses.md) | none |')).stderr,
    ).toContain('W-21 links to no test');
  });
});

function check(change: (page: string) => string): ReturnType<typeof runNode> {
  const page = join(folder, 'docs', 'weaknesses.md');
  writeFileSync(page, change(readFileSync(join(workspaceRoot, 'docs', 'weaknesses.md'), 'utf8')));
  return runNode(['tools/check-weaknesses.ts', page]);
}
