import fs from 'node:fs';
import os from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { resolvePluginSource } from '../src/plugin-entry-point.ts';

const FILES = ['index.js', 'lib/a.js', 'lib/b.cjs', 'lib/deep/c.js', 'csv'];

class PluginFolder implements Disposable {
  readonly root: string = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), 'entry-')));

  constructor(packageJson: object | undefined) {
    if (packageJson !== undefined)
      fs.writeFileSync(join(this.root, 'package.json'), JSON.stringify(packageJson));
    for (const file of FILES) {
      fs.mkdirSync(dirname(join(this.root, file)), { recursive: true });
      fs.writeFileSync(join(this.root, file), '');
    }
  }

  async find(entry?: string): Promise<string> {
    const source = entry === undefined ? { root: this.root } : { root: this.root, entry };
    return relative(this.root, (await resolvePluginSource(source, 'p')).entry);
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.root, { recursive: true });
  }
}

describe('the entry of a plugin', () => {
  it.each<[title: string, packageJson: object | undefined, entry: string | undefined, file: string]>([
    ['is what "." exports', { exports: './lib/a.js' }, undefined, 'lib/a.js'],
    ['is what "." of a map exports', { exports: { '.': './lib/a.js' } }, '.', 'lib/a.js'],
    ['is a key of the exports', { exports: { './csv': './lib/a.js' } }, './csv', 'lib/a.js'],
    [
      'is chosen by the conditions of an import',
      { exports: { './x': { browser: './csv', import: './lib/a.js', require: './lib/b.cjs' } } },
      './x',
      'lib/a.js',
    ],
    ['may be given by a pattern', { exports: { './f/*': './lib/*.js' } }, './f/deep/c', 'lib/deep/c.js'],
    [
      'is given by the longest pattern that fits',
      { exports: { './*': './csv', './f/*': './lib/*.js' } },
      './f/a',
      'lib/a.js',
    ],
    ['is a file where the exports have no such key', { exports: './lib/a.js' }, './index.js', 'index.js'],
    ['is a file where there are no exports', { main: './lib/a.js' }, './csv', 'csv'],
    ['is "main" without exports', { main: './lib/b.cjs' }, undefined, 'lib/b.cjs'],
    ['is index.js without a package.json', undefined, undefined, 'index.js'],
    ['is a path without a dot', { exports: { './lib/a.js': './csv' } }, 'lib/a.js', 'lib/a.js'],
  ])('%s', async (_title, packageJson, entry, file) => {
    using folder = new PluginFolder(packageJson);
    expect(await folder.find(entry)).toBe(file);
  });

  it.each<[title: string, packageJson: object, entry: string, problem: string]>([
    ['is neither exported nor a file', { exports: './lib/a.js' }, './none', 'does not export "./none"'],
    ['is not exported as "."', { exports: { './csv': './csv' } }, '.', 'does not export "."'],
    ['lies outside', { exports: { '.': '../../../../../../../../etc/hostname' } }, '.', 'lies outside'],
    [
      'leads outside by a pattern',
      { exports: { './*': './*/../../../../../../../../etc/hostname' } },
      './lib',
      'lies outside',
    ],
    ['is the folder itself', { main: './lib/a.js' }, './', 'lies outside'],
  ])('is refused where it %s', async (_title, packageJson, entry, problem) => {
    using folder = new PluginFolder(packageJson);
    await expect(folder.find(entry)).rejects.toMatchObject({
      code: 'ERR_SANDBOX',
      message: expect.stringContaining(problem) as string,
    });
  });

  it('is looked for in a folder, given as a path or a URL', async () => {
    using folder = new PluginFolder(undefined);
    const { entry } = await resolvePluginSource(pathToFileURL(folder.root), 'p');
    expect(entry).toBe(join(folder.root, 'index.js'));
    await expect(resolvePluginSource(join(folder.root, 'index.js'), 'p')).rejects.toThrow('not a folder');
  });
});
