/** The folder that the main job works in: plugins as an operator would have them, keys, trust store, snapshots. */
import { chmod, cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  SigningServiceImpl,
  TrustLevel,
  TrustStoreImpl,
  generateKeyPair,
  writeSignatures,
} from '@truthound/enterprise';
import { assemblePlugin } from '../assemble-plugin.ts';

const SIGNER = 'acme-data-team';

export class Workshop implements AsyncDisposable {
  readonly root: string;
  readonly #privateKey: string;

  private constructor(root: string, privateKey: string) {
    this.root = root;
    this.#privateKey = privateKey;
  }

  /** Makes the folder, a key pair, and a trust store that knows the key. */
  static async create(): Promise<Workshop> {
    const root = await mkdtemp(join(tmpdir(), 'truthound-main-job-'));
    const { publicKey, privateKey } = await generateKeyPair('ED25519');
    const workshop = new Workshop(root, privateKey);
    const store = new TrustStoreImpl({ persistPath: workshop.trustStorePath });
    await store.addTrustedKey({ key: publicKey, signerId: SIGNER, trustLevel: TrustLevel.TRUSTED });
    return workshop;
  }

  get pluginsDir(): string {
    return join(this.root, 'plugins');
  }

  get cacheDir(): string {
    return join(this.root, 'snapshots');
  }

  get trustStorePath(): string {
    return join(this.root, 'trust-store.json');
  }

  pluginPath(id: string): string {
    return join(this.pluginsDir, id);
  }

  /** Puts a plugin and its npm dependencies into a folder of its own, and signs every file of it. */
  async install(id: string, source: URL): Promise<void> {
    await assemblePlugin({ source, target: this.pluginPath(id) });
    await this.sign(id);
  }

  /** Puts another version's own files in place of the installed ones; signed, as an update is. */
  async update(id: string, source: URL): Promise<void> {
    await cp(source, this.pluginPath(id), { recursive: true });
    await this.sign(id);
  }

  async sign(id: string): Promise<void> {
    const service = new SigningServiceImpl({ signerId: SIGNER });
    const pluginPath = this.pluginPath(id);
    const signature = await service.sign({ pluginPath, privateKey: this.#privateKey });
    await writeSignatures(pluginPath, [signature]);
  }

  /** Changes one byte of a file, as a thief would; answers how to undo it. */
  async tamper(id: string, file: string): Promise<() => Promise<void>> {
    const path = join(this.pluginPath(id), file);
    const original = await readFile(path);
    const changed = Buffer.from(original);
    const last = changed.length - 1;
    changed[last] = (changed[last] ?? 0) ^ 1;
    await writeFile(path, changed);
    return () => writeFile(path, original);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await makeWritable(this.root);
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Snapshots are read-only; an ordinary user cannot remove what lies in a folder that he may not write. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
