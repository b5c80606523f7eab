/**
 * Notices that something happens to files below a path: chokidar behind an interface of our own.
 *
 * chokidar tells changes apart by size, modification time and inode, and drops what follows closely with
 * the same three. So its raw events count as well; they only say "look here", and `FileTracker` judges. Its
 * own handling of editors' atomic saves is off: the net effect after a quiet time is what counts.
 *
 * @module
 */
import type { Stats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { type WatchedFile, isInside } from './ignored-paths.ts';

/** Told about a tree. `onSeen` is for files found by the first look, `onStirred` for all that happens after. */
export interface TreeListener {
  onSeen(path: string, stats: Stats): void;
  /** @param path `undefined` when the system lost track of what changed. */
  onStirred(path: string | undefined): void;
  onError(error: unknown): void;
}

/** What is watched. */
export interface TreeWatchOptions {
  /** A directory or a file; absolute; it must exist. */
  readonly path: string;
  isIgnored(file: WatchedFile): boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A running watch. */
export interface TreeWatcher {
  close(): Promise<void>;
}

/** Opens a watch; tests put their own in its place. */
export type OpenTreeWatcher = (options: TreeWatchOptions, listener: TreeListener) => Promise<TreeWatcher>;

/**
 * Watches a path, below directories all files. Resolves when everything there is known and watched.
 * @throws what the file system says about the path; the reason of `signal`.
 */
export const openTreeWatcher: OpenTreeWatcher = async (options, listener) => {
  const tree = new ChokidarTree(options, listener, await realpath(options.path));
  try {
    await tree.ready(options.signal);
  } catch (error) {
    await tree.close();
    throw error;
  }
  return tree;
};

class ChokidarTree implements TreeWatcher {
  readonly #watcher: FSWatcher;
  readonly #options: TreeWatchOptions;
  readonly #listener: TreeListener;
  /** The path itself, and where it really lies, now and before. */
  readonly #roots: Set<string>;
  #isReady = false;

  constructor(options: TreeWatchOptions, listener: TreeListener, root: string) {
    this.#options = options;
    this.#listener = listener;
    // Where the path is a link, the link is watched too: deployments replace a version by pointing it elsewhere.
    this.#roots = new Set([root, options.path]);
    this.#watcher = watch([...this.#roots], {
      followSymlinks: false,
      atomic: false,
      alwaysStat: true,
      ignored: (file) => this.#isIgnored(file),
    });
    this.#watcher.on('all', (event, file, stats) => {
      this.#onEvent(event, file, stats);
    });
    this.#watcher.on('raw', (_event, relativePath, details) => {
      this.#onRawEvent(relativePath, details);
    });
    this.#watcher.on('error', (error) => {
      listener.onError(error);
    });
  }

  ready(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#watcher.once('ready', () => {
        this.#isReady = true;
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    await this.#watcher.close();
  }

  #isIgnored(path: string): boolean {
    for (const root of this.#roots) {
      if (isInside(path, root)) return this.#options.isIgnored({ path, relativePath: relative(root, path) });
    }
    return false;
  }

  #onEvent(event: string, file: string, stats: Stats | undefined): void {
    if (event === 'addDir' || event === 'unlinkDir') return;
    if (!this.#isReady && event === 'add' && stats !== undefined) this.#listener.onSeen(file, stats);
    else this.#listener.onStirred(file);
    if (this.#isReady && file === this.#options.path) this.#followLink();
  }

  #onRawEvent(relativePath: unknown, details: unknown): void {
    const watched: unknown =
      typeof details === 'object' && details !== null ? Reflect.get(details, 'watchedPath') : undefined;
    if (typeof watched !== 'string' || typeof relativePath !== 'string') {
      this.#listener.onStirred(undefined);
      return;
    }
    const path = resolve(watched, relativePath);
    // The folder above a watched file, or above a link, stirs for its other files as well.
    const isOurs = [...this.#roots].some((root) => isInside(path, root));
    if (isOurs && !this.#isIgnored(path)) this.#listener.onStirred(path);
  }

  /** The path may point elsewhere now: what lies there is watched from here on. */
  #followLink(): void {
    realpath(this.#options.path).then(
      (root) => {
        if (this.#watcher.closed || this.#roots.has(root)) return;
        this.#roots.add(root);
        this.#watcher.add(root);
      },
      (error: unknown) => {
        this.#listener.onError(error);
      },
    );
  }
}
