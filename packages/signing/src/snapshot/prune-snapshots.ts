import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilePath } from '@truthound/protocols';
import { toLocalPath } from '../local-path.ts';
import { TEMPORARY_PREFIX, temporaryPath } from './temporary-name.ts';
import { removeTree } from './remove-tree.ts';

/** What to delete from a snapshot folder. */
export interface PruneOptions {
  readonly storeDir: FilePath;
  /** Keep at most this many bytes, the most recently used first. @defaultValue no limit */
  readonly maxBytes?: number | undefined;
  /** Keep nothing that was not used for this long. @defaultValue no limit */
  readonly maxAgeMs?: number | undefined;
  /** Digests that stay whatever the limits say: those of loaded plugins. */
  readonly keep?: readonly string[] | undefined;
  readonly now?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Entry {
  readonly name: string;
  readonly lastUsedMs: number;
}

const DIGEST = /^[0-9a-f]{64}$/;
/** A copy that is being written is younger than this. */
const ABANDONED_MS = 60 * 60_000;

/**
 * Deletes snapshots that are too old or too many, and what killed processes left half-written. Answers the digests deleted.
 *
 * Only names that this package gives are touched. A process that still has a deleted snapshot loaded fails when it reads
 * further files: name it in `keep`.
 */
export async function pruneSnapshots(options: PruneOptions): Promise<readonly string[]> {
  const { maxBytes = Infinity, maxAgeMs = Infinity, keep = [], now = new Date(), signal } = options;
  const storeDir = toLocalPath(options.storeDir);
  const entries = await listEntries(storeDir);
  for (const { name, lastUsedMs } of entries) {
    const isAbandoned = name.startsWith(TEMPORARY_PREFIX) && now.getTime() - lastUsedMs > ABANDONED_MS;
    if (isAbandoned) await removeTree(join(storeDir, name));
  }
  const snapshots = entries
    .filter(({ name }) => DIGEST.test(name))
    .sort((a, b) => b.lastUsedMs - a.lastUsedMs);
  const deleted: string[] = [];
  let total = 0;
  for (const { name, lastUsedMs } of snapshots) {
    signal?.throwIfAborted();
    const path = join(storeDir, name);
    const size = maxBytes === Infinity ? 0 : await sizeOf(path);
    const isKept =
      keep.includes(name) || (now.getTime() - lastUsedMs <= maxAgeMs && total + size <= maxBytes);
    if (isKept) total += size;
    else {
      await deleteSnapshot(storeDir, path);
      deleted.push(name);
    }
  }
  return Object.freeze(deleted);
}

/** Under another name first, so that nobody finds half a snapshot. */
async function deleteSnapshot(storeDir: string, path: string): Promise<void> {
  const aside = temporaryPath(storeDir);
  await rename(path, aside);
  await removeTree(aside);
}

async function listEntries(storeDir: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const item of await readdir(storeDir, { withFileTypes: true }).catch(() => [])) {
    if (!item.isDirectory()) continue;
    const stats = await lstat(join(storeDir, item.name)).catch(() => undefined);
    if (stats !== undefined) entries.push({ name: item.name, lastUsedMs: stats.mtimeMs });
  }
  return entries;
}

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for (const item of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    size += item.isDirectory() ? await sizeOf(path) : (await lstat(path)).size;
  }
  return size;
}
