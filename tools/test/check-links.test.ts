import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNode, workspaceRoot } from './workspace.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truthound-links-'));
  mkdirSync(join(folder, 'docs'));
  symlinkSync(join(workspaceRoot, 'packages'), join(folder, 'packages'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const ACT = '../packages/sandbox/test/hostile/files/reads-outside.ts';

describe('check-links', () => {
  it('is content with all pages as they are', () => {
    expect(runNode(['tools/check-links.ts'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('finds every decision in the list by topic', () => {
    const architecture = readFileSync(join(workspaceRoot, 'docs/architecture.md'), 'utf8');
    const decisions = readdirSync(join(workspaceRoot, 'docs/decisions'));
    expect(decisions.filter((file) => !architecture.includes(`(decisions/${file})`))).toEqual([]);
  });

  it('is content with links to files, headings, tests and other sites', () => {
    const page = [
      '# A page: `of` two',
      '[up](#a-page-of-two) [elsewhere](https://example.org/x) [`reads-outside.ts`](../packages/gone/../sandbox)',
      `[reads a file outside](${ACT}) [\`reads-outside.ts\`](${ACT})`,
      '```md',
      '[in code](gone.md)',
      '```',
    ].join('\n');
    expect(check('page.md', page.replace('gone/../', ''))).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it.each([
    ['a file that is gone', '[there](gone.md)', 'page.md:1 links to gone.md, which is not there'],
    ['a heading that is gone', '[up](#gone)', 'links to the heading "gone", which the page does not have'],
    [
      'a heading of another page',
      '[errors](../packages/sandbox/README.md#gone)',
      'links to the heading "gone", which ../packages/sandbox/README.md does not have',
    ],
    [
      'a test under another title',
      `[reads a file inside](${ACT})`,
      `links to the test "reads a file inside", which ${ACT} does not have`,
    ],
  ])('refuses a link to %s', (_, page, fault) => {
    const { exitCode, stderr } = check('page.md', page);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(fault);
  });

  it('refuses a claim of the security model that no test shows', () => {
    const row = (link: string): string =>
      `| What | process | Shown by |\n| --- | --- | --- |\n| reading | stops | ${link} |`;
    expect(check('security-model.md', row(`[reads a file outside](${ACT})`)).exitCode).toBe(0);
    expect(check('security-model.md', row(`[\`reads-outside.ts\`](${ACT})`)).stderr).toContain(
      'security-model.md:3 claims something and links to no test',
    );
  });
});

function check(name: string, text: string): ReturnType<typeof runNode> {
  const page = join(folder, 'docs', name);
  writeFileSync(page, text);
  return runNode(['tools/check-links.ts', page]);
}
