import { chmodSync, closeSync, fchmodSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ScanSink } from '../scan-plugin.ts';

const FOLDER_WHILE_WRITING = 0o700;
const FOLDER = 0o555;
const FILE = 0o444;
const EXECUTABLE = 0o555;

/** Writes what a scan reads to `folder`, read-only. */
export class SnapshotWriter implements ScanSink, Disposable {
  readonly #folder: string;
  readonly #made = new Set<string>();
  #descriptor: number | undefined;
  #mode = FILE;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { mode: FOLDER_WHILE_WRITING });
  }

  begin({ path, executable }: { readonly path: string; readonly executable: boolean }): void {
    const target = join(this.#folder, path);
    const parent = dirname(target);
    if (!this.#made.has(parent)) {
      mkdirSync(parent, { recursive: true, mode: FOLDER_WHILE_WRITING });
      this.#made.add(parent);
    }
    this.#mode = executable ? EXECUTABLE : FILE;
    this.#descriptor = openSync(target, 'wx', 0o600);
  }

  write(chunk: Uint8Array): void {
    if (this.#descriptor === undefined) return;
    for (let offset = 0; offset < chunk.length;) offset += writeSync(this.#descriptor, chunk, offset);
  }

  end(): void {
    if (this.#descriptor === undefined) return;
    // Not by open's mode: the umask would take bits away.
    fchmodSync(this.#descriptor, this.#mode);
    this[Symbol.dispose]();
  }

  /** Makes every folder read-only. Call once, after the last file. */
  seal(): void {
    sealFolder(this.#folder);
  }

  [Symbol.dispose](): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function sealFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) sealFolder(join(folder, entry.name));
  }
  chmodSync(folder, FOLDER);
}
