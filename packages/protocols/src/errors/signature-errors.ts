import type { TrustLevel } from '../trust-level.ts';
import { SecurityError, type SecurityErrorFacts } from './security-error.ts';
import { type ErrorCode, brandErrorClass } from './truthound-error.ts';

/** What every {@link SignatureError} may say. */
export interface SignatureErrorFacts extends SecurityErrorFacts {
  readonly signerId?: string | undefined;
}

function pluginName(pluginId: string | undefined): string {
  return pluginId === undefined ? 'the plugin' : `plugin "${pluginId}"`;
}

/** A plugin could not be signed, or its signatures do not say what the policy asks. Parent of the specific ones. */
export class SignatureError extends SecurityError {
  static {
    brandErrorClass(this, 'SignatureError');
  }

  readonly code: ErrorCode = 'ERR_SIGNATURE';
  readonly signerId: string | undefined;

  constructor(message: string, facts: SignatureErrorFacts = {}, options?: ErrorOptions) {
    super(message, facts, options);
    this.signerId = facts.signerId;
  }
}

/** The signature was made for a time that is over, or is older than the policy allows. */
export class SignatureExpiredError extends SignatureError {
  static {
    brandErrorClass(this, 'SignatureExpiredError');
  }

  override readonly code: ErrorCode = 'ERR_SIGNATURE_EXPIRED';
  readonly expiredAt: Date;
  readonly signedAt: Date | undefined;

  constructor(
    facts: SignatureErrorFacts & {
      readonly expiredAt: Date;
      readonly signedAt?: Date | undefined;
      readonly reason?: string;
    },
    options?: ErrorOptions,
  ) {
    const signed = facts.signedAt === undefined ? '' : ` (made at ${facts.signedAt.toISOString()})`;
    const reason = facts.reason === undefined ? '' : `, ${facts.reason}`;
    super(
      `the signature of ${pluginName(facts.pluginId)}${signed} expired at ${facts.expiredAt.toISOString()}${reason}: ask its signer for a new one`,
      facts,
      options,
    );
    this.expiredAt = facts.expiredAt;
    this.signedAt = facts.signedAt;
  }
}

/** A file of the plugin is not the one that was signed: changed, missing, added, renamed or linked. */
export class SignatureTamperError extends SignatureError {
  static {
    brandErrorClass(this, 'SignatureTamperError');
  }

  override readonly code: ErrorCode = 'ERR_SIGNATURE_TAMPER';
  readonly expectedHash: string;
  readonly actualHash: string;
  /** The file concerned, relative to the plugin's folder; `undefined` when the whole is meant. */
  readonly file: string | undefined;

  constructor(
    facts: SignatureErrorFacts & {
      /** Hash in the signed statement; empty when the file is not in it. */
      readonly expectedHash: string;
      /** Hash of what is on disk; empty when nothing is. */
      readonly actualHash: string;
      readonly file?: string | undefined;
      /** What happened, e.g. "was changed after signing". */
      readonly problem: string;
    },
    options?: ErrorOptions,
  ) {
    const subject =
      facts.file === undefined
        ? pluginName(facts.pluginId)
        : `${pluginName(facts.pluginId)}: file "${facts.file}"`;
    super(`${subject} ${facts.problem}`, facts, options);
    this.expectedHash = facts.expectedHash;
    this.actualHash = facts.actualHash;
    this.file = facts.file;
  }
}

/** The signature is right, but its signer is not trusted enough. */
export class UntrustedSignerError extends SignatureError {
  static {
    brandErrorClass(this, 'UntrustedSignerError');
  }

  override readonly code: ErrorCode = 'ERR_SIGNER_UNTRUSTED';
  readonly trustLevel: TrustLevel;
  readonly requiredTrustLevel: TrustLevel;

  constructor(
    facts: SignatureErrorFacts & {
      readonly trustLevel: TrustLevel;
      readonly requiredTrustLevel: TrustLevel;
      readonly reason?: string;
    },
    options?: ErrorOptions,
  ) {
    const signer = facts.signerId === undefined ? 'an unknown signer' : `signer "${facts.signerId}"`;
    super(
      `${pluginName(facts.pluginId)} is signed by ${signer}, whose trust level is "${facts.trustLevel}" where ` +
        `"${facts.requiredTrustLevel}" is required${facts.reason === undefined ? '' : `: ${facts.reason}`}`,
      facts,
      options,
    );
    this.trustLevel = facts.trustLevel;
    this.requiredTrustLevel = facts.requiredTrustLevel;
  }
}

/** The signature bytes do not fit the signed bytes, the key or the algorithm; or the envelope is malformed. */
export class InvalidSignatureError extends SignatureError {
  static {
    brandErrorClass(this, 'InvalidSignatureError');
  }

  override readonly code: ErrorCode = 'ERR_SIGNATURE_INVALID';
  readonly algorithm: string;

  constructor(
    facts: SignatureErrorFacts & { readonly algorithm: string; readonly reason: string },
    options?: ErrorOptions,
  ) {
    super(`the signature of ${pluginName(facts.pluginId)} is not valid: ${facts.reason}`, facts, options);
    this.algorithm = facts.algorithm;
  }
}
