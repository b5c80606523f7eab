import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { packPlugin } from '../../../src/cli/pack/pack-plugin.ts';
import { Desk } from '../truthound.ts';

describe('packPlugin', () => {
  it('brings linked packages of a workspace as real files, without their development', async () => {
    await using desk = await Desk.create();
    const source = await desk.plugin('plugin', { dependencies: { neighbour: '1.0.0' } });
    await desk.write('packages/neighbour/package.json', {
      name: 'neighbour',
      version: '1.0.0',
      files: ['dist/**/*.js'],
    });
    await desk.write('packages/neighbour/dist/index.js', '');
    await desk.write('packages/neighbour/src/index.js', '');
    await desk.write('plugin/node_modules/.keep', '');
    await symlink('../../packages/neighbour', desk.path('plugin/node_modules/neighbour'));
    await packPlugin({ source, target: desk.path('out') });
    expect(existsSync(desk.path('out/node_modules/neighbour/dist/index.js'))).toBe(true);
    expect(existsSync(desk.path('out/node_modules/neighbour/src'))).toBe(false);
  });

  it('packs packages that need each other', async () => {
    await using desk = await Desk.create();
    const source = await desk.plugin('plugin', { dependencies: { a: '1.0.0' } });
    for (const [name, other] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const)
      await desk.write(`plugin/node_modules/${name}/package.json`, {
        name,
        version: '1.0.0',
        dependencies: { [other]: '1.0.0' },
      });
    const packages = await packPlugin({ source, target: desk.path('out') });
    expect(packages.map(({ path }) => path)).toEqual(['', 'node_modules/a', 'node_modules/b']);
  });

  it('refuses a link to a folder that holds it, and a package that cannot be read', async () => {
    await using desk = await Desk.create();
    const source = await desk.plugin('plugin', { dependencies: { broken: '1.0.0' } });
    await desk.write('plugin/node_modules/broken/package.json', '{');
    await expect(packPlugin({ source, target: desk.path('out') })).rejects.toThrow(/broken/);
    await desk.plugin('plugin');
    await desk.write('plugin/data/table.json', '{}');
    await symlink('..', desk.path('plugin/data/up'));
    await expect(packPlugin({ source, target: desk.path('out') })).rejects.toThrow(
      /data\/up is a link to a folder that holds it/,
    );
    expect(existsSync(desk.path('out'))).toBe(false);
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    await using desk = await Desk.create();
    const source = await desk.plugin('plugin');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(packPlugin({ source, target: desk.path('out'), signal })).rejects.toThrow('enough');
    expect(existsSync(desk.path('out'))).toBe(false);
  });
});
