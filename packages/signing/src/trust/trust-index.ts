/**
 * A trust document made ready for questions: keys loaded once, certificates parsed once.
 *
 * @module
 */
import { SignatureError, TrustLevel } from '@truthound/protocols';
import { parseCertificate } from '../certificates/parse-certificate.ts';
import type { ParsedCertificate } from '../certificates/parsed-certificate.ts';
import { type SigningKey, loadKey } from '../signing-key.ts';
import type { Revocation, RevocationSubject, TrustedKey } from '../verification/trust-verifier.ts';
import { compareVersions } from './compare-versions.ts';
import type { CertificateRecord, KeyRecord, RevocationRecord, TrustDocument } from './trust-document.ts';

/** A certificate of the store, parsed. */
export interface IndexedCertificate {
  readonly record: CertificateRecord;
  readonly certificate: ParsedCertificate;
}

/** Answers questions about one state of a trust store. */
export class TrustIndex {
  readonly document: TrustDocument;
  readonly #keys: ReadonlyMap<string, TrustedKey>;
  readonly #certificates: ReadonlyMap<string, IndexedCertificate>;

  /** @throws SignatureError or InvalidCertificateError when a record does not hold what it says */
  constructor(document: TrustDocument) {
    this.document = document;
    this.#keys = new Map(document.keys.map((record) => [record.keyId, loadRecord(record)]));
    this.#certificates = new Map(
      document.certificates.map((record) => [
        record.certId,
        { record, certificate: parseCertificate(record.pem) },
      ]),
    );
  }

  findKey(keyId: string): TrustedKey | undefined {
    return this.#keys.get(keyId);
  }

  findCertificate(certId: string): IndexedCertificate | undefined {
    return this.#certificates.get(certId);
  }

  get certificates(): readonly IndexedCertificate[] {
    return [...this.#certificates.values()];
  }

  /** The first withdrawal that covers `subject`. */
  findRevocation(subject: RevocationSubject): Revocation | undefined {
    const record = this.document.revocations.find(
      (each) => isInForce(each, subject) && isAbout(each, subject),
    );
    return record && describe(record);
  }

  /** The withdrawal of a certificate or of its key, whenever it was used. */
  findCertificateRevocation(certificate: ParsedCertificate, now: Date): Revocation | undefined {
    return this.findRevocation({ keyId: certificate.keyId, certificates: [certificate], signedAt: now });
  }

  /** Level of a signer by name: what was set, or else the best that one of its keys or certificates has. */
  levelOf(signerId: string, now: Date): TrustLevel {
    const levels: TrustLevel[] = [];
    for (const { keyId, signerId: owner, trustLevel } of this.#keys.values()) {
      if (owner !== signerId) continue;
      levels.push(
        this.findRevocation({ keyId, signedAt: now }) === undefined ? trustLevel : TrustLevel.REVOKED,
      );
    }
    for (const { record, certificate } of this.#certificates.values()) {
      if (certificate.subjectCommonName !== signerId) continue;
      if (this.findCertificateRevocation(certificate, now) !== undefined) levels.push(TrustLevel.REVOKED);
      else levels.push(isWithin(certificate, now) ? record.trustLevel : TrustLevel.UNKNOWN);
    }
    const own = Object.hasOwn(this.document.signers, signerId) ? this.document.signers[signerId] : undefined;
    const best = BEST_FIRST.find((level) => levels.includes(level));
    // A name without a key in force is worth nothing, whatever was set for it.
    if (own === undefined || best === TrustLevel.REVOKED) return best ?? TrustLevel.UNKNOWN;
    return own;
  }

  /** Every signer that has a key, a certificate or a level. */
  get signerIds(): readonly string[] {
    const ids = new Set<string>(Object.keys(this.document.signers));
    for (const { signerId } of this.#keys.values()) ids.add(signerId);
    for (const { certificate } of this.#certificates.values()) {
      if (certificate.subjectCommonName !== undefined) ids.add(certificate.subjectCommonName);
    }
    return [...ids].sort();
  }
}

const BEST_FIRST: readonly TrustLevel[] = [
  TrustLevel.TRUSTED,
  TrustLevel.VERIFIED,
  TrustLevel.UNKNOWN,
  TrustLevel.REVOKED,
];

/** Whether `now` lies within a certificate's validity. */
export function isWithin({ notBefore, notAfter }: ParsedCertificate, now: Date): boolean {
  return notBefore.getTime() <= now.getTime() && now.getTime() <= notAfter.getTime();
}

function loadRecord(record: KeyRecord): TrustedKey {
  const { keyId, signerId, trustLevel, algorithms, pluginIds } = record;
  const key = loadMaterial(record);
  if (key.keyId !== keyId)
    throw new SignatureError(`key ${keyId} of the trust store is another key than its id says`);
  return Object.freeze({ key, keyId, signerId, trustLevel, algorithms, pluginIds: pluginIds ?? undefined });
}

function loadMaterial({ material, algorithms }: KeyRecord): SigningKey {
  if (material.startsWith('-----BEGIN')) return loadKey(material);
  return loadKey(Buffer.from(material, 'base64'), { algorithm: algorithms[0] ?? 'HMAC_SHA256' });
}

/** With a cut-off, signatures made before it still count. */
function isInForce({ since }: RevocationRecord, { signedAt }: RevocationSubject): boolean {
  return since === null || signedAt.getTime() >= Date.parse(since);
}

function isAbout(record: RevocationRecord, subject: RevocationSubject): boolean {
  if (record.keyId !== null) return record.keyId === subject.keyId;
  if (record.digest !== null) return record.digest === subject.digest;
  if (record.certId !== null)
    return subject.certificates?.some(({ certId }) => certId === record.certId) ?? false;
  if (record.serial !== null)
    return subject.certificates?.some(({ serial }) => serial === record.serial) ?? false;
  return (
    record.pluginId !== null && record.pluginId === subject.pluginId && isInRange(record, subject.version)
  );
}

function isInRange({ fromVersion, beforeVersion }: RevocationRecord, version: string | undefined): boolean {
  // A plugin that does not say its version cannot show that it lies outside the range.
  if (version === undefined) return true;
  if (fromVersion !== null && compareVersions(version, fromVersion) < 0) return false;
  return beforeVersion === null || compareVersions(version, beforeVersion) < 0;
}

function describe(record: RevocationRecord): Revocation {
  const { certId, serial, keyId, digest, pluginId, reason, revokedAt } = record;
  const subject =
    keyId !== null
      ? `key ${keyId}`
      : digest !== null
        ? `the plugin with hash ${digest}`
        : pluginId !== null
          ? `this version of "${pluginId}"`
          : `the certificate ${certId ?? `with serial ${serial ?? ''}`}`;
  const isCertificate = certId !== null || serial !== null;
  return {
    reason,
    revokedAt: new Date(revokedAt),
    subject,
    certId: isCertificate ? (certId ?? `serial ${serial ?? ''}`) : undefined,
  };
}
