import {
  CertificateRevokedError,
  InvalidSignatureError,
  type SecurityError,
  SignatureError,
  type SignatureAlgorithm,
  TrustLevel,
  UntrustedSignerError,
} from '@truthound/protocols';
import type { SigningKey } from '../signing-key.ts';
import {
  type Candidate,
  type StepAnswer,
  type VerificationRun,
  type VerificationStep,
  expiryTimeOf,
  pluginIdOf,
  signingTimeOf,
} from './verification-run.ts';

/** What a trust store knows about a key. */
export interface TrustedKey {
  readonly key: SigningKey;
  readonly keyId: string;
  readonly signerId: string;
  readonly trustLevel: TrustLevel;
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Plugins that it may sign, with `*`; `undefined` for all. */
  readonly pluginIds: readonly string[] | undefined;
}

/** What may be withdrawn, about one signature. */
export interface RevocationSubject {
  readonly keyId?: string | undefined;
  readonly certificates?: readonly { readonly certId: string; readonly serial: string }[] | undefined;
  readonly digest?: string | undefined;
  readonly pluginId?: string | undefined;
  readonly version?: string | undefined;
  /** When the signature was made. */
  readonly signedAt: Date;
}

/** A withdrawal that covers a subject. */
export interface Revocation {
  readonly reason: string;
  readonly revokedAt: Date;
  /** What it was that was withdrawn, in words. */
  readonly subject: string;
  readonly certId: string | undefined;
}

/** What {@link TrustVerifier} asks of a trust store. `TrustStoreImpl` answers it. */
export interface SignerDirectory {
  findKey(keyId: string): TrustedKey | undefined;
  findRevocation(subject: RevocationSubject): Revocation | undefined;
  /** The level that was set for a signer by name; `undefined` when none was. */
  getSignerCap(signerId: string): TrustLevel | undefined;
  /** The highest sequence of a plugin that was accepted. */
  getSequence?(pluginId: string): number | undefined;
  /** When the next revocation list is due; `undefined` when there never was one. */
  readonly revocationsDueAt?: Date | undefined;
  /** Level of a certificate that is in the store itself and within its validity at `at`, by default now. */
  isTrusted(cert: Uint8Array, at?: Date): { readonly isTrusted: boolean; readonly trustLevel: TrustLevel };
}

/** How {@link TrustVerifier} judges. */
export interface TrustOptions {
  /** Least level that counts: `TRUSTED` for policies that require a trusted signer. @defaultValue VERIFIED */
  readonly requiredTrustLevel?: TrustLevel | undefined;
  /** Refuse a plugin whose sequence is below one that was accepted before. @defaultValue false */
  readonly refuseRollback?: boolean | undefined;
  /** Refuse every plugin while the newest revocation list is missing or overdue. @defaultValue false */
  readonly requireFreshRevocations?: boolean | undefined;
}

const STRENGTH: Readonly<Record<TrustLevel, number>> = { revoked: -1, unknown: 0, verified: 1, trusted: 2 };

/** The weaker of two levels. */
export function weakerLevel(a: TrustLevel, b: TrustLevel): TrustLevel {
  return STRENGTH[a] <= STRENGTH[b] ? a : b;
}

/** Whether `level` is at least `required`. */
export function isLevelEnough(level: TrustLevel, required: TrustLevel): boolean {
  return STRENGTH[level] >= STRENGTH[required];
}

/** Lets only signatures count whose key belongs to a known signer, who may sign this plugin and is not revoked. */
export class TrustVerifier implements VerificationStep {
  readonly name = 'trust';
  readonly directory: SignerDirectory;
  readonly requiredTrustLevel: TrustLevel;
  readonly #options: TrustOptions;

  /** @throws TypeError when `store` cannot answer */
  constructor(store: SignerDirectory, options: TrustOptions = {}) {
    if (typeof store.findKey !== 'function' || typeof store.findRevocation !== 'function') {
      throw new TypeError(
        'the trust step needs a TrustStoreImpl, or a store with findKey and findRevocation',
      );
    }
    this.directory = store;
    this.requiredTrustLevel = options.requiredTrustLevel ?? TrustLevel.VERIFIED;
    this.#options = { ...options };
  }

  check(run: VerificationRun): StepAnswer {
    if (this.#options.requireFreshRevocations === true) failOnStaleRevocations(run, this.directory);
    for (const candidate of run.counting) {
      if (candidate.statement === undefined) continue;
      if (rejectRevoked(run, candidate, this.directory)) continue;
      if (this.#options.refuseRollback === true && rejectRollback(run, candidate, this.directory)) continue;
      // A certificate that is in the store itself needs no path; any other waits for the chain step.
      if (candidate.keySource === 'certificate') anchorDirectly(run, candidate, this.directory);
      else this.#judgeKey(run, candidate);
    }
    const signers = run.counting.map(({ statement }) => statement?.signer.id ?? '');
    return { detail: `signed by ${signers.map((signer) => JSON.stringify(signer)).join(', ')}` };
  }

  #judgeKey(run: VerificationRun, candidate: Candidate): void {
    const { statement, key } = candidate;
    if (statement === undefined || key === undefined) return;
    const known = this.directory.findKey(key.keyId);
    if (known === undefined) {
      // The caller vouched for this key by handing it over.
      candidate.trustLevel = this.#capped(TrustLevel.VERIFIED, statement.signer.id);
    } else if (known.signerId !== statement.signer.id) {
      const reason = `its key belongs to "${known.signerId}"`;
      run.reject(candidate, {
        error: untrusted(run, candidate, TrustLevel.UNKNOWN, reason),
        expected: known.signerId,
      });
      return;
    } else if (!maySign(known.pluginIds, statement.plugin.id)) {
      const reason = `its key may sign ${known.pluginIds?.join(', ') ?? ''}, and not this plugin`;
      run.reject(candidate, { error: untrusted(run, candidate, TrustLevel.UNKNOWN, reason) });
      return;
    } else candidate.trustLevel = this.#capped(known.trustLevel, known.signerId);
    rejectWeak(run, candidate);
  }

  #capped(level: TrustLevel, signerId: string): TrustLevel {
    return weakerLevel(level, this.directory.getSignerCap(signerId) ?? level);
  }
}

/** Rejects a signature whose key, certificate, plugin or bytes were withdrawn; answers whether it did. */
export function rejectRevoked(
  run: VerificationRun,
  candidate: Candidate,
  directory: SignerDirectory,
): boolean {
  const { statement, key, certificates } = candidate;
  if (statement === undefined) return false;
  const revocation = directory.findRevocation({
    keyId: key?.keyId,
    certificates,
    digest: statement.pluginHash,
    pluginId: statement.plugin.id ?? undefined,
    version: statement.plugin.version ?? undefined,
    signedAt: signingTimeOf(run, candidate),
  });
  if (revocation === undefined) return false;
  const error = describeRevocation(run, candidate, revocation);
  const remedy = 'use a version that was signed with a key in force';
  run.reject(candidate, { error, remedy });
  return true;
}

/** The error for something withdrawn: about a certificate, or about a signer. */
export function describeRevocation(
  run: VerificationRun,
  candidate: Candidate,
  { reason, revokedAt, subject, certId }: Revocation,
): SecurityError {
  if (certId !== undefined) return new CertificateRevokedError({ certId, revokedAt, reason });
  const words = `${subject} was revoked at ${revokedAt.toISOString()}: ${reason}`;
  return untrusted(run, candidate, TrustLevel.REVOKED, words);
}

/** Accepts a signer's certificate that the store holds and that is in force; answers whether it did. */
export function anchorDirectly(
  run: VerificationRun,
  candidate: Candidate,
  directory: SignerDirectory,
): boolean {
  const [leaf] = candidate.certificates;
  const signerId = candidate.statement?.signer.id;
  if (leaf === undefined || signerId === undefined || leaf.subjectCommonName !== signerId) return false;
  const { isTrusted, trustLevel } = directory.isTrusted(leaf.der, expiryTimeOf(run, candidate));
  if (!isTrusted) return false;
  candidate.isAnchored = true;
  candidate.trustLevel = weakerLevel(trustLevel, directory.getSignerCap(signerId) ?? trustLevel);
  return true;
}

function rejectRollback(run: VerificationRun, candidate: Candidate, directory: SignerDirectory): boolean {
  const { plugin, sequence = 0, signer } = candidate.statement ?? {};
  const known = plugin?.id == null ? undefined : directory.getSequence?.(plugin.id);
  if (known === undefined || sequence >= known) return false;
  const reason = `it is older than a version that was accepted before (sequence ${sequence} after ${known})`;
  const facts = { pluginId: pluginIdOf(candidate), signerId: signer?.id, algorithm: signer?.algorithm ?? '' };
  const remedy = 'install the newer version, or have the older one signed again';
  run.reject(candidate, {
    error: new InvalidSignatureError({ ...facts, reason }),
    expected: String(known),
    seen: String(sequence),
    remedy,
  });
  return true;
}

function failOnStaleRevocations(run: VerificationRun, directory: SignerDirectory): void {
  const due = directory.revocationsDueAt;
  if (due !== undefined && due.getTime() > run.now.getTime()) return;
  const since = due === undefined ? 'none was ever imported' : `the next one was due at ${due.toISOString()}`;
  const error = new SignatureError(`the revocation list is not up to date: ${since}`);
  run.fail({ error, remedy: 'import the newest list (truthound-sign trust import)' });
}

/** Rejects a signature whose signer is not trusted enough. */
export function rejectWeak(run: VerificationRun, candidate: Candidate): void {
  const { trustLevel } = candidate;
  if (isLevelEnough(trustLevel, run.requiredTrustLevel)) return;
  const remedy = `raise the signer's level in the trust store, or ask for less than "${run.requiredTrustLevel}"`;
  run.reject(candidate, { error: untrusted(run, candidate, trustLevel), seen: trustLevel, remedy });
}

/** The error for a signer who is not trusted enough. */
export function untrusted(
  run: VerificationRun,
  candidate: Candidate,
  trustLevel: TrustLevel,
  reason?: string,
  cause?: unknown,
): UntrustedSignerError {
  const facts = {
    pluginId: pluginIdOf(candidate),
    signerId: candidate.statement?.signer.id,
    trustLevel,
    requiredTrustLevel: run.requiredTrustLevel,
    ...(reason === undefined ? {} : { reason }),
  };
  return new UntrustedSignerError(facts, cause === undefined ? {} : { cause });
}

function maySign(patterns: readonly string[] | undefined, pluginId: string | null): boolean {
  if (patterns === undefined) return true;
  return pluginId !== null && patterns.some((pattern) => matchesPattern(pattern, pluginId));
}

/** Whether `text` fits `pattern`, where `*` stands for any run of characters. Linear: no backtracking. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const tail = rest.pop() ?? '';
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  let from = head.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from + tail.length <= text.length;
}
