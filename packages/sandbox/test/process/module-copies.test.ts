import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { giveTo } from '../../src/confinement/guest-user.ts';
import { ModuleCopies } from '../../src/process/module-copies.ts';

let folder: string;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), 'module-copies-')));
  for (const name of ['plugin/lib', 'scratch']) fs.mkdirSync(join(folder, name), { recursive: true });
  fs.writeFileSync(join(folder, 'plugin/package.json'), '{"type":"module"}');
  fs.writeFileSync(join(folder, 'plugin/index.js'), '');
  fs.writeFileSync(join(folder, 'secret.txt'), 'the host’s');
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

async function copyPlugin(share?: (copy: string) => Promise<void>): Promise<string> {
  const copies = new ModuleCopies('copied', join(folder, 'scratch'), [], share);
  const url = await copies.resolve(pathToFileURL(join(folder, 'plugin/index.js')).href);
  return join(fileURLToPath(url), '..');
}

it('copies links as links: one that leads out brings nothing in', async () => {
  fs.symlinkSync(join(folder, 'secret.txt'), join(folder, 'plugin/out'));
  fs.symlinkSync('../index.js', join(folder, 'plugin/lib/inside'));
  const copy = await copyPlugin();
  expect(fs.readlinkSync(join(copy, 'out'))).toBe(join(folder, 'secret.txt'));
  expect(fs.realpathSync(join(copy, 'lib/inside'))).toBe(join(copy, 'index.js'));
});

it.runIf(process.getuid?.() === 0)('gives a copy away, and nothing that it links to', async () => {
  fs.symlinkSync(join(folder, 'secret.txt'), join(folder, 'plugin/out'));
  const copy = await copyPlugin((path) => giveTo({ uid: 65_534, gid: 65_534 }, path));
  expect(fs.statSync(join(copy, 'index.js')).uid).toBe(65_534);
  expect(fs.lstatSync(join(copy, 'out')).uid).toBe(65_534);
  expect(fs.statSync(join(folder, 'secret.txt')).uid).toBe(0);
});
