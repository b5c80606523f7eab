/** A folder of plugins, keys and a trust store, made for one test and removed with it. */
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TrustLevel } from '@truthound/protocols';
import {
  SigningServiceImpl,
  TrustStoreImpl,
  generateKeyPair,
  readSignatures,
  writeSignatures,
} from '@truthound/signing';
import type { EnterprisePluginManagerConfig } from '../../src/index.ts';

/** What a plugin is made of; what is left out has a plain default. */
export interface PluginRecipe {
  readonly version?: string;
  /** Text of its entry module. */
  readonly code?: string;
  /** Laid over the `truthound` field. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Laid over `package.json`. */
  readonly packageJson?: Readonly<Record<string, unknown>>;
  /** @defaultValue true */
  readonly sign?: boolean;
}

export const SIGNER = 'workshop';

export class Workshop implements AsyncDisposable {
  readonly root: string;
  readonly store: TrustStoreImpl;
  readonly #privateKey: string;

  private constructor(root: string, store: TrustStoreImpl, privateKey: string) {
    this.root = root;
    this.store = store;
    this.#privateKey = privateKey;
  }

  static async create(): Promise<Workshop> {
    const root = await mkdtemp(join(tmpdir(), 'truthound-enterprise-test-'));
    await mkdir(join(root, 'plugins'));
    const { publicKey, privateKey } = await generateKeyPair('ED25519');
    const store = new TrustStoreImpl({ persistPath: join(root, 'trust.json') });
    await store.addTrustedKey({ key: publicKey, signerId: SIGNER, trustLevel: TrustLevel.TRUSTED });
    return new Workshop(root, store, privateKey);
  }

  pluginPath(id: string): string {
    return join(this.root, 'plugins', id);
  }

  /** Writes a plugin's folder and signs it. */
  async plugin(id: string, recipe: PluginRecipe = {}): Promise<string> {
    const {
      version = '1.0.0',
      code = 'export const ping = () => "pong";',
      manifest,
      packageJson,
      sign = true,
    } = recipe;
    await this.write(
      id,
      'package.json',
      JSON.stringify({
        name: id,
        version,
        type: 'module',
        exports: './index.js',
        truthound: { ...manifest },
        ...packageJson,
      }),
    );
    await this.write(id, 'index.js', code);
    if (sign) await this.sign(id);
    return this.pluginPath(id);
  }

  async write(id: string, file: string, content: string): Promise<void> {
    const path = join(this.pluginPath(id), file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }

  async sign(id: string, privateKey: string = this.#privateKey, signerId: string = SIGNER): Promise<void> {
    await this.signAt(this.pluginPath(id), privateKey, signerId);
  }

  async signAt(
    pluginPath: string,
    privateKey: string = this.#privateKey,
    signerId: string = SIGNER,
  ): Promise<void> {
    const service = new SigningServiceImpl({ signerId });
    await writeSignatures(pluginPath, [await service.sign({ pluginPath, privateKey })]);
  }

  /** Trusts another signer; answers the private key. */
  async addSigner(signerId: string): Promise<string> {
    const { publicKey, privateKey } = await generateKeyPair('ED25519');
    await this.store.addTrustedKey({ key: publicKey, signerId, trustLevel: TrustLevel.TRUSTED });
    return privateKey;
  }

  signatures(id: string): ReturnType<typeof readSignatures> {
    return readSignatures(this.pluginPath(id));
  }

  config(more: EnterprisePluginManagerConfig = {}): EnterprisePluginManagerConfig {
    return {
      pluginDirs: [join(this.root, 'plugins')],
      scanEntrypoints: false,
      trustStorePath: join(this.root, 'trust.json'),
      cacheDir: join(this.root, 'snapshots'),
      watchForChanges: false,
      ...more,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await makeWritable(this.root);
    await rm(this.root, { recursive: true, force: true });
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
