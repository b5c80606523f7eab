import type { PreparedVersion } from '../loading/prepared-version.ts';
import { toError } from '../to-error.ts';
import { findDrift } from './find-drift.ts';
import { LockDriftError } from './lock-drift-error.ts';
import { readLock, writeLock } from './lock-file.ts';
import { PluginLock, describeVersion } from './plugin-lock.ts';

/** A plugin that is not as the lock file records it. */
export interface LockDrift {
  readonly pluginId: string;
  readonly drifts: readonly string[];
}

/** The lock file of a manager. */
export class LockKeeper {
  readonly #path: string;
  readonly #ids: () => readonly string[];
  /** Verifies a plugin and reads its manifest; runs none of its code. */
  readonly #verify: (pluginId: string) => Promise<PreparedVersion>;

  constructor(
    path: string,
    ids: () => readonly string[],
    verify: (pluginId: string) => Promise<PreparedVersion>,
  ) {
    this.#path = path;
    this.#ids = ids;
    this.#verify = verify;
  }

  /** @throws LockDriftError, ValidationError for a lock file that is missing or not valid */
  async assertLocked(version: PreparedVersion): Promise<void> {
    const pluginId = version.manifest.id;
    const drifts = findDrift(entryOf(await readLock(this.#path), pluginId), describeVersion(version));
    if (drifts.length > 0) throw new LockDriftError({ pluginId, lockPath: this.#path, drifts });
  }

  /** Verifies every discovered plugin and records it. All or nothing. @throws what is wrong with a plugin */
  async write(): Promise<PluginLock> {
    const versions: PreparedVersion[] = [];
    const errors: Error[] = [];
    await Promise.all(
      this.#ids().map(async (id) => {
        try {
          versions.push(await this.#verify(id));
        } catch (cause) {
          errors.push(new Error(`plugin "${id}" cannot be locked: ${toError(cause).message}`, { cause }));
        }
      }),
    );
    if (errors.length > 1) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
    if (errors[0] !== undefined) throw errors[0];
    const lock = PluginLock.create(versions);
    await writeLock(this.#path, lock);
    return lock;
  }

  /** Compares every discovered plugin with the lock file. Empty when all is as recorded. @throws ValidationError */
  async check(): Promise<readonly LockDrift[]> {
    const lock = await readLock(this.#path);
    const ids = this.#ids();
    const found = await Promise.all(
      ids.map(async (pluginId) => ({ pluginId, drifts: await this.#compare(lock, pluginId) })),
    );
    const gone = Object.keys(lock.plugins)
      .filter((id) => !ids.includes(id))
      .map((pluginId) => ({ pluginId, drifts: ['it is locked and was not found'] }));
    return Object.freeze([...found.filter(({ drifts }) => drifts.length > 0), ...gone]);
  }

  async #compare(lock: PluginLock, pluginId: string): Promise<readonly string[]> {
    try {
      return findDrift(entryOf(lock, pluginId), describeVersion(await this.#verify(pluginId)));
    } catch (error) {
      return [toError(error).message];
    }
  }
}

function entryOf(lock: PluginLock, pluginId: string): PluginLock['plugins'][string] | undefined {
  return Object.hasOwn(lock.plugins, pluginId) ? lock.plugins[pluginId] : undefined;
}
