import type { SecurityError } from './errors/security-error.ts';
import type { FilePath } from './file-path.ts';
import type { SignatureAlgorithm } from './signature-algorithm.ts';
import type { TrustLevel } from './trust-level.ts';

/** One signature over one plugin. Every field but the signature and the chain comes from, and is covered by, the signed bytes. */
export interface SignatureInfo {
  readonly signerId: string;
  readonly algorithm: SignatureAlgorithm;
  /** The raw signature bytes. */
  readonly signature: Uint8Array;
  readonly timestamp: Date;
  /** `undefined`: does not expire by itself. */
  readonly expiresAt: Date | undefined;
  /** The signer's certificate first, then its issuers; PEM. */
  readonly certificateChain: readonly string[];
  /** What the signer said about the plugin, with `pluginHash` among it. */
  readonly metadata: Readonly<Record<string, unknown>> & { readonly pluginHash: string };
  /** As it stands in files; `SignatureInfo.parse` of `@truthound/signing` reads it back. */
  toJSON(): unknown;
}

/** The short answer of a verification. Only `verified` lets a plugin run. */
export type VerificationVerdict =
  'verified' | 'unsigned' | 'invalid' | 'untrusted' | 'expired' | 'revoked' | 'error';

/** One file of a plugin, as its signed statement lists it. */
export interface SignedFile {
  /** Relative to the plugin's root, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Whether it is marked executable. */
  readonly executable: boolean;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What one step of a verification found, so that the reader sees why. */
export interface VerificationStepReport {
  /** `integrity`, `expiration`, `signature`, `trust`, `chain`, `threshold`, or a custom handler's name. */
  readonly step: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
  /** The file concerned, where one is. */
  readonly file?: string | undefined;
  readonly expected?: string | undefined;
  readonly seen?: string | undefined;
  /** What would mend it: a command or an act. */
  readonly remedy?: string | undefined;
}

/** The answer of a verification. A plugin that fails is an answer, not an exception. */
export interface VerificationResult {
  readonly isValid: boolean;
  readonly verdict: VerificationVerdict;
  /** The level of the strongest signer whose signature counts. */
  readonly trustLevel: TrustLevel;
  /** That signer; `undefined` when no signature counts. */
  readonly signerId: string | undefined;
  /** Every distinct signer whose signature counts. */
  readonly signers: readonly {
    readonly signerId: string;
    readonly keyId: string;
    readonly trustLevel: TrustLevel;
  }[];
  readonly errors: readonly SecurityError[];
  readonly warnings: readonly string[];
  /** The files that the signed statement covers; empty when nothing was verified. */
  readonly files: readonly SignedFile[];
  readonly steps: readonly VerificationStepReport[];
  readonly verifiedAt: Date;
}

/** Signs plugins and checks single signatures. */
export interface SigningService {
  /** Signs every file below `pluginPath`. @throws SignatureError */
  sign(options: {
    readonly pluginPath: FilePath;
    readonly privateKey: string | Uint8Array;
    readonly certificate?: string | Uint8Array | undefined;
    readonly metadata?: Readonly<Record<string, unknown>> | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<SignatureInfo>;
  /** Checks one signature against the files as they are. Without `key` the trust store must know the signer. */
  verify(options: {
    readonly pluginPath: FilePath;
    readonly signature: SignatureInfo;
    readonly key?: string | Uint8Array | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<VerificationResult>;
  /** SHA-256, lower-case hex, of the canonical list of all files: the same on every machine. */
  getPluginHash(pluginPath: FilePath): Promise<string>;
}

/** A certificate of a trust store. */
export interface TrustedCertificate {
  readonly certId: string;
  readonly subject: string;
  readonly trustLevel: TrustLevel;
  readonly addedAt: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | undefined;
  readonly revocationReason: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What was withdrawn: a certificate, a key, or one plugin's bytes. */
export interface RevocationOptions {
  readonly certId?: string;
  /** Serial number of a certificate, hex. */
  readonly serial?: string;
  readonly keyId?: string;
  /** Plugin hash. */
  readonly digest?: string;
  readonly reason: string;
  /** Signatures made from this time on do not count; without it, none ever made. */
  readonly since?: Date;
}

/** Whom the host trusts. Answers that a check needs are synchronous; changes are written before they resolve. */
export interface TrustStore {
  /** @throws InvalidCertificateError, CertificateRevokedError */
  addTrustedCertificate(options: {
    readonly cert: string | Uint8Array;
    readonly trustLevel?: TrustLevel;
    readonly metadata?: Readonly<Record<string, unknown>>;
  }): Promise<string>;
  removeCertificate(certId: string): Promise<boolean>;
  revokeCertificate(options: RevocationOptions): Promise<boolean>;
  isTrusted(cert: string | Uint8Array): { readonly isTrusted: boolean; readonly trustLevel: TrustLevel };
  getTrustLevel(signerId: string): TrustLevel;
  setSignerTrust(signerId: string, trustLevel: TrustLevel): Promise<void>;
  /** Binds a key to a signer and, where given, to plugin ids (`csv-*`). Answers the key id. */
  addTrustedKey(options: {
    readonly key: string | Uint8Array;
    readonly signerId: string;
    readonly trustLevel?: TrustLevel;
    readonly pluginIds?: readonly string[];
  }): Promise<string>;
  listCertificates(): readonly TrustedCertificate[];
  listTrustedSigners(): readonly string[];
}

/** One step of a verification that a host adds to the chain. */
export interface VerificationHandler {
  /** Unique within a chain; appears in the report. */
  readonly name: string;
  /** Reports what it finds wrong; empty for nothing. */
  verify(subject: VerificationSubject): readonly SecurityError[] | Promise<readonly SecurityError[]>;
}

/** What a {@link VerificationHandler} may look at. */
export interface VerificationSubject {
  readonly pluginPath: string;
  readonly signatures: readonly SignatureInfo[];
  /** The signed statement, verified or not: what came before this step decides. */
  readonly statement: Readonly<Record<string, unknown>>;
  readonly files: readonly SignedFile[];
  readonly now: Date;
  /** What the caller gave to `verify`, for custom handlers. */
  readonly context: Readonly<Record<string, unknown>>;
}
