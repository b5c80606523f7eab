/**
 * Installs the tarballs into an empty folder with npm, as a user does, and runs the main job and the
 * command lines there. Nothing of this workspace is in reach.
 *
 *   node tools/smoke.ts [folder of tarballs]
 *
 * Without a folder, what is built here is packed first. npm gets third parties from the registry or its cache.
 *
 * @module
 */
import { cpSync, globSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { packPackages } from './pack/pack-packages.ts';
import { runNpm, runProgram } from './pack/run-program.ts';
import { listPackages, readPackageJson } from './pack/workspace-packages.ts';

/** What the main job says when all of it worked. */
const MAIN_JOB_SAYS = [
  'load order: csv-reader → profiler → reporter',
  'refused: plugin "profiler"',
  '1.0.0 → 2.0.0: done',
  'version 2.0.0 serves',
];

const root = join(import.meta.dirname, '..');
const packages = listPackages(root);
const [given] = process.argv.slice(2);

const work = mkdtempSync(join(tmpdir(), 'truthound-smoke-'));
try {
  const tarballs = given === undefined ? pack(join(work, 'packed')) : findTarballs(resolve(given));
  const project = install(tarballs, join(work, 'project'));
  runMainJob(project);
  runCommands(project);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function pack(folder: string): readonly string[] {
  return packPackages(root, folder).map(({ tarball }) => tarball);
}

function findTarballs(folder: string): readonly string[] {
  const found = globSync('*.tgz', { cwd: folder }).map((file) => join(folder, file));
  if (found.length !== packages.length) {
    throw new Error(`${folder} holds ${String(found.length)} tarballs instead of ${String(packages.length)}`);
  }
  return found;
}

function install(tarballs: readonly string[], project: string): string {
  mkdirSync(project);
  for (const name of ['main-job', 'plugins', 'plugin-updates', 'assemble-plugin.ts']) {
    cpSync(join(root, 'examples', name), join(project, name), {
      recursive: true,
      filter: (path) => basename(path) !== 'node_modules',
    });
  }
  const manifest = { name: 'smoke', private: true, type: 'module', dependencies: thirdParties() };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  runNpm(['install', '--prefer-offline', '--loglevel=error', ...tarballs], { cwd: project });
  for (const {
    manifest: { name },
  } of packages) {
    const installed = join(project, 'node_modules', name);
    if (!lstatSync(installed).isDirectory()) throw new Error(`${installed} is a link, not what was packed`);
  }
  console.log(`Installed: ${String(tarballs.length)} tarballs`);
  return project;
}

/** What the example's plugins and its data need, in the versions of this workspace. */
function thirdParties(): Readonly<Record<string, string>> {
  const plugins = globSync('examples/plugins/*/package.json', { cwd: root });
  const { devDependencies = {} } = readPackageJson(root);
  return Object.fromEntries([
    ...plugins.flatMap((file) => Object.entries(readPackageJson(join(root, file, '..')).dependencies ?? {})),
    ['vega-datasets', devDependencies['vega-datasets'] ?? '*'],
  ]);
}

function runMainJob(project: string): void {
  const output = runProgram(process.execPath, ['main-job/main.ts'], { cwd: project });
  const missing = MAIN_JOB_SAYS.filter((text) => !output.includes(text));
  if (missing.length > 0) throw new Error(`The main job did not say "${missing.join('", "')}":\n${output}`);
  console.log('Main job: it runs from what was packed');
}

function runCommands(project: string): void {
  for (const { manifest } of packages) {
    for (const command of Object.keys(manifest.bin ?? {})) {
      const output = runNpm(['exec', '--offline', '--', command, '--help'], { cwd: project });
      if (!output.includes(command)) throw new Error(`${command} --help does not name itself:\n${output}`);
      console.log(`${command}: it runs from what was packed`);
    }
  }
}
