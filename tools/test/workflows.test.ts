import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPackages } from '../pack/workspace-packages.ts';
import { findPackageWorkflowFaults } from '../workflows/package-workflow.ts';
import { findWorkflowFaults } from '../workflows/workflow-rules.ts';
import { parseWorkflow } from '../workflows/workflow.ts';
import { runNode, workspaceRoot } from './workspace.ts';

const read = (file: string): string => readFileSync(join(workspaceRoot, '.github/workflows', file), 'utf8');

/** The faults of a workflow after a change of its text, which must be one. */
function faultsAfter(file: string, change: (text: string) => string): readonly string[] {
  const original = read(file);
  const text = change(original);
  expect(text).not.toBe(original);
  return findWorkflowFaults({ file, text, workflow: parseWorkflow(text) });
}

describe('the workflows', () => {
  it('have no fault', () => {
    expect(runNode(['tools/check-workflows.ts'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('test on every line of Node that the packages accept', () => {
    const { engines } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const accepted = engines.node
      .split('||')
      .map((range) => /\d+/.exec(range)?.[0])
      .join(', ');

    expect(read('package.yml')).toContain(`node: [${accepted}]`);
    expect(read('nightly.yml')).toContain(`node: [${accepted}]`);
  });
});

describe('the rules of workflows', () => {
  it.each([
    [
      'ci.yml',
      'a trigger that runs with rights on what a stranger sent',
      (text: string) => text.replace('  pull_request:', '  pull_request_target:'),
      'ci.yml is triggered by pull_request_target, which runs with rights on what a stranger sent',
    ],
    [
      'ci.yml',
      'default permissions',
      (text: string) => text.replace('permissions:\n  contents: read\n', ''),
      'ci.yml has no permissions at its top: jobs would get the default ones',
    ],
    [
      'ci.yml',
      'every job that may write',
      (text: string) => text.replace('contents: read', 'contents: write'),
      'ci.yml lets every job write contents: give it to one job',
    ],
    [
      'ci.yml',
      'rights by one word',
      (text: string) => text.replace('permissions:\n  contents: read', 'permissions: write-all'),
      'ci.yml lets every job write everything: give it to one job',
    ],
    [
      'ci.yml',
      'a job that may write what the table does not give it',
      (text: string) =>
        text.replace('timeout-minutes: 10', 'timeout-minutes: 10\n    permissions:\n      id-token: write'),
      'ci.yml lets the job "affected" write id-token, which tools/workflows does not know',
    ],
    [
      'ci.yml',
      'a job that may run for hours',
      (text: string) => text.replace('    timeout-minutes: 45\n', ''),
      'ci.yml has no timeout of at most 90 minutes for the job "workspace"',
    ],
    [
      'ci.yml',
      'runs that pile up',
      (text: string) => text.replace('concurrency:', 'env:'),
      'ci.yml has no concurrency group',
    ],
    [
      'ci.yml',
      'a token that stays in the checkout',
      (text: string) => text.replace('persist-credentials: false', 'fetch-depth: 1'),
      'ci.yml leaves the token in the checkout of the job "workspace": persist-credentials: false',
    ],
    [
      'ci.yml',
      'an expression in a script',
      (text: string) => text.replace('run: .ci/run', 'run: echo ${{ github.event.pull_request.title }}'),
      'ci.yml puts an expression into a script of the job "workspace": hand it over in env',
    ],
    [
      'package.yml',
      'an action by its tag',
      (text: string) => text.replace(/actions\/setup-node@.*/, 'actions/setup-node@v6'),
      'package.yml has "- uses: actions/setup-node@v6": name the full commit, and its version behind it',
    ],
    [
      'release.yml',
      'code of the repository beside the token to publish',
      (text: string) => text.replace('sha256sum --check --strict SHA256SUMS', 'npm ci'),
      'release.yml runs code of the repository in the job "publish", which holds the token to publish',
    ],
  ])('refuse in %s %s', (file, _what, change, fault) => {
    expect(faultsAfter(file, change)).toContain(fault);
  });
});

describe('the workflow of a package', () => {
  const packages = listPackages(workspaceRoot);
  const sandbox = packages.find(({ id }) => id === 'sandbox')!;
  const faultsOf = (text: string): readonly string[] =>
    findPackageWorkflowFaults(parseWorkflow(text), sandbox, packages);

  it('is refused when it does not run for a neighbour that the package depends on', () => {
    expect(faultsOf(read('sandbox.yml').replaceAll('      - packages/protocols/**\n', ''))).toEqual([
      expect.stringMatching(
        /^sandbox.yml must run on pull_request with these paths:\n {2}packages\/protocols/,
      ),
      expect.stringMatching(/^sandbox.yml must run on push with these paths:/),
    ]);
  });

  it('is refused when it tests another package', () => {
    expect(faultsOf(read('sandbox.yml').replace('@truthound/sandbox', '@truthound/signing'))).toEqual([
      'sandbox.yml must call package.yml for "@truthound/sandbox"',
    ]);
  });
});
