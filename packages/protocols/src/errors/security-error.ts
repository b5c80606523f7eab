import { TruthoundError, brandErrorClass } from './truthound-error.ts';

/** What every {@link SecurityError} may say beside its message. */
export interface SecurityErrorFacts {
  /** The plugin concerned, where one is. */
  readonly pluginId?: string | undefined;
  /** Further facts, plain data. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Parent of everything that isolation, signing and trust refuse or report. */
export abstract class SecurityError extends TruthoundError {
  static {
    brandErrorClass(this, 'SecurityError');
  }

  readonly pluginId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, facts: SecurityErrorFacts = {}, options?: ErrorOptions) {
    super(message, options);
    this.pluginId = facts.pluginId;
    this.details = Object.freeze({ ...facts.details });
  }
}
