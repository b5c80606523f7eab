import { type ErrorCode, SecurityError, brandErrorClass } from '@truthound/protocols';

/** A plugin is not what the lock file records, and the configuration is frozen. */
export class LockDriftError extends SecurityError {
  static {
    brandErrorClass(this, 'LockDriftError');
  }

  override readonly code: ErrorCode = 'ERR_LOCK_DRIFT';
  /** In what it differs, one sentence each. */
  readonly drifts: readonly string[];

  constructor(
    facts: { readonly pluginId: string; readonly lockPath: string; readonly drifts: readonly string[] },
    options?: ErrorOptions,
  ) {
    super(
      `plugin "${facts.pluginId}" is not as ${facts.lockPath} records it: ${facts.drifts.join('; ')}; review the change and lock again`,
      { pluginId: facts.pluginId },
      options,
    );
    this.drifts = Object.freeze([...facts.drifts]);
  }
}
