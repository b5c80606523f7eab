import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOBODY, canUsePaths, giveTo } from '../../src/confinement/guest-user.ts';

// Whoever runs the tests owns what they make; another user has the rights of others.
describe('whether another user can use paths', () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(join(os.tmpdir(), 'guest-user-'));
    fs.mkdirSync(join(folder, 'plugin/lib'), { recursive: true });
    fs.writeFileSync(join(folder, 'plugin/lib/index.js'), '');
    for (const path of ['', 'plugin', 'plugin/lib']) fs.chmodSync(join(folder, path), 0o755);
    fs.chmodSync(join(folder, 'plugin/lib/index.js'), 0o644);
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });
  const canRead = (): boolean => canUsePaths(NOBODY, { read: [join(folder, 'plugin')], write: [] });

  it('follows the modes of a package as it is installed', () => {
    expect(canRead()).toBe(true);
    expect(canUsePaths(NOBODY, { read: [], write: [join(folder, 'plugin')] })).toBe(false);
  });

  it.each([
    ['a folder above that cannot be passed through', '', 0o700],
    ['a folder that cannot be listed', 'plugin/lib', 0o711],
    ['a file that only its owner reads', 'plugin/lib/index.js', 0o600],
  ])('finds %s', (_, path, mode) => {
    fs.chmodSync(join(folder, path), mode);
    expect(canRead()).toBe(false);
    fs.chmodSync(join(folder, path), 0o755);
  });

  it('finds what is not there unusable', () => {
    expect(canUsePaths(NOBODY, { read: [join(folder, 'absent')], write: [] })).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)('can be made so for one folder, with all in it', async () => {
    await giveTo(NOBODY, join(folder, 'plugin'));
    for (const path of ['plugin', 'plugin/lib', 'plugin/lib/index.js'])
      expect(fs.statSync(join(folder, path))).toMatchObject(NOBODY);
  });
});
