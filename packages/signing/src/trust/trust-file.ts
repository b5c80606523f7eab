/**
 * The file of a trust store: read whole or refused, replaced whole or left alone, by one process at a time.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { deepFreeze } from '../deep-freeze.ts';
import { errorMessage } from '../error-message.ts';
import { type LockOptions, acquireLock } from './process-lock.ts';
import { EMPTY_TRUST, type TrustDocument, parseTrustDocument, trustDocumentText } from './trust-document.ts';
import { TrustIndex } from './trust-index.ts';
import { TrustStoreError } from './trust-store-error.ts';

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const OTHERS_MAY_WRITE = 0o022;

/** A trust document on disk. */
export class TrustFile {
  readonly #path: string;
  #fingerprint = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** The content if it changed since the last time it was asked for; a missing file is an empty store. @throws TrustStoreError */
  readIfChanged(): TrustIndex | undefined {
    const fingerprint = this.#readFingerprint();
    if (fingerprint === this.#fingerprint) return undefined;
    const index = fingerprint === 'absent' ? new TrustIndex(EMPTY_TRUST) : this.#read(toIndex);
    // Once it is usable: a file that is not must be refused each time, and not make way for what was known before.
    this.#fingerprint = fingerprint;
    return index;
  }

  /** Reads, changes and replaces the content while no other process does. @throws TrustStoreError */
  async update(
    change: (current: TrustDocument) => TrustDocument,
    options: LockOptions = {},
  ): Promise<TrustDocument> {
    await mkdir(dirname(this.#path), { recursive: true });
    const lock = await this.#lock(options);
    try {
      const current = this.#readFingerprint() === 'absent' ? EMPTY_TRUST : this.#read((document) => document);
      const changed = change(current);
      if (changed !== current) await this.#replace(trustDocumentText(changed));
      this.#fingerprint = this.#readFingerprint();
      return changed;
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  }

  async #lock(options: LockOptions): Promise<AsyncDisposable> {
    try {
      return await acquireLock(`${this.#path}.lock`, options);
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw new TrustStoreError(
        `the trust store "${this.#path}" cannot be locked`,
        { path: this.#path },
        { cause },
      );
    }
  }

  /** Changes with every replacement: a new file has a new inode number or a new time. */
  #readFingerprint(): string {
    const stats = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? 'absent' : `${stats.dev}:${stats.ino}:${stats.mtimeNs}:${stats.size}`;
  }

  #read<Content>(prepare: (document: TrustDocument) => Content): Content {
    try {
      return prepare(parseTrustDocument(this.#readText()));
    } catch (cause) {
      const reason = errorMessage(cause);
      throw new TrustStoreError(
        `the trust store "${this.#path}" ${reason}. It was left as it is: restore it from a backup, or move it away to start anew`,
        { path: this.#path },
        { cause },
      );
    }
  }

  #readText(): string {
    const descriptor = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor);
      const { mode, size } = stats;
      if (!stats.isFile()) throw new TypeError('is not a regular file');
      if (process.platform !== 'win32' && (mode & OTHERS_MAY_WRITE) !== 0) {
        throw new TypeError('can be written by other users (chmod 600 it)');
      }
      if (size > MAX_FILE_BYTES) throw new TypeError(`is larger than ${MAX_FILE_BYTES} bytes`);
      return readFileSync(descriptor, 'utf8');
    } finally {
      closeSync(descriptor);
    }
  }

  async #replace(text: string): Promise<void> {
    const folder = dirname(this.#path);
    await this.#sweep(folder);
    const temporary = join(folder, `.${basename(this.#path)}.${randomBytes(8).toString('hex')}.tmp`);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, this.#path);
      await syncFolder(folder);
    } catch (cause) {
      await rm(temporary, { force: true });
      throw new TrustStoreError(
        `the trust store "${this.#path}" cannot be written`,
        { path: this.#path },
        { cause },
      );
    }
  }

  /** Removes what killed processes left behind. Safe: only the holder of the lock has such a file. */
  async #sweep(folder: string): Promise<void> {
    const prefix = `.${basename(this.#path)}.`;
    for (const name of await readdir(folder)) {
      if (name.startsWith(prefix) && /^[0-9a-f]{16}\.tmp$/.test(name.slice(prefix.length))) {
        await rm(join(folder, name), { force: true });
      }
    }
  }
}

function toIndex(document: TrustDocument): TrustIndex {
  try {
    return new TrustIndex(deepFreeze(document));
  } catch (cause) {
    throw new TypeError(`is damaged: ${errorMessage(cause)}`, { cause });
  }
}

/** Makes the rename itself durable. Windows cannot open folders, and needs no such step. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
