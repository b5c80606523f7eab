// Adds up the JSON reports that the projects left in a folder and prints `N passed, N failed` as the last line.
// A project that should have tested and left no report counts as a failure: silence is not success.
//
//   node tools/summarise-tests.ts <folder>

import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What went wrong besides failed tests, a sentence each. */
  readonly faults: readonly string[];
}

const [resultsFolder] = process.argv.slice(2);
if (resultsFolder === undefined) throw new Error('Usage: node tools/summarise-tests.ts <folder>');

const summary = summariseTests(resultsFolder, listTestedProjects(join(import.meta.dirname, '..')));
for (const fault of summary.faults) console.error(fault);
console.log(formatSummary(summary));
if (summary.failed > 0 || summary.passed === 0) process.exitCode = 1;

/** Folder names of the workspace projects that have a test script. */
function listTestedProjects(workspaceRoot: string): string[] {
  return globSync(['packages/*/package.json', 'examples/package.json', 'tools/package.json'], {
    cwd: workspaceRoot,
  })
    .filter((file) => hasTestScript(join(workspaceRoot, file)))
    .map((file) => basename(dirname(file)))
    .sort();
}

function summariseTests(folder: string, projects: readonly string[]): Summary {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const faults: string[] = [];
  for (const project of projects) {
    const file = join(folder, `${project}.json`);
    if (!existsSync(file)) {
      failed += 1;
      faults.push(`"${project}" left no test report: its test run did not get to the end`);
      continue;
    }
    const report = readReport(file);
    if (report === undefined) {
      failed += 1;
      faults.push(`"${project}" left a test report that cannot be read`);
      continue;
    }
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests + report.numTodoTests;

    // A file that throws while it loads has no tests to count as failed.
    const broken = report.testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.length === 0,
    );
    failed += broken.length;
    for (const result of broken) faults.push(`${result.name} did not load: ${result.message}`);

    if (!report.success && report.numFailedTests + broken.length === 0) {
      failed += 1;
      faults.push(`"${project}" reports failure without a failed test`);
    }
  }
  return { passed, failed, skipped, faults };
}

function formatSummary({ passed, failed, skipped }: Summary): string {
  const line = `${String(passed)} passed, ${String(failed)} failed`;
  return skipped === 0 ? line : `${line}, ${String(skipped)} skipped`;
}

function hasTestScript(file: string): boolean {
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts?: Record<string, string> };
  return scripts?.['test'] !== undefined;
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}
