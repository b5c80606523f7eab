/**
 * Verified plugins as read-only copies, named by their content.
 *
 * Between checking a file and using it, the file can change. So what is checked here is the copy: every byte is hashed and written
 * in one pass, and code is loaded from nowhere else. A copy appears under its final name only whole (a rename),
 * and one that is there already is used again only after its own content was hashed.
 *
 * @module
 */
import { lstat, mkdir, rename, utimes } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import {
  type FilePath,
  SignatureError,
  type SignedFile,
  type VerificationResult,
} from '@truthound/protocols';
import { toLocalPath } from './local-path.ts';
import { type PluginFacts, readPluginFacts } from './plugin-facts.ts';
import { type PluginScan, scanPlugin } from './scan-plugin.ts';
import { removeTree } from './snapshot/remove-tree.ts';
import { SnapshotWriter } from './snapshot/snapshot-writer.ts';
import { temporaryPath } from './snapshot/temporary-name.ts';
import type { VerificationChain, VerifyOptions } from './verification/verification-chain.ts';

/** A read-only copy of a plugin. */
export interface PluginSnapshot {
  /** The folder to load from. */
  readonly path: string;
  /** The plugin's hash, which is also the folder's name. */
  readonly digest: string;
  /** What the copy holds. */
  readonly manifest: PluginFacts & { readonly files: readonly SignedFile[] };
}

/** Where to keep copies. */
export interface SnapshotOptions {
  readonly pluginPath: FilePath;
  /** Folder of all snapshots; made when missing. Give it to nobody else: who can write it can change code. */
  readonly storeDir: FilePath;
  readonly signal?: AbortSignal | undefined;
}

/** What to verify and keep. */
export interface VerifyAndSnapshotOptions
  extends SnapshotOptions, Omit<VerifyOptions, 'pluginPath' | 'signal'> {
  readonly chain: VerificationChain;
}

const MAX_ATTEMPTS = 5;
/** What renaming a folder onto one that holds something answers. */
const TAKEN: ReadonlySet<string> = new Set(['EEXIST', 'ENOTEMPTY', 'EPERM', 'EACCES']);

/**
 * Verifies a plugin and, when it is valid, answers a copy of exactly the bytes that were verified.
 *
 * @throws SignatureError when the store cannot be written. A plugin that is not valid is an answer: `result` without `snapshot`.
 */
export async function verifyAndSnapshot(
  options: VerifyAndSnapshotOptions,
): Promise<{ readonly result: VerificationResult; readonly snapshot?: PluginSnapshot }> {
  const { chain, storeDir, signal, ...subject } = options;
  await using copy = await SnapshotAttempt.create(toLocalPath(storeDir), signal);
  const result = await chain.verifyWith({ ...subject, signal }, async (run) => {
    const expected = run.counting[0]?.statement?.pluginHash;
    return copy.scan(run.pluginPath, expected);
  });
  if (!result.isValid) return { result };
  if (!copy.isScanned) throw new SignatureError('the chain reads no files: add withIntegrityCheck() to it');
  return { result, snapshot: await copy.keep() };
}

/** Copies an unsigned plugin, for policies that require no signature. The copy is as read-only, and proves nothing. */
export async function snapshotPlugin({
  pluginPath,
  storeDir,
  signal,
}: SnapshotOptions): Promise<PluginSnapshot> {
  await using copy = await SnapshotAttempt.create(toLocalPath(storeDir), signal);
  await copy.scan(toLocalPath(pluginPath), undefined);
  return await copy.keep();
}

/** Whether `path` is `folder` or lies below it. */
function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/** One copy in the making. Disposing it removes what was not kept. */
class SnapshotAttempt implements AsyncDisposable {
  readonly #storeDir: string;
  readonly #signal: AbortSignal | undefined;
  readonly #temporary: string;
  #scan: PluginScan | undefined;
  #isWritten = false;

  private constructor(storeDir: string, signal: AbortSignal | undefined) {
    this.#storeDir = storeDir;
    this.#signal = signal;
    this.#temporary = temporaryPath(storeDir);
  }

  static async create(storeDir: string, signal: AbortSignal | undefined): Promise<SnapshotAttempt> {
    signal?.throwIfAborted();
    try {
      await mkdir(storeDir, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new SignatureError(`the snapshot folder "${storeDir}" cannot be made`, {}, { cause });
    }
    return new SnapshotAttempt(storeDir, signal);
  }

  get isScanned(): boolean {
    return this.#scan !== undefined;
  }

  /** Hashes `source`, and writes what it hashes unless a sound copy of the expected content is there already. */
  async scan(source: string, expectedDigest: string | undefined): Promise<PluginScan> {
    if (isInside(this.#storeDir, source)) {
      throw new SignatureError(
        `the snapshot folder "${this.#storeDir}" lies inside the plugin: choose another`,
      );
    }
    const isThere = expectedDigest !== undefined && (await this.#isSound(expectedDigest));
    this.#scan = isThere ? await scanPlugin(source, { signal: this.#signal }) : await this.#copy(source);
    return this.#scan;
  }

  /** Puts the copy under its name, and answers it. */
  async keep(): Promise<PluginSnapshot> {
    if (this.#scan === undefined) throw new SignatureError('nothing was read that could be kept');
    const { pluginHash: digest, packageJson, files } = this.#scan;
    if (this.#isWritten) await this.#publish(digest);
    const path = join(this.#storeDir, digest);
    const now = new Date();
    // The time of last use, for pruning by age.
    await utimes(path, now, now).catch(() => undefined);
    return Object.freeze({
      path,
      digest,
      manifest: Object.freeze({ ...readPluginFacts(packageJson), files }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeTree(this.#temporary);
  }

  async #copy(source: string): Promise<PluginScan> {
    await removeTree(this.#temporary);
    using writer = new SnapshotWriter(this.#temporary);
    const scan = await scanPlugin(source, { signal: this.#signal, sink: writer });
    writer.seal();
    this.#isWritten = true;
    return scan;
  }

  /** Renames the copy to its final name, unless another process was first with a sound one. */
  async #publish(digest: string): Promise<void> {
    const path = join(this.#storeDir, digest);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      try {
        await rename(this.#temporary, path);
        return;
      } catch (cause) {
        if (!TAKEN.has((cause as NodeJS.ErrnoException).code ?? '')) {
          throw new SignatureError(`the snapshot "${path}" cannot be put in place`, {}, { cause });
        }
      }
      if (await this.#isSound(digest)) return;
      // Damaged, by a crash or by hand: set aside, so that the next attempt finds the name free.
      const aside = temporaryPath(this.#storeDir);
      await rename(path, aside).catch(() => undefined);
      await removeTree(aside);
    }
    throw new SignatureError(`the snapshot "${path}" is damaged and cannot be replaced: delete it`);
  }

  /** Whether a copy of that content is there, judged by reading it. */
  async #isSound(digest: string): Promise<boolean> {
    const path = join(this.#storeDir, digest);
    const kind = await lstat(path).catch(() => undefined);
    if (kind?.isDirectory() !== true) return false;
    try {
      return (await scanPlugin(path, { signal: this.#signal })).pluginHash === digest;
    } catch (cause) {
      this.#signal?.throwIfAborted();
      if (cause instanceof SignatureError) return false;
      throw cause;
    }
  }
}
