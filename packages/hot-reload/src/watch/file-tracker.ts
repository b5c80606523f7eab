import { lstat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { fingerprintOf } from './file-fingerprint.ts';

/** What happened to a file. A rename is a removal and an addition. */
export interface FileChange {
  /** Absolute. */
  readonly path: string;
  readonly type: 'added' | 'changed' | 'removed';
}

/** How many files are looked at side by side: enough to be quick, few enough to leave threads for others. */
const PARALLEL_LOOKS = 16;

/** Knows the files of a tree as they were last seen, and tells what became of those that may have changed. */
export class FileTracker {
  readonly #known = new Map<string, string>();
  readonly #suspects = new Set<string>();

  /** Notes a file as it is, without calling it a change. */
  learn(path: string, stats: Stats): void {
    this.#known.set(path, fingerprintOf(stats));
  }

  suspect(path: string): void {
    this.#suspects.add(path);
  }

  suspectAll(): void {
    for (const path of this.#known.keys()) this.#suspects.add(path);
  }

  /**
   * Looks at every suspect once. Files that are as they were, or came and went again, are no changes.
   * @throws what the file system says, except that a file is missing.
   */
  async findChanges(): Promise<readonly FileChange[]> {
    const suspects = [...this.#suspects];
    this.#suspects.clear();
    const changes: FileChange[] = [];
    for (let first = 0; first < suspects.length; first += PARALLEL_LOOKS) {
      const looks = suspects.slice(first, first + PARALLEL_LOOKS).map((path) => this.#lookAt(path));
      for (const change of await Promise.all(looks)) if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  async #lookAt(path: string): Promise<FileChange | undefined> {
    const before = this.#known.get(path);
    const now = await readFingerprint(path);
    if (now === before) return undefined;
    if (now === undefined) this.#known.delete(path);
    else this.#known.set(path, now);
    const type = before === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
    return Object.freeze({ path, type });
  }
}

/** `undefined` for a file that is not there; directories count as that: only their files matter. */
async function readFingerprint(path: string): Promise<string | undefined> {
  try {
    const stats = await lstat(path);
    return stats.isDirectory() ? undefined : fingerprintOf(stats);
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
