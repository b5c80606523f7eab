/**
 * Every change to a trust store, as a function from one state to the next. Pure; `trust-store.ts` saves the results.
 *
 * Removing never un-revokes, and trust is never raised or lowered as a side effect of something else.
 *
 * @module
 */
import {
  CertificateRevokedError,
  type RevocationOptions,
  SignatureAlgorithm,
  SignatureError,
  TrustLevel,
} from '@truthound/protocols';
import type { ParsedCertificate } from '../certificates/parsed-certificate.ts';
import { type JsonValue, canonicalJson } from '../canonical-json.ts';
import { ALGORITHM_FAMILY, type SigningKey } from '../signing-key.ts';
import type { KeyRecord, RevocationRecord, TrustDocument } from './trust-document.ts';
import { TrustIndex } from './trust-index.ts';
import { TrustStoreError } from './trust-store-error.ts';

/** What a key is added with. */
export interface KeyFacts {
  readonly key: SigningKey;
  readonly signerId: string;
  readonly trustLevel: TrustLevel;
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly pluginIds: readonly string[] | undefined;
}

/** Adds a key, or replaces what is recorded about it. @throws TrustStoreError, SignatureError */
export function addKey(document: TrustDocument, facts: KeyFacts, now: Date): TrustDocument {
  const { key, signerId, trustLevel, algorithm, pluginIds } = facts;
  assertLevel(trustLevel);
  const index = new TrustIndex(document);
  const known = index.findKey(key.keyId);
  if (known !== undefined && known.signerId !== signerId) {
    throw new TrustStoreError(
      `key ${key.keyId} belongs to "${known.signerId}": one key is one signer's; remove it first to give it to "${signerId}"`,
    );
  }
  const revocation = index.findRevocation({ keyId: key.keyId, signedAt: now });
  if (revocation !== undefined) {
    throw new TrustStoreError(
      `${revocation.subject} was revoked (${revocation.reason}) and cannot be trusted again`,
    );
  }
  const record: KeyRecord = {
    keyId: key.keyId,
    signerId,
    trustLevel,
    material: materialOf(key),
    algorithms: algorithm === undefined ? algorithmsOf(key) : [algorithm],
    pluginIds: pluginIds === undefined ? null : checkPatterns(pluginIds),
    addedAt: now.toISOString(),
  };
  return { ...document, keys: [...document.keys.filter(({ keyId }) => keyId !== key.keyId), record] };
}

/** Takes a key out. What was revoked stays revoked. */
export function removeKey(document: TrustDocument, keyId: string): TrustDocument {
  const keys = document.keys.filter((record) => record.keyId !== keyId);
  return keys.length === document.keys.length ? document : { ...document, keys };
}

/** Adds a certificate, or replaces its level and metadata. @throws CertificateRevokedError */
export function addCertificate(
  document: TrustDocument,
  facts: {
    readonly certificate: ParsedCertificate;
    readonly trustLevel: TrustLevel;
    readonly metadata: Readonly<Record<string, unknown>>;
  },
  now: Date,
): TrustDocument {
  const { certificate, trustLevel } = facts;
  assertLevel(trustLevel);
  const { certId, pem } = certificate;
  const revocation = new TrustIndex(document).findCertificateRevocation(certificate, now);
  if (revocation !== undefined) {
    throw new CertificateRevokedError({ certId, revokedAt: revocation.revokedAt, reason: revocation.reason });
  }
  const metadata = JSON.parse(canonicalJson(facts.metadata)) as Readonly<Record<string, JsonValue>>;
  const record = { certId, pem, trustLevel, addedAt: now.toISOString(), metadata };
  return {
    ...document,
    certificates: [...document.certificates.filter((each) => each.certId !== certId), record],
  };
}

/** Takes a certificate out. What was revoked stays revoked. */
export function removeCertificate(document: TrustDocument, certId: string): TrustDocument {
  const certificates = document.certificates.filter((record) => record.certId !== certId);
  return certificates.length === document.certificates.length ? document : { ...document, certificates };
}

/** Sets a signer's level. It caps what the signer's keys and certificates have. */
export function setSignerLevel(
  document: TrustDocument,
  signerId: string,
  trustLevel: TrustLevel,
): TrustDocument {
  assertLevel(trustLevel);
  if (signerId === '' || signerId === '__proto__')
    throw new TrustStoreError('a signer id must not be empty or "__proto__"');
  return { ...document, signers: { ...document.signers, [signerId]: trustLevel } };
}

/** Records a withdrawal. The same one twice changes nothing. @throws TrustStoreError */
export function addRevocation(
  document: TrustDocument,
  options: RevocationOptions & {
    readonly pluginId?: string;
    readonly fromVersion?: string;
    readonly beforeVersion?: string;
  },
  now: Date,
  listedBy: string | null = null,
): TrustDocument {
  const { certId, serial, keyId, digest, pluginId, reason, since } = options;
  const subjects = [certId, serial, keyId, digest, pluginId].filter((subject) => subject !== undefined);
  if (subjects.length !== 1 || subjects[0] === '') {
    throw new TrustStoreError('a revocation names exactly one of certId, serial, keyId, digest and pluginId');
  }
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new TrustStoreError('a revocation needs a reason');
  if (since !== undefined && Number.isNaN(since.getTime())) throw new TrustStoreError('since is not a time');
  const record: RevocationRecord = {
    certId: certId?.toLowerCase() ?? null,
    serial: serial === undefined ? null : normalizeSerial(serial),
    keyId: keyId?.toLowerCase() ?? null,
    digest: digest?.toLowerCase() ?? null,
    pluginId: pluginId ?? null,
    fromVersion: options.fromVersion ?? null,
    beforeVersion: options.beforeVersion ?? null,
    reason,
    since: since?.toISOString() ?? null,
    revokedAt: now.toISOString(),
    listedBy,
  };
  const isKnown = document.revocations.some((each) => coversSame(each, record));
  return isKnown ? document : { ...document, revocations: [...document.revocations, record] };
}

/** Remembers the highest sequence of a plugin. @throws TrustStoreError */
export function recordSequence(document: TrustDocument, pluginId: string, sequence: number): TrustDocument {
  if (!Number.isSafeInteger(sequence) || sequence < 0)
    throw new TrustStoreError('a sequence is a whole number of 0 or more');
  if (pluginId === '' || pluginId === '__proto__')
    throw new TrustStoreError('a plugin id must not be empty or "__proto__"');
  const known = Object.hasOwn(document.sequences, pluginId) ? document.sequences[pluginId] : undefined;
  if (known !== undefined && known >= sequence) return document;
  return { ...document, sequences: { ...document.sequences, [pluginId]: sequence } };
}

/** Serial numbers are written with and without leading zeros, colons and capitals. */
export function normalizeSerial(serial: string): string {
  const digits = serial
    .toLowerCase()
    .replaceAll(':', '')
    .replace(/^0x/, '')
    .replace(/^0+(?=.)/, '');
  if (!/^[0-9a-f]{1,42}$/.test(digits))
    throw new TrustStoreError(`"${serial.slice(0, 60)}" is not a serial number in hex`);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

function coversSame(a: RevocationRecord, b: RevocationRecord): boolean {
  const subject = ({
    certId,
    serial,
    keyId,
    digest,
    pluginId,
    fromVersion,
    beforeVersion,
    since,
  }: RevocationRecord): string =>
    JSON.stringify([certId, serial, keyId, digest, pluginId, fromVersion, beforeVersion, since]);
  return subject(a) === subject(b);
}

function assertLevel(level: TrustLevel): void {
  if (!Object.values(TrustLevel).includes(level))
    throw new TrustStoreError(`"${level}" is not a trust level`);
}

function algorithmsOf(key: SigningKey): readonly SignatureAlgorithm[] {
  return Object.values(SignatureAlgorithm).filter((algorithm) => ALGORITHM_FAMILY[algorithm] === key.family);
}

function checkPatterns(pluginIds: readonly string[]): readonly string[] {
  if (pluginIds.length === 0 || pluginIds.some((pattern) => typeof pattern !== 'string' || pattern === '')) {
    throw new TrustStoreError(
      'pluginIds lists at least one plugin id or pattern; leave it out for all plugins',
    );
  }
  return [...pluginIds];
}

/** Only what checks signatures is kept: of a pair the public key, of an HMAC the secret. */
function materialOf({ key, family, canSign }: SigningKey): string {
  if (family === 'hmac') return key.export().toString('base64');
  if (canSign) throw new SignatureError('a trust store keeps public keys only');
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
