import { SecurityError } from './security-error.ts';
import { type ErrorCode, brandErrorClass } from './truthound-error.ts';

/** What every {@link CertificateError} may say. */
export interface CertificateErrorFacts {
  readonly certId?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

function named(certId: string | undefined): string {
  return certId === undefined ? 'the certificate' : `certificate "${certId}"`;
}

/** A certificate, or the path from it to a trusted root, is not acceptable. Parent of the specific ones. */
export class CertificateError extends SecurityError {
  static {
    brandErrorClass(this, 'CertificateError');
  }

  readonly code: ErrorCode = 'ERR_CERTIFICATE';
  readonly certId: string | undefined;

  constructor(message: string, facts: CertificateErrorFacts = {}, options?: ErrorOptions) {
    super(message, { details: facts.details }, options);
    this.certId = facts.certId;
  }
}

/** The certificate's validity is over, or has not begun. */
export class CertificateExpiredError extends CertificateError {
  static {
    brandErrorClass(this, 'CertificateExpiredError');
  }

  override readonly code: ErrorCode = 'ERR_CERTIFICATE_EXPIRED';
  /** The end of its validity; the begin when it has not begun. */
  readonly expiredAt: Date;

  constructor(
    facts: CertificateErrorFacts & { readonly expiredAt: Date; readonly reason?: string },
    options?: ErrorOptions,
  ) {
    super(
      `${named(facts.certId)} ${facts.reason ?? `expired at ${facts.expiredAt.toISOString()}`}`,
      facts,
      options,
    );
    this.expiredAt = facts.expiredAt;
  }
}

/** The certificate was withdrawn. */
export class CertificateRevokedError extends CertificateError {
  static {
    brandErrorClass(this, 'CertificateRevokedError');
  }

  override readonly code: ErrorCode = 'ERR_CERTIFICATE_REVOKED';
  readonly revokedAt: Date;
  readonly reason: string;

  constructor(
    facts: CertificateErrorFacts & { readonly revokedAt: Date; readonly reason: string },
    options?: ErrorOptions,
  ) {
    super(
      `${named(facts.certId)} was revoked at ${facts.revokedAt.toISOString()}: ${facts.reason}`,
      facts,
      options,
    );
    this.revokedAt = facts.revokedAt;
    this.reason = facts.reason;
  }
}

/** No certificate of that id is known. */
export class CertificateNotFoundError extends CertificateError {
  static {
    brandErrorClass(this, 'CertificateNotFoundError');
  }

  override readonly code: ErrorCode = 'ERR_CERTIFICATE_NOT_FOUND';

  constructor(
    facts: CertificateErrorFacts & { readonly certId: string; readonly where?: string },
    options?: ErrorOptions,
  ) {
    super(`${named(facts.certId)} is not in ${facts.where ?? 'the trust store'}`, facts, options);
  }
}

/** The bytes are not a well-formed certificate, or one that must not be used for this purpose. */
export class InvalidCertificateError extends CertificateError {
  static {
    brandErrorClass(this, 'InvalidCertificateError');
  }

  override readonly code: ErrorCode = 'ERR_CERTIFICATE_INVALID';
  readonly parseError: string;

  constructor(facts: CertificateErrorFacts & { readonly parseError: string }, options?: ErrorOptions) {
    super(`${named(facts.certId)} is not valid: ${facts.parseError}`, facts, options);
    this.parseError = facts.parseError;
  }
}
