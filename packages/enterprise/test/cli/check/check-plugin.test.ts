import { execFileSync } from 'node:child_process';
import { STANDARD } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { checkPlugin } from '../../../src/cli/check/check-plugin.ts';
import { Desk } from '../truthound.ts';

describe('checkPlugin', () => {
  it('takes no pattern and no condition for a missing file', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('plugin', {
      exports: { '.': { import: './index.js', default: null }, './data/*': './data/*.json' },
    });
    expect((await checkPlugin(path, STANDARD)).faults).toEqual([]);
    await desk.plugin('plugin', { exports: { import: './index.js', default: './index.js' } });
    expect((await checkPlugin(path, STANDARD)).faults).toEqual([]);
  });

  // Windows has no pipes among its files.
  it.skipIf(process.platform === 'win32')('refuses pipes, and names ranges that are none', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('plugin', {
      truthound: { dependencies: { base: 'newest', other: '^1.0.0' } },
    });
    execFileSync('mkfifo', [desk.path('plugin/pipe')]);
    const { faults } = await checkPlugin(path, STANDARD);
    expect(faults.map((fault) => fault.path)).toEqual(['truthound.dependencies.base', 'pipe']);
    expect(faults[0]?.problem).toMatch(/^is no version range: .*newest/);
    expect(faults[1]?.problem).toContain('neither a file nor a folder');
  });

  it('stops when it is told to', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('plugin');
    await expect(checkPlugin(path, STANDARD, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });
});
