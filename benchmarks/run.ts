/**
 * Runs every suite, one after the other, and writes a page of what they found to `docs/benchmarks`. `npm run bench`
 *
 * - `npm run bench -- versioning signing`: those alone; prints and writes nothing.
 * - `npm run bench -- --quick`: few rounds, to see whether all runs; writes nothing unless told where.
 * - `--out=<folder>`: writes there.
 *
 * A suite is a folder here with a `run.ts`. Each runs in a process of its own, so that none warms up or fills the heap
 * of another, and measures the built packages, because those are what hosts run. A suite that fails is named at the
 * end, and the exit code is 1; nothing is written then.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { SuiteFigures } from './harness/figures.ts';
import { describeMachine, load } from './harness/machine.ts';
import type { Run, SuiteRun } from './harness/page.ts';
import { writeRun } from './harness/write-run.ts';

const folder = import.meta.dirname;
const suites = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'run.ts')));
const { values, positionals: wanted } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
  allowPositionals: true,
});

const unknown = wanted.filter((name) => !suites.includes(name));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(', ')}. There are: ${suites.join(', ')}`);
  process.exit(2);
}

const isWhole = wanted.length === 0 && !values.quick;
const out = values.out ?? (isWhole ? path.join(folder, '../docs/benchmarks') : undefined);
const { machine, date } = { machine: describeMachine(), date: new Date().toISOString() };
if (load() > 0.5)
  console.error(
    `the load average is ${load().toFixed(1)}: something else is running, and times will be longer`,
  );

const scratch = mkdtempSync(path.join(tmpdir(), 'truthound-bench-run-'));
const failed: string[] = [];
const runs: SuiteRun[] = [];
try {
  for (const name of wanted.length > 0 ? wanted : suites) {
    console.log(`\n=== ${name}\n`);
    const run = runSuiteApart(name);
    if (run === undefined) failed.push(name);
    else runs.push(run);
  }
} finally {
  rmSync(scratch, { recursive: true });
}

if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(', ')}`);
  process.exitCode = 1;
} else if (out !== undefined) {
  const run: Run = { date, isQuick: values.quick, machine, suites: runs };
  await writeRun(run, out);
  console.log(`written: ${path.join(out, 'README.md')}`);
}

/** `undefined` when it failed; it has then said why. */
function runSuiteApart(name: string): SuiteRun | undefined {
  const json = path.join(scratch, `${name}.json`);
  const args = [path.join(folder, name, 'run.ts'), `--json=${json}`, ...(values.quick ? ['--quick'] : [])];
  const [loadBefore, before] = [load(), performance.now()];
  const { status } = spawnSync(process.execPath, ['--expose-gc', ...args], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) return undefined;
  const seconds = (performance.now() - before) / 1000;
  const figures = JSON.parse(readFileSync(json, 'utf8')) as SuiteFigures;
  return { name, seconds, loadBefore, loadAfter: load(), figures };
}
