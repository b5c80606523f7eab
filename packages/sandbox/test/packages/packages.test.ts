import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STANDARD, createPolicy } from '@truthound/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessSandboxEngine } from '../../src/index.ts';
import { listGuestNodes } from '../kernel/guest-nodes.ts';
import { copyPackage } from './copy-package.ts';
import { KNOWN_PACKAGES, type KnownPackage } from './known-packages.ts';

const isSupported = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
/** STANDARD, with time for a machine that does other things as well. */
const policy = createPolicy({ base: STANDARD, maxExecutionTimeSec: 60, maxCpuPercent: 100 });

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'packages-'));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A plugin that uses the package, with its own `node_modules`. */
function writePlugin({ name, entry, isCommonJs = false }: KnownPackage, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const main = isCommonJs ? 'index.cjs' : 'index.mjs';
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: `uses-${name}`, exports: `./${main}` }));
  writeFileSync(join(folder, main), entry);
  copyPackage(name, folder);
}

describe.skipIf(!isSupported).each(listGuestNodes())(
  'on Node $version, as a plugin under STANDARD',
  (node) => {
    it.each(KNOWN_PACKAGES)('$name works: $kind', async (known) => {
      const plugin = join(root, `${known.name}-${node.version}`);
      writePlugin(known, plugin);
      await using engine = new ProcessSandboxEngine({ guestNode: node.path });
      const sandbox = await engine.createSandbox(known.name, policy, { plugin });
      const violations: unknown[] = [];
      sandbox.on('violation', (event) => violations.push(event));
      expect(await engine.execute(sandbox, { export: 'run' })).toEqual(known.answer);
      expect(violations).toEqual([]);
      rmSync(plugin, { recursive: true });
    });
  },
);
