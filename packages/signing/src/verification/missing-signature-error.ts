import { type ErrorCode, SignatureError, brandErrorClass } from '@truthound/protocols';

/** The plugin carries no signature at all. */
export class MissingSignatureError extends SignatureError {
  static {
    brandErrorClass(this, 'MissingSignatureError');
  }

  override readonly code: ErrorCode = 'ERR_SIGNATURE_MISSING';
}
