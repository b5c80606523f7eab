/**
 * Builds the guest as it is published, for tests that start sandboxes.
 *
 * Without it every guest of a test reads some sixty TypeScript files and takes a second of CPU time, and what is
 * tested is not what is shipped.
 *
 * @module
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';
import { standaloneConfig } from './tsup.ts';

const SOURCE = join(import.meta.dirname, '../packages/sandbox/src/guest/main.ts');

export async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'truthound-built-guest-'));
  await build({
    ...standaloneConfig({ guest: SOURCE }),
    config: false,
    outDir: folder,
    silent: true,
  });
  // Guests of a host that is root run as another user.
  chmodSync(folder, 0o755);
  process.env['TRUTHOUND_SOURCE_GUEST'] = join(folder, 'guest.cjs');
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
