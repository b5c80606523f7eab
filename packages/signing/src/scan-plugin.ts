/**
 * Reads a plugin once: every file's path, size, mode and SHA-256.
 *
 * Reading is synchronous in slices of a few milliseconds: for many small files that is several times faster than one promise
 * per file, and the event loop still gets its turn. Links and special files are refused, not followed or skipped; each file is
 * opened without following links and judged by its descriptor, so a swap after the listing changes nothing. Every
 * chunk can be passed on to a sink, so a copy consists of the very bytes that were hashed.
 *
 * @module
 */
import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SignatureError, SignatureTamperError, type SignedFile } from '@truthound/protocols';
import { MAX_FILES, SIGNATURE_FILE, comparePaths, findCollision, findPathFault } from './file-names.ts';
import { canonicalFileList } from './plugin-statement.ts';

/** Receives the bytes of each file while they are hashed. */
export interface ScanSink {
  begin(file: { readonly path: string; readonly executable: boolean }): void;
  write(chunk: Uint8Array): void;
  end(): void;
}

/** What {@link scanPlugin} found. */
export interface PluginScan {
  /** In the order of their paths' UTF-8 bytes. */
  readonly files: readonly SignedFile[];
  /** SHA-256 of the canonical list of files, lower-case hex. */
  readonly pluginHash: string;
  /** The bytes of the `package.json` at the root, where there is one. */
  readonly packageJson: Uint8Array | undefined;
}

/** How to scan. */
export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  readonly sink?: ScanSink | undefined;
}

const CHUNK_BYTES = 1024 * 1024;
const MAX_PACKAGE_JSON_BYTES = 1024 * 1024;
/** Longest time without giving the event loop its turn. */
const SLICE_MS = 8;
const SPECIAL_MODE_BITS = 0o7000;
/** O_NONBLOCK: opening a pipe that nobody writes to must not wait. Windows has neither flag; undefined counts as 0. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Scans the folder `root`, or the single file `root`.
 *
 * @throws SignatureError when there is nothing to read; {@link SignatureTamperError} for what a plugin must not contain, naming the file.
 */
export async function scanPlugin(root: string, options: ScanOptions = {}): Promise<PluginScan> {
  const scan = new Scan(options);
  const entries = await scan.list(root);
  // Sorted before reading, so that the copy, the list and every message come in the same order everywhere.
  entries.sort((a, b) => comparePaths(a.path, b.path));
  const collision = findCollision(entries.map(({ path }) => path));
  if (collision !== undefined) {
    throw refusal(
      collision[1],
      `differs from ${JSON.stringify(collision[0])} only in case: some systems take them for one file`,
    );
  }
  for (const entry of entries) await scan.read(entry.location, entry.path);
  return scan.finish();
}

interface Entry {
  readonly path: string;
  readonly location: string;
}

function refusal(file: string, problem: string): SignatureTamperError {
  return new SignatureTamperError({ expectedHash: '', actualHash: '', file, problem });
}

function lstatOrRefuse(root: string): ReturnType<typeof lstatSync> & object {
  try {
    return lstatSync(root);
  } catch (cause) {
    throw new SignatureError(`there is no plugin at "${root}"`, {}, { cause });
  }
}

function nameOfSingleFile(root: string): string {
  const name = basename(root);
  const fault = findPathFault(name);
  if (fault !== undefined) throw refusal(name, `${fault}: rename it`);
  return name;
}

function assertUsableName(path: string): void {
  if (path.toLowerCase() === SIGNATURE_FILE)
    throw refusal(path, `is named like ${SIGNATURE_FILE}: rename it`);
  const fault = findPathFault(path);
  if (fault !== undefined) throw refusal(path, `${fault}: rename it`);
}

function describeKind(item: { isSymbolicLink(): boolean; isFIFO(): boolean; isSocket(): boolean }): string {
  if (item.isSymbolicLink()) return 'is a link';
  if (item.isFIFO()) return 'is a pipe';
  return item.isSocket() ? 'is a socket' : 'is a device';
}

class Scan {
  readonly #files: SignedFile[] = [];
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  readonly #sink: ScanSink | undefined;
  readonly #signal: AbortSignal | undefined;
  #packageJson: Uint8Array | undefined;
  #sliceStart = performance.now();

  constructor(options: ScanOptions) {
    this.#sink = options.sink;
    this.#signal = options.signal;
  }

  /** What there is to read. Refuses what a plugin must not contain. */
  async list(root: string): Promise<Entry[]> {
    const kind = lstatOrRefuse(root);
    if (kind.isFile()) return [{ path: nameOfSingleFile(root), location: root }];
    if (!kind.isDirectory()) {
      throw new SignatureError(
        `"${root}" is neither a folder nor a file: give the plugin's real path, not a link`,
      );
    }
    const entries: Entry[] = [];
    const folders = [''];
    for (const folder of folders) {
      await this.#yieldWhenDue();
      for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
        const path = folder === '' ? item.name : `${folder}/${item.name}`;
        if (path === SIGNATURE_FILE) continue;
        assertUsableName(path);
        if (item.isDirectory()) folders.push(path);
        else if (item.isFile()) entries.push({ path, location: join(root, path) });
        else throw refusal(path, `${describeKind(item)}: a plugin holds regular files and folders only`);
      }
      if (entries.length > MAX_FILES || folders.length > MAX_FILES) {
        throw new SignatureError(
          `the plugin has more than ${MAX_FILES} files or folders: bundle it, or leave some out`,
        );
      }
    }
    return entries;
  }

  async read(location: string, path: string): Promise<void> {
    await this.#yieldWhenDue();
    const descriptor = openFile(location, path);
    try {
      const before = fstatSync(descriptor);
      if (!before.isFile()) throw refusal(path, 'is not a regular file');
      if ((before.mode & SPECIAL_MODE_BITS) !== 0) {
        throw refusal(path, 'has the set-user-id, set-group-id or sticky bit: remove it');
      }
      const executable = (before.mode & 0o111) !== 0;
      this.#sink?.begin({ path, executable });
      const { size, sha256 } =
        before.size < CHUNK_BYTES
          ? this.#readSmall(descriptor, path, before.size)
          : await this.#readLarge(descriptor);
      this.#sink?.end();
      if (size !== before.size) throw refusal(path, 'changed while it was read');
      this.#files.push(Object.freeze({ path, size, executable, sha256 }));
    } finally {
      closeSync(descriptor);
    }
  }

  finish(): PluginScan {
    this.#signal?.throwIfAborted();
    const files = Object.freeze(this.#files);
    const pluginHash = hash('sha256', canonicalFileList(files), 'hex');
    return Object.freeze({ files, pluginHash, packageJson: this.#packageJson });
  }

  /** One read: the buffer is larger than the file, so what comes back is all of it, unless the file shrank or grew meanwhile. */
  #readSmall(descriptor: number, path: string, expectedSize: number): { size: number; sha256: string } {
    let size = 0;
    do {
      const count = readSync(descriptor, this.#buffer, size, CHUNK_BYTES - size, null);
      if (count === 0) break;
      size += count;
    } while (size < expectedSize);
    const bytes = this.#buffer.subarray(0, size);
    if (path === 'package.json' && size <= MAX_PACKAGE_JSON_BYTES) this.#packageJson = Uint8Array.from(bytes);
    this.#sink?.write(bytes);
    return { size, sha256: hash('sha256', bytes, 'hex') };
  }

  async #readLarge(descriptor: number): Promise<{ size: number; sha256: string }> {
    const digest = createHash('sha256');
    let size = 0;
    for (;;) {
      const count = readSync(descriptor, this.#buffer, 0, CHUNK_BYTES, null);
      if (count === 0) return { size, sha256: digest.digest('hex') };
      const chunk = this.#buffer.subarray(0, count);
      digest.update(chunk);
      this.#sink?.write(chunk);
      size += count;
      await this.#yieldWhenDue();
    }
  }

  async #yieldWhenDue(): Promise<void> {
    if (performance.now() - this.#sliceStart < SLICE_MS) return;
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#sliceStart = performance.now();
  }
}

function openFile(location: string, path: string): number {
  try {
    return openSync(location, OPEN_FLAGS);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ELOOP') throw refusal(path, 'is a link: a plugin holds regular files and folders only');
    throw new SignatureError(`the file "${path}" cannot be read (${code})`, {}, { cause });
  }
}
