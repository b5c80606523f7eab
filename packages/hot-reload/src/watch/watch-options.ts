import { resolve } from 'node:path';
import { type FilePath, ReloadStrategy, filePathToString } from '@truthound/protocols';
import { type Judge, duration, oneOf, optional, resolveOptions, signal } from '../option-checks.ts';
import type { IgnoredPath } from './ignored-paths.ts';

/** What to watch, and what to do when it changes. */
export interface WatchOptions {
  readonly pluginId: string;
  /** The plugin's folder, or its only file. It must exist. */
  readonly pluginPath: FilePath;
  /** Whether changes reload the plugin; otherwise they are only told. @defaultValue true */
  readonly autoReload?: boolean;
  /** @defaultValue the manager's `defaultStrategy` */
  readonly strategy?: ReloadStrategy;
  /** How long all must be quiet before changes count, in milliseconds. @defaultValue 100 */
  readonly debounceMs?: number;
  /**
   * What to pass over, beside `.git` and editors' temporary files: paths, relative to the plugin or absolute,
   * with all below them, or judgements on relative paths. Name here what the host itself writes into the
   * folder, such as a snapshot store. A signature file is better watched: signing completes an update.
   */
  readonly ignored?: readonly IgnoredPath[];
  /** Gives up opening the watch; it does not end one that is open. */
  readonly signal?: AbortSignal;
}

/** The options with every default filled in and the path made absolute. */
export interface WatchSettings {
  readonly pluginId: string;
  readonly path: string;
  readonly autoReload: boolean;
  readonly strategy: ReloadStrategy | undefined;
  readonly debounceMs: number;
  readonly ignored: readonly IgnoredPath[];
  readonly signal: AbortSignal | undefined;
}

const text: Judge = (value) =>
  typeof value === 'string' && value !== '' ? undefined : { problem: `must be a text, not ${String(value)}` };

const path: Judge = (value) =>
  (typeof value === 'string' && value !== '') || (value instanceof URL && value.protocol === 'file:')
    ? undefined
    : { problem: `must be a path or a file: URL, not ${String(value)}` };

const flag: Judge = (value) =>
  typeof value === 'boolean' ? undefined : { problem: `must be true or false, not ${String(value)}` };

const ignoredPaths: Judge = (value) => {
  if (!Array.isArray(value)) return { problem: 'must be a list of paths and functions' };
  const wrong = value.findIndex((each) => typeof each !== 'function' && path(each) !== undefined);
  return wrong < 0 ? undefined : { problem: `must hold paths and functions, which entry ${wrong} is not` };
};

const JUDGES: Readonly<Record<keyof WatchOptions, Judge>> = {
  pluginId: text,
  pluginPath: path,
  autoReload: flag,
  strategy: optional(oneOf(Object.values(ReloadStrategy))),
  debounceMs: duration(0),
  ignored: ignoredPaths,
  signal: optional(signal),
};

const DEFAULTS = { autoReload: true, debounceMs: 100, ignored: [] } satisfies Partial<WatchOptions>;

/** @throws ValidationError that lists every fault. */
export function resolveWatchOptions(options: WatchOptions): WatchSettings {
  type Complete = WatchOptions & Required<Pick<WatchOptions, keyof typeof DEFAULTS>>;
  const complete = resolveOptions<Complete>('watch options', JUDGES, DEFAULTS, options);
  const { pluginId, pluginPath, autoReload, strategy, debounceMs, ignored } = complete;
  return {
    pluginId,
    autoReload,
    strategy,
    debounceMs,
    ignored,
    signal: complete.signal,
    path: resolve(filePathToString(pluginPath)),
  };
}
