/**
 * Runs every suite, or those named on the command line, one after the other: `npm run bench -- versioning`.
 *
 * A suite is a folder here with a `run.ts`. Each runs in a process of its own, so that none warms up or
 * fills the heap of another. What they print goes through as it comes; a suite that fails is named at the
 * end, and the exit code is 1.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const suites = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'run.ts')));
const wanted = process.argv.slice(2);

const unknown = wanted.filter((name) => !suites.includes(name));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(', ')}. There are: ${suites.join(', ')}`);
  process.exit(2);
}

const failed = (wanted.length > 0 ? wanted : suites).filter((suite) => {
  console.log(`\n=== ${suite}\n`);
  const { status } = spawnSync(
    process.execPath,
    ['--conditions=@truthound/source', '--expose-gc', path.join(folder, suite, 'run.ts')],
    { cwd: folder, stdio: 'inherit' },
  );
  return status !== 0;
});
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
