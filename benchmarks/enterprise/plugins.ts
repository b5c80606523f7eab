/** Real, signed plugins in a folder of their own, and a trust store that knows who signed them. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  SigningServiceImpl,
  TrustLevel,
  TrustStoreImpl,
  generateKeyPair,
  writeSignatures,
} from '@truthound/enterprise';

const SIGNER = 'bench';

export interface PluginFolders extends Disposable {
  readonly root: string;
  readonly pluginDir: string;
  readonly trustStorePath: string;
}

export const pluginName = (index: number): string => `plugin-${String(index).padStart(4, '0')}`;

/**
 * Each has an entry, a module and a text file; each tenth depends on none, the others on the one before. Only those
 * that are to be loaded need a signature.
 */
export async function writePlugins(
  count: number,
  { isSigned }: { readonly isSigned: boolean },
): Promise<PluginFolders> {
  const root = mkdtempSync(join(tmpdir(), 'truthound-bench-enterprise-'));
  const pluginDir = join(root, 'plugins');
  const trustStorePath = join(root, 'trust.json');
  const { publicKey, privateKey } = await generateKeyPair('ED25519');
  const store = new TrustStoreImpl({ persistPath: trustStorePath });
  await store.addTrustedKey({ key: publicKey, signerId: SIGNER, trustLevel: TrustLevel.TRUSTED });
  const service = new SigningServiceImpl({ signerId: SIGNER });
  for (let index = 0; index < count; index += 1) {
    const pluginPath = join(pluginDir, pluginName(index));
    mkdirSync(pluginPath, { recursive: true });
    for (const [file, text] of Object.entries(filesOf(index))) writeFileSync(join(pluginPath, file), text);
    if (isSigned) await writeSignatures(pluginPath, [await service.sign({ pluginPath, privateKey })]);
  }
  return { root, pluginDir, trustStorePath, [Symbol.dispose]: () => removeTree(root) };
}

function filesOf(index: number): Readonly<Record<string, string>> {
  const dependencies = index % 10 === 0 ? {} : { [pluginName(index - 1)]: '^1.0.0' };
  const packageJson = {
    name: pluginName(index),
    version: '1.0.0',
    type: 'module',
    description: 'One of many.',
    exports: './index.js',
    truthound: { permissions: { modules: [] }, dependencies },
  };
  return {
    'package.json': JSON.stringify(packageJson, undefined, 2),
    'index.js': `import { twice } from './twice.js';
let isActive = false;
export const activate = () => { isActive = true; };
export const run = (n) => (isActive ? twice(n) + ${String(index)} : undefined);
`,
    'twice.js': 'export const twice = (n) => n * 2;\n',
    'README.md': `# ${pluginName(index)}\n\n${'It doubles a number and adds its own. '.repeat(40)}\n`,
  };
}

/** Snapshots are read-only, and removing a file needs write access to its folder. */
export function removeTree(folder: string): void {
  makeWritable(folder);
  rmSync(folder, { recursive: true, force: true });
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) makeWritable(join(folder, entry.name));
}
