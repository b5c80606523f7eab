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
import { basename, join, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SignatureError, SignatureTamperError, type SignedFile } from '@truthound/protocols';
import {
  MAX_FILES,
  SIGNATURE_FILE,
  comparePaths,
  findCollision,
  findEntryFault,
  findPathFault,
} from './file-names.ts';
import { canonicalFileText } from './plugin-statement.ts';

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
/** Enough for nearly every file; a larger buffer is made for the first file that needs it. */
const SMALL_BYTES = 64 * 1024;
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
  sortByPath(entries);
  const collision = findCollision(entries.map(({ path }) => path));
  if (collision !== undefined) {
    throw refusal(
      collision[1],
      `differs from ${JSON.stringify(collision[0])} only in case: some systems take them for one file`,
    );
  }
  for (const entry of entries) {
    // Most files are read at once; a promise for each would cost as much as opening it.
    const rest = scan.isDue ? scan.yieldAndRead(entry) : scan.read(entry);
    if (rest !== undefined) await rest;
  }
  return scan.finish();
}

/** Code units order like UTF-8 bytes where there are no surrogates, and are compared many times as fast. */
function sortByPath(entries: Entry[]): void {
  const isPlain = entries.every(({ path }) => !SURROGATE.test(path));
  entries.sort(isPlain ? (a, b) => (a.path < b.path ? -1 : 1) : (a, b) => comparePaths(a.path, b.path));
}

const SURROGATE = /[\ud800-\udfff]/;

interface Entry {
  readonly path: string;
  readonly location: string;
}

/** A file that is being read; size and mode as they were when it was opened. */
interface OpenedFile {
  readonly descriptor: number;
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
}

function assertUsableKind(stats: { readonly mode: number; isFile(): boolean }, path: string): void {
  if (!stats.isFile()) throw refusal(path, 'is not a regular file');
  if ((stats.mode & SPECIAL_MODE_BITS) !== 0)
    throw refusal(path, 'has the set-user-id, set-group-id or sticky bit: remove it');
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

function assertUsableName(folder: string, name: string, path: string): void {
  if (folder === '' && path.toLowerCase() === SIGNATURE_FILE)
    throw refusal(path, `is named like ${SIGNATURE_FILE}: rename it`);
  const fault = findEntryFault(folder, name);
  if (fault !== undefined) throw refusal(path, `${fault}: rename it`);
}

function describeKind(item: { isSymbolicLink(): boolean; isFIFO(): boolean; isSocket(): boolean }): string {
  if (item.isSymbolicLink()) return 'is a link';
  if (item.isFIFO()) return 'is a pipe';
  return item.isSocket() ? 'is a socket' : 'is a device';
}

class Scan {
  readonly #files: SignedFile[] = [];
  #buffer = Buffer.allocUnsafeSlow(SMALL_BYTES);
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
    // Names are checked one by one, so that nothing has to be normalised a thousand times.
    const base = join(root, sep);
    const folders = [''];
    for (const folder of folders) {
      await this.#yieldWhenDue();
      for (const item of readdirSync(`${base}${folder}`, { withFileTypes: true })) {
        const path = folder === '' ? item.name : `${folder}/${item.name}`;
        if (path === SIGNATURE_FILE) continue;
        assertUsableName(folder, item.name, path);
        if (item.isDirectory()) folders.push(path);
        else if (item.isFile()) entries.push({ path, location: `${base}${path}` });
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

  /** Whether the event loop has waited long enough. */
  get isDue(): boolean {
    return performance.now() - this.#sliceStart >= SLICE_MS;
  }

  async yieldAndRead(entry: Entry): Promise<void> {
    await this.#yieldWhenDue();
    await this.read(entry);
  }

  /** Reads a file: a small one at once, a large one until the promise resolves. */
  read({ location, path }: Entry): Promise<void> | undefined {
    const descriptor = openFile(location, path);
    let isLarge = false;
    try {
      const stats = fstatSync(descriptor);
      assertUsableKind(stats, path);
      const { size, mode } = stats;
      const opened = { descriptor, path, size, executable: (mode & 0o111) !== 0 };
      this.#sink?.begin(opened);
      isLarge = size >= CHUNK_BYTES;
      if (size >= this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      if (isLarge) return this.#readLarge(opened);
      this.#readSmall(opened);
      return undefined;
    } finally {
      if (!isLarge) closeSync(descriptor);
    }
  }

  #record({ path, size, executable }: OpenedFile, seenSize: number, sha256: string): void {
    this.#sink?.end();
    if (seenSize !== size) throw refusal(path, 'changed while it was read');
    this.#files.push(Object.freeze({ path, size, executable, sha256 }));
  }

  finish(): PluginScan {
    this.#signal?.throwIfAborted();
    const files = Object.freeze(this.#files);
    const pluginHash = hash('sha256', canonicalFileText(files), 'hex');
    return Object.freeze({ files, pluginHash, packageJson: this.#packageJson });
  }

  /** One read: the buffer is larger than the file, so what comes back is all of it, unless the file shrank or grew meanwhile. */
  #readSmall(file: OpenedFile): void {
    const { descriptor, path } = file;
    let size = 0;
    do {
      const count = readSync(descriptor, this.#buffer, size, this.#buffer.length - size, null);
      if (count === 0) break;
      size += count;
    } while (size < file.size);
    const bytes = this.#buffer.subarray(0, size);
    if (path === 'package.json' && size <= MAX_PACKAGE_JSON_BYTES) this.#packageJson = Uint8Array.from(bytes);
    this.#sink?.write(bytes);
    this.#record(file, size, hash('sha256', bytes, 'hex'));
  }

  async #readLarge(file: OpenedFile): Promise<void> {
    try {
      const digest = createHash('sha256');
      let size = 0;
      for (;;) {
        const count = readSync(file.descriptor, this.#buffer, 0, CHUNK_BYTES, null);
        if (count === 0) break;
        const chunk = this.#buffer.subarray(0, count);
        digest.update(chunk);
        this.#sink?.write(chunk);
        size += count;
        await this.#yieldWhenDue();
      }
      this.#record(file, size, digest.digest('hex'));
    } finally {
      closeSync(file.descriptor);
    }
  }

  async #yieldWhenDue(): Promise<void> {
    if (!this.isDue) return;
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
