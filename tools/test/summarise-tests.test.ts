import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNode } from './workspace.ts';

const PROJECTS = [
  ...[
    'dependencies',
    'enterprise',
    'hot-reload',
    'lifecycle',
    'protocols',
    'sandbox',
    'signing',
    'versioning',
  ],
  ...['examples', 'tools'],
];

let results: string;

beforeEach(() => {
  results = mkdtempSync(join(tmpdir(), 'truthound-results-'));
  for (const project of PROJECTS) report(project, { numPassedTests: 2 });
});

afterEach(() => {
  rmSync(results, { recursive: true });
});

describe('summarise-tests', () => {
  it('adds up all projects, in one line that stands alone', () => {
    expect(summarise()).toEqual({ exitCode: 0, stdout: '20 passed, 0 failed\n', stderr: '' });
  });

  it('names skipped tests after the two numbers', () => {
    report('signing', { numPassedTests: 1, numPendingTests: 2, numTodoTests: 1 });

    expect(summarise()).toMatchObject({ exitCode: 0, stdout: '19 passed, 0 failed, 3 skipped\n' });
  });

  it('fails when a test failed', () => {
    report('signing', { numPassedTests: 1, numFailedTests: 1, success: false });

    expect(summarise()).toMatchObject({ exitCode: 1, stdout: '19 passed, 1 failed\n' });
  });

  it('counts a project without a report as a failure', () => {
    rmSync(join(results, 'sandbox.json'));

    const { exitCode, stdout, stderr } = summarise();
    expect(exitCode).toBe(1);
    expect(stdout).toBe('18 passed, 1 failed\n');
    expect(stderr).toContain('"sandbox" left no test report');
  });

  it('counts a report that broke off in the middle as a failure', () => {
    writeFileSync(join(results, 'sandbox.json'), '{"numPassedTests":');

    const { exitCode, stdout, stderr } = summarise();
    expect(exitCode).toBe(1);
    expect(stdout).toBe('18 passed, 1 failed\n');
    expect(stderr).toContain('"sandbox" left a test report that cannot be read');
  });

  it('counts a test file that did not load as a failure', () => {
    report('sandbox', {
      numPassedTests: 2,
      success: false,
      testResults: [{ name: 'a.test.ts', status: 'failed', message: 'SyntaxError', assertionResults: [] }],
    });

    const { exitCode, stdout, stderr } = summarise();
    expect(exitCode).toBe(1);
    expect(stdout).toBe('20 passed, 1 failed\n');
    expect(stderr).toContain('a.test.ts did not load: SyntaxError');
  });

  it('believes a report that says it failed', () => {
    report('sandbox', { numPassedTests: 2, success: false });

    expect(summarise()).toMatchObject({ exitCode: 1, stdout: '20 passed, 1 failed\n' });
  });

  it('fails when no test ran at all', () => {
    for (const project of PROJECTS) report(project, {});

    expect(summarise()).toMatchObject({ exitCode: 1, stdout: '0 passed, 0 failed\n' });
  });
});

function summarise(): ReturnType<typeof runNode> {
  return runNode(['tools/summarise-tests.ts', results]);
}

function report(project: string, facts: Readonly<Record<string, unknown>>): void {
  const empty = { success: true, numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  writeFileSync(join(results, `${project}.json`), JSON.stringify({ ...empty, testResults: [], ...facts }));
}
