import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assemblePlugin } from '../assemble-plugin.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'assemble-'));
});
afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** Writes files below the scratch folder; objects are written as JSON. */
async function writeTree(files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(scratch, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  expect(entries.filter((entry) => entry.isSymbolicLink())).toEqual([]);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function packageJson(name: string, version: string, more: object = {}): object {
  return { name, version, type: 'module', exports: './index.js', ...more };
}

describe('an example plugin', () => {
  test.each(['csv-reader', 'profiler', 'reporter'])('%s runs from its assembled folder', async (name) => {
    const target = join(scratch, name);
    const packages = await assemblePlugin({ source: new URL(`../plugins/${name}`, import.meta.url), target });
    expect(packages).toHaveLength(2);
    expect(packages[0]).toEqual({ name: `@truthound-examples/${name}`, version: '1.0.0', path: '' });

    const entry = pathToFileURL(join(target, 'src/index.js')).href;
    const script = `console.log(Object.keys(await import(${JSON.stringify(entry)})).join())`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: scratch,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('health');
  });

  test('has no test, type, map or hidden file, and no development dependency', async () => {
    const target = join(scratch, 'reader');
    await assemblePlugin({ source: new URL('../plugins/csv-reader', import.meta.url), target });
    const files = await listFiles(target);
    expect(files.filter((file) => !file.startsWith('node_modules'))).toEqual([
      'package.json',
      'src/cell.js',
      'src/csv-format-error.js',
      'src/index.js',
    ]);
    expect(files.filter((file) => /(?:\.d\.[cm]?ts|\.map|\/\.[^/]+)$/.test(file))).toEqual([]);
    expect(files.filter((file) => file.includes('protocols'))).toEqual([]);
  });
});

describe('dependencies', () => {
  test('are flat, and inside their dependant where two versions clash', async () => {
    await writeTree({
      'app/package.json': packageJson('app', '1.0.0', { dependencies: { a: '*', b: '*' } }),
      'app/index.js': '',
      'app/node_modules/a/package.json': packageJson('a', '1.0.0', { dependencies: { b: '1' } }),
      'app/node_modules/a/node_modules/b/package.json': packageJson('b', '1.0.0', {
        dependencies: { c: '*' },
      }),
      'app/node_modules/b/package.json': packageJson('b', '2.0.0', { dependencies: { c: '*' } }),
      'app/node_modules/c/package.json': packageJson('c', '1.0.0', { dependencies: { a: '*' } }),
    });
    const packages = await assemblePlugin({ source: join(scratch, 'app'), target: join(scratch, 'out') });
    expect(packages.map(({ path, name, version }) => `${path} = ${name} ${version}`)).toEqual([
      ' = app 1.0.0',
      'node_modules/a = a 1.0.0',
      'node_modules/b = b 2.0.0',
      'node_modules/a/node_modules/b = b 1.0.0',
      'node_modules/c = c 1.0.0',
    ]);
  });

  test('that are optional may be missing; a required one may not', async () => {
    await writeTree({
      'fine/package.json': packageJson('fine', '1.0.0', {
        optionalDependencies: { 'not-here': '*' },
        peerDependencies: { 'nor-here': '*' },
        peerDependenciesMeta: { 'nor-here': { optional: true } },
      }),
      'bad/package.json': packageJson('bad', '1.0.0', { dependencies: { 'not-here': '*' } }),
    });
    const target = join(scratch, 'out');
    await expect(assemblePlugin({ source: join(scratch, 'bad'), target })).rejects.toThrow(
      '"not-here", which "bad" depends on, is not installed: run "npm install" first',
    );
    await expect(assemblePlugin({ source: join(scratch, 'fine'), target })).resolves.toHaveLength(1);
  });

  test('that are linked are copied as files, by what they would ship', async () => {
    await writeTree({
      'app/package.json': packageJson('app', '1.0.0', { dependencies: { linked: '*' } }),
      'app/node_modules/.keep': '',
      'linked/package.json': packageJson('linked', '1.0.0', { files: ['dist/*.js', 'data'] }),
      'linked/README.md': 'read me',
      'linked/dist/index.js': '',
      'linked/dist/index.d.ts': '',
      'linked/data/deep/table.csv': '',
      'linked/src/secret.js': '',
      'linked/test/index.test.js': '',
    });
    await symlink('../../linked', join(scratch, 'app/node_modules/linked'));
    await assemblePlugin({ source: join(scratch, 'app'), target: join(scratch, 'out') });
    expect(await listFiles(join(scratch, 'out'))).toEqual([
      'node_modules/linked/README.md',
      'node_modules/linked/data/deep/table.csv',
      'node_modules/linked/dist/index.js',
      'node_modules/linked/package.json',
      'package.json',
    ]);
  });
});

describe('links inside a package', () => {
  test('become files', async () => {
    await writeTree({ 'app/package.json': packageJson('app', '1.0.0'), 'app/real.js': 'content' });
    await symlink('real.js', join(scratch, 'app/index.js'));
    await assemblePlugin({ source: join(scratch, 'app'), target: join(scratch, 'out') });
    expect(await readFile(join(scratch, 'out/index.js'), 'utf8')).toBe('content');
    expect(await listFiles(join(scratch, 'out'))).toEqual(['index.js', 'package.json', 'real.js']);
  });

  test.each([
    { to: '../secret', problem: 'is a link that leaves its package' },
    { to: '.', problem: 'is a link to a folder that holds it' },
  ])('to "$to" are refused, and nothing is left behind', async ({ to, problem }) => {
    await writeTree({ 'app/package.json': packageJson('app', '1.0.0'), secret: 'key' });
    await symlink(to, join(scratch, 'app/link'));
    const target = join(scratch, 'out');
    await expect(assemblePlugin({ source: join(scratch, 'app'), target })).rejects.toThrow(problem);
    expect(await readdir(scratch)).toEqual(['app', 'secret']);
  });
});

test('a folder that holds something is left alone', async () => {
  await writeTree({ 'app/package.json': packageJson('app', '1.0.0'), 'out/mine.txt': 'mine' });
  const target = join(scratch, 'out');
  await expect(assemblePlugin({ source: join(scratch, 'app'), target })).rejects.toThrow('is not empty');
  expect(await readFile(join(target, 'mine.txt'), 'utf8')).toBe('mine');
});
