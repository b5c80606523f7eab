/**
 * Lets a change of trust reach what runs already.
 *
 * A plugin is verified when it is loaded; a key that is revoked afterwards must not leave it running. So every change
 * of the trust store verifies the loaded plugins again, from the signatures and the snapshot that they were loaded from.
 *
 * @module
 */
import {
  LifecycleEvent,
  type LifecycleController,
  type TrustStore,
  type Unsubscribe,
} from '@truthound/protocols';
import type { PluginVerifier, PreparedVersion } from '../loading/prepared-version.ts';
import type { PluginDirectory } from '../plugin-directory.ts';
import { toError } from '../to-error.ts';

/** What the watch needs of the manager. */
export interface RevocationParts {
  readonly trustStore: TrustStore;
  readonly verifier: PluginVerifier;
  readonly directory: PluginDirectory;
  readonly lifecycle: LifecycleController;
  /** Milliseconds between looks at the trust store's file; 0 for none. */
  readonly intervalMs: number;
  readonly stop: (pluginId: string, version: string, error: Error) => Promise<void>;
  readonly warn: (pluginId: string, error: Error) => void;
}

/** A trust store that tells of changes. */
interface ChangingStore {
  on(event: 'change', handler: () => void): Unsubscribe;
}

/** A trust store whose content may be changed by other processes. */
interface SharedStore {
  refresh(): void;
}

const has = <Shape extends object>(store: object, name: keyof Shape & string): store is Shape =>
  typeof (store as Record<string, unknown>)[name] === 'function';

export class RevocationWatch implements AsyncDisposable {
  readonly #parts: RevocationParts;
  readonly #subscriptions: Unsubscribe[] = [];
  readonly #timer: NodeJS.Timeout | undefined;
  #changedAt: number | undefined;
  #isAgain = false;
  #running: Promise<void> | undefined;
  #isDisposed = false;

  constructor(parts: RevocationParts) {
    this.#parts = parts;
    const { trustStore, lifecycle, intervalMs } = parts;
    if (!has<ChangingStore>(trustStore, 'on') || parts.verifier.verifyAgain === undefined) return;
    this.#subscriptions.push(
      trustStore.on('change', () => {
        this.#changedAt = Date.now();
        this.check().catch(() => undefined);
      }),
      ...[LifecycleEvent.AFTER_LOAD, LifecycleEvent.ON_RELOAD].map((event) =>
        lifecycle.on(event, ({ id }) => {
          this.#checkLatecomer(id);
        }),
      ),
    );
    if (intervalMs > 0 && has<SharedStore>(trustStore, 'refresh'))
      this.#timer = setInterval(() => {
        this.#refresh(trustStore);
      }, intervalMs).unref();
  }

  /** Verifies every loaded plugin again and stops those that are trusted no more. Never rejects. */
  check(): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    if (this.#running !== undefined) {
      this.#isAgain = true;
      return this.#running;
    }
    this.#running = this.#checkUntilQuiet().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    clearInterval(this.#timer);
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    await this.#running;
  }

  async #checkUntilQuiet(): Promise<void> {
    for (this.#isAgain = true; this.#takeAgain();)
      for (const id of this.#parts.directory.ids) await this.#checkOne(id);
  }

  /** Whether another round was asked for since the last one began. */
  #takeAgain(): boolean {
    const isAgain = this.#isAgain;
    this.#isAgain = false;
    return isAgain;
  }

  async #checkOne(id: string): Promise<void> {
    const { directory, verifier, stop, warn } = this.#parts;
    for (const prepared of versionsOf(directory, id)) {
      const failure = await this.#verifyAgain(verifier, prepared);
      if (failure === undefined) continue;
      try {
        await stop(id, prepared.manifest.version, failure);
      } catch (error) {
        warn(id, toError(error));
      }
      return;
    }
  }

  async #verifyAgain(verifier: PluginVerifier, prepared: PreparedVersion): Promise<Error | undefined> {
    try {
      await verifier.verifyAgain?.(prepared);
      return undefined;
    } catch (error) {
      return toError(error);
    }
  }

  /** Was verified before the latest change, and is there only now. */
  #checkLatecomer(id: string): void {
    const changedAt = this.#changedAt;
    if (changedAt === undefined) return;
    const isLate = versionsOf(this.#parts.directory, id).some(
      ({ verification }) => verification !== undefined && verification.verifiedAt.getTime() <= changedAt,
    );
    if (isLate) this.check().catch(() => undefined);
  }

  #refresh(store: SharedStore): void {
    try {
      store.refresh();
    } catch (error) {
      this.#parts.warn('', toError(error));
    }
  }
}

/** The signed versions of a plugin that run; two while it is reloaded. */
function versionsOf(directory: PluginDirectory, id: string): readonly PreparedVersion[] {
  if (!directory.has(id)) return [];
  const running = directory.recordOf(id).instances.map(({ prepared }) => prepared);
  return [...new Set(running)].filter(({ verification }) => verification !== undefined);
}
