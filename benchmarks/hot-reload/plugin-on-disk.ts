/** A signed plugin on disk, that is published again and again. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EnterprisePluginManager,
  SigningServiceImpl,
  TrustLevel,
  TrustStoreImpl,
  createPolicy,
  generateKeyPair,
  writeSignatures,
} from '@truthound/enterprise';

const ID = 'measured';
const SIGNER = 'benchmark';

export class PluginOnDisk implements AsyncDisposable {
  readonly root: string;
  readonly path: string;
  readonly #fileCount: number;
  readonly #privateKey: string;

  private constructor(root: string, fileCount: number, privateKey: string) {
    this.root = root;
    this.path = join(root, 'plugins', ID);
    this.#fileCount = fileCount;
    this.#privateKey = privateKey;
  }

  /** Version 0, of so many modules that all import one another's constant. */
  static async create(fileCount: number): Promise<PluginOnDisk> {
    const root = await mkdtemp(join(tmpdir(), 'truthound-benchmark-'));
    const { publicKey, privateKey } = await generateKeyPair('ED25519');
    const store = new TrustStoreImpl({ persistPath: join(root, 'trust.json') });
    await store.addTrustedKey({ key: publicKey, signerId: SIGNER, trustLevel: TrustLevel.TRUSTED });
    const plugin = new PluginOnDisk(root, fileCount, privateKey);
    await mkdir(join(plugin.path, 'parts'), { recursive: true });
    for (let part = 1; part < fileCount; part += 1) {
      await writeFile(join(plugin.path, 'parts', `${part}.js`), `export const part${part} = ${part};\n`);
    }
    await plugin.publish(0);
    return plugin;
  }

  get entry(): string {
    return join(this.path, 'index.js');
  }

  /** Writes another version of the entry module, and signs: what a developer's save and build do. */
  async publish(version: number): Promise<void> {
    const names = Array.from({ length: this.#fileCount - 1 }, (_, index) => index + 1);
    const imports = names.map((part) => `import { part${part} } from './parts/${part}.js';`);
    const sum = names.map((part) => `part${part}`).join(' + ') || '0';
    const code = `${imports.join('\n')}\nexport const sum = () => ${sum};\nexport const version = () => ${version};\n`;
    const manifest = {
      name: ID,
      version: `1.0.${version}`,
      type: 'module',
      exports: './index.js',
      truthound: {},
    };
    await writeFile(this.entry, code);
    await writeFile(join(this.path, 'package.json'), JSON.stringify(manifest));
    await this.#sign();
  }

  async openHost(options: { readonly watch: boolean }): Promise<EnterprisePluginManager> {
    return openHost(this.root, options);
  }

  async #sign(): Promise<void> {
    const service = new SigningServiceImpl({ signerId: SIGNER });
    const { path: pluginPath } = this;
    await writeSignatures(pluginPath, [await service.sign({ pluginPath, privateKey: this.#privateKey })]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** A host that verifies, and runs plugins in processes. */
export async function openHost(
  root: string,
  { watch }: { readonly watch: boolean },
): Promise<EnterprisePluginManager> {
  const manager = new EnterprisePluginManager({
    pluginDirs: [join(root, 'plugins')],
    scanEntrypoints: false,
    trustStorePath: join(root, 'trust.json'),
    cacheDir: join(root, 'snapshots'),
    watchForChanges: watch,
    reload: { bakeTimeMs: 0 },
    // What this machine can enforce; a share of CPU would be waited for.
    defaultSecurityPolicy: createPolicy({
      base: 'STANDARD',
      enforcement: 'best-effort',
      maxCpuPercent: Infinity,
    }),
  });
  await manager.discoverPlugins();
  return manager;
}

/** The plugin's handle, once it serves. */
export async function load(manager: EnterprisePluginManager): Promise<{ version(): Promise<unknown> }> {
  const handle = await manager.load(ID);
  return { version: () => handle.call('version') };
}

/** Reloads it, or says why not. */
export async function reload(manager: EnterprisePluginManager): Promise<number> {
  const { error, reloadTimeMs } = await manager.reload(ID);
  if (error !== undefined) throw error;
  return reloadTimeMs;
}
