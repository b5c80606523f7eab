import {
  PluginNotFoundError,
  ReloadError,
  type ReloadResult,
  type ReloadStrategy,
} from '@truthound/protocols';

/** Where a reload can fail; `step` of {@link ReloadError}. */
export type ReloadStep =
  'prepare' | 'permissions' | 'start' | 'health' | 'state' | 'switch' | 'bake' | 'lifecycle' | 'aborted';

/** The text of whatever was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** As {@link describeError}, without what every `ReloadError` begins with: for use inside of another one. */
export function describeReason(error: unknown): string {
  const text = describeError(error);
  return error instanceof ReloadError
    ? text.replace(/^plugin "[^"]*" was not reloaded \([a-z]+\): /, '')
    : text;
}

/** What is known about one reload while it goes on, and the result and the errors made of it. */
export class ReloadAttempt {
  readonly pluginId: string;
  readonly strategy: ReloadStrategy;
  previousVersion: string = '';
  newVersion: string | undefined;
  isRolledBack: boolean = false;
  /** An instance that serves lives on without its state. */
  isBroken: boolean = false;
  drained: number = 0;
  aborted: number = 0;

  constructor(pluginId: string, strategy: ReloadStrategy) {
    this.pluginId = pluginId;
    this.strategy = strategy;
  }

  error(step: ReloadStep | 'interrupted', reason: string, options?: ErrorOptions): ReloadError {
    const { pluginId, newVersion } = this;
    const previousVersion = this.previousVersion === '' ? undefined : this.previousVersion;
    return new ReloadError({ pluginId, step, reason, previousVersion, newVersion }, options);
  }

  /** What `cause` means for this reload: one of its own errors stays, all else becomes the cause of one. */
  failure(step: ReloadStep, cause: unknown): Error {
    const isOwn = cause instanceof ReloadError || cause instanceof PluginNotFoundError;
    return isOwn ? cause : this.error(step, describeError(cause), { cause });
  }

  /** @param error what the reload failed with; `undefined` for a success. */
  result(reloadTimeMs: number, error: Error | undefined): ReloadResult {
    return Object.freeze({
      success: error === undefined,
      pluginId: this.pluginId,
      strategy: this.strategy,
      reloadTimeMs,
      previousVersion: this.previousVersion,
      newVersion: this.newVersion,
      rolledBack: this.isRolledBack,
      drained: this.drained,
      aborted: this.aborted,
      error,
    });
  }
}
