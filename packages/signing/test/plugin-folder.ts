import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type KeyPair, type SignOptions, SigningServiceImpl, generateKeyPair } from '../src/index.ts';
import type { SignatureInfo } from '../src/index.ts';
import { removeTree } from '../src/snapshot/remove-tree.ts';

/** The time of every test that does not say another. */
export const NOW: Date = new Date('2026-03-01T12:00:00.000Z');

/** A plugin of two files. */
export const FILES: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: 'csv',
    version: '1.2.3',
    truthound: {},
    engines: { truthound: '^1' },
  }),
  'dist/index.js': 'export const rows = 1;\n',
};

/** A folder that is deleted after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'truthound-signing-'));
  onTestFinished(() => removeTree(folder));
  return folder;
}

/** A plugin's folder with these files. */
export function pluginFolder(files: Readonly<Record<string, string | Uint8Array>> = FILES): string {
  const folder = join(scratchFolder(), 'plugin');
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) putFile(folder, path, content);
  return folder;
}

/** Writes one file of a plugin. */
export function putFile(folder: string, path: string, content: string | Uint8Array, mode = 0o644): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

/** A key with its name. */
export interface Signer extends KeyPair {
  readonly signerId: string;
  sign(
    pluginPath: string,
    options?: Partial<SignOptions> & { readonly now?: Date; readonly validityDays?: number },
  ): Promise<SignatureInfo>;
}

/** A signer with an Ed25519 key. */
export async function createSigner(signerId = 'acme'): Promise<Signer> {
  const pair = await generateKeyPair('ED25519');
  return {
    ...pair,
    signerId,
    sign(pluginPath, { now = NOW, validityDays = 365, ...options } = {}) {
      const service = new SigningServiceImpl({ signerId, validityDays, now: () => now });
      return service.sign({ pluginPath, privateKey: pair.privateKey, ...options });
    },
  };
}
