import {
  CertificateExpiredError,
  CertificateRevokedError,
  type SecurityError,
  SignatureExpiredError,
  type SignatureInfo as SignatureInfoFields,
  TrustLevel,
  UntrustedSignerError,
  type VerificationVerdict,
} from '@truthound/protocols';
import type { ParsedCertificate } from '../certificates/parsed-certificate.ts';
import type { DsseEnvelope } from '../dsse-envelope.ts';
import type { PluginStatement } from '../plugin-statement.ts';
import type { PluginScan } from '../scan-plugin.ts';
import type { SigningKey } from '../signing-key.ts';
import type { TrustedTime } from '../timestamps/verify-timestamp.ts';

/** Where the key came from that a signature was checked with. */
export type KeySource = 'given' | 'store' | 'certificate';

/** One signature on its way through the steps. */
export interface Candidate {
  readonly info: SignatureInfoFields;
  /** Position among the signatures given, from 0. */
  readonly index: number;
  envelope: DsseEnvelope | undefined;
  /** Leaf first; parsed, and listed by digest in the statement. */
  certificates: readonly ParsedCertificate[];
  key: SigningKey | undefined;
  keySource: KeySource | undefined;
  /** Parsed from bytes whose signature is right; from unverified bytes only in a chain without a signature step. */
  statement: PluginStatement | undefined;
  /** When a trusted authority saw the signature, by its time-stamp. */
  trustedTime: TrustedTime | undefined;
  trustLevel: TrustLevel;
  /** Whether something beside the signature itself says that the certificate's key may be believed. */
  isAnchored: boolean;
}

/** What a step found wrong. */
export interface Finding {
  readonly error: SecurityError;
  readonly file?: string | undefined;
  readonly expected?: string | undefined;
  readonly seen?: string | undefined;
  readonly remedy?: string | undefined;
}

/** The state of one verification. Made anew for each, so that nothing is carried over. */
export class VerificationRun {
  readonly pluginPath: string;
  readonly now: Date;
  readonly context: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
  readonly candidates: readonly Candidate[];
  readonly warnings: string[] = [];
  /** Ends the verification: the plugin is not what was signed, or a signature is false. */
  readonly failures: Finding[] = [];
  /** Why single signatures do not count. */
  readonly rejections: Map<Candidate, Finding> = new Map<Candidate, Finding>();
  /** The level that a signer needs. */
  requiredTrustLevel: TrustLevel = TrustLevel.VERIFIED;
  readonly #scan: () => Promise<PluginScan>;
  #scanned: Promise<PluginScan> | undefined;

  constructor(facts: {
    readonly pluginPath: string;
    readonly now: Date;
    readonly context: Readonly<Record<string, unknown>>;
    readonly signal: AbortSignal | undefined;
    readonly signatures: readonly SignatureInfoFields[];
    readonly scan: (run: VerificationRun) => Promise<PluginScan>;
  }) {
    this.pluginPath = facts.pluginPath;
    this.now = facts.now;
    this.context = facts.context;
    this.signal = facts.signal;
    this.#scan = () => facts.scan(this);
    this.candidates = facts.signatures.map((info, index) => ({
      info,
      index,
      envelope: undefined,
      certificates: [],
      key: undefined,
      keySource: undefined,
      statement: undefined,
      trustedTime: undefined,
      trustLevel: TrustLevel.UNKNOWN,
      isAnchored: false,
    }));
  }

  /** The signatures that still count. */
  get counting(): readonly Candidate[] {
    return this.candidates.filter((candidate) => !this.rejections.has(candidate));
  }

  /** Reads the plugin's files, once however many steps ask. */
  scan(): Promise<PluginScan> {
    this.#scanned ??= this.#scan();
    return this.#scanned;
  }

  /** What {@link scan} answered, for those who must not start it. */
  get scanned(): Promise<PluginScan> | undefined {
    return this.#scanned;
  }

  /** Takes a signature out of the count. The first reason stays. */
  reject(candidate: Candidate, finding: Finding): void {
    if (!this.rejections.has(candidate)) this.rejections.set(candidate, finding);
  }

  /** Ends the verification. */
  fail(finding: Finding): void {
    this.failures.push(finding);
  }
}

/** Strongest objection first. */
export const VERDICT_ORDER: readonly VerificationVerdict[] = Object.freeze([
  'error',
  'invalid',
  'revoked',
  'expired',
  'untrusted',
  'unsigned',
  'verified',
]);

/** The verdict that an error stands for. */
export function verdictOf(error: SecurityError): VerificationVerdict {
  if (error instanceof UntrustedSignerError) {
    return error.trustLevel === TrustLevel.REVOKED ? 'revoked' : 'untrusted';
  }
  if (error instanceof CertificateRevokedError) return 'revoked';
  if (error instanceof SignatureExpiredError || error instanceof CertificateExpiredError) return 'expired';
  if (error.code === 'ERR_SIGNATURE_MISSING') return 'unsigned';
  if (error.code === 'ERR_CERTIFICATE') return 'untrusted';
  return error.code === 'ERR_SIGNATURE' ? 'error' : 'invalid';
}

/** A step of a chain. */
export interface VerificationStep {
  readonly name: string;
  /** Looks at the run, rejects signatures or fails, and says in one sentence what it found in order. */
  check(run: VerificationRun): Promise<StepAnswer> | StepAnswer;
}

/** What a step says when it finds nothing wrong. */
export interface StepAnswer {
  readonly detail: string;
  readonly skipped?: boolean;
}

/** How a statement is called in messages. */
export function pluginIdOf(candidate: Candidate): string | undefined {
  return candidate.statement?.plugin.id ?? undefined;
}

/** When to judge the expiry of a signature and its certificates: when it was made, if somebody trusted attests that; else now. */
export function expiryTimeOf({ now }: VerificationRun, { trustedTime }: Candidate): Date {
  return trustedTime?.latest ?? now;
}

/** When a signature was made, for withdrawals with a cut-off: attested, or else as its signer says. */
export function signingTimeOf({ now }: VerificationRun, { trustedTime, statement }: Candidate): Date {
  return trustedTime?.latest ?? statement?.createdAt ?? now;
}
