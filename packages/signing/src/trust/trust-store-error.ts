import { type ErrorCode, SecurityError, brandErrorClass } from '@truthound/protocols';

/** The trust store's file cannot be read or written, or a change to it is refused. The file is left as it was. */
export class TrustStoreError extends SecurityError {
  static {
    brandErrorClass(this, 'TrustStoreError');
  }

  readonly code: ErrorCode = 'ERR_TRUST_STORE';
  /** The file concerned; `undefined` for a store in memory. */
  readonly path: string | undefined;

  constructor(message: string, facts: { readonly path?: string | undefined } = {}, options?: ErrorOptions) {
    super(message, {}, options);
    this.path = facts.path;
  }
}
