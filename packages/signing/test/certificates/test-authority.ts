/** Authorities for tests: made by this package where it agrees to, assembled by hand where it would refuse. */
import { type KeyObject, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import {
  type Asn1,
  bitString,
  encode,
  encoded,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  tagged,
  time,
  unsignedInteger,
  utf8String,
} from '../../src/certificates/asn1-writer.ts';
import {
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  writeExtension,
} from '../../src/certificates/extension-writer.ts';
import { writeSubjectName } from '../../src/certificates/subject-name.ts';
import { issueCertificate, type IssueCertificateOptions } from '../../src/certificates/issue-certificate.ts';
import { generateCertificate } from '../../src/certificates/generate-certificate.ts';

/** The moment at which test certificates are valid. */
export const AT: Date = new Date('2026-06-01T00:00:00Z');
export const NOT_BEFORE: Date = new Date('2026-01-01T00:00:00Z');

/** A certificate with its key. */
export interface Holder {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A self-signed authority. */
export async function createRoot(
  options: Partial<Parameters<typeof generateCertificate>[0]> = {},
): Promise<Holder> {
  return generateCertificate({ subject: 'Test Root', isCa: true, notBefore: NOT_BEFORE, ...options });
}

/** A certificate below `issuer`, with a key of its own. */
export function issueBelow(
  issuer: Holder,
  options: Partial<IssueCertificateOptions> & { readonly key?: KeyObject } = {},
): Holder {
  const { key = newKey(), ...profile } = options;
  const { certificate } = issueCertificate({
    issuerCertificate: issuer.certificate,
    issuerKey: issuer.privateKey,
    subject: profile.isCa === true ? 'Test Intermediate' : 'Test Signer',
    publicKey: createPublicKey(key),
    notBefore: NOT_BEFORE,
    ...profile,
  });
  return { certificate, privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** A fresh Ed25519 key. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** Object identifier and hash of a signature. */
export interface HandScheme {
  readonly identifier: string;
  readonly hash: string | null;
  readonly withNull?: boolean;
}

const ED25519: HandScheme = { identifier: '1.3.101.112', hash: null };

/** All that a hand-made certificate may get wrong. */
export interface HandMade {
  readonly subject?: Asn1;
  readonly issuer?: Asn1;
  readonly key: KeyObject;
  readonly issuerKey?: KeyObject;
  readonly extensions?: readonly Asn1[];
  readonly scheme?: HandScheme;
  /** What is written outside, where it differs from the inside. */
  readonly outerAlgorithm?: Asn1;
  readonly serial?: Asn1;
  readonly version?: readonly Asn1[];
  readonly validity?: Asn1;
  readonly signature?: Uint8Array;
}

const MANY_YEARS = sequence(time(NOT_BEFORE), time(new Date('2040-01-01T00:00:00Z')));

/** Assembles and signs a certificate without asking whether it makes sense. */
export function assembleCertificate(parts: HandMade): Buffer {
  const { key, issuerKey = key, scheme = ED25519, extensions = signerExtensions() } = parts;
  const algorithm = sequence(
    objectIdentifier(scheme.identifier),
    ...(scheme.withNull === true ? [nullValue()] : []),
  );
  const subject = parts.subject ?? writeSubjectName('Hand Made');
  const tbs = sequence(
    ...(parts.version ?? [tagged(0, smallInteger(2))]),
    parts.serial ?? unsignedInteger(Buffer.of(0x11)),
    algorithm,
    parts.issuer ?? subject,
    parts.validity ?? MANY_YEARS,
    subject,
    encoded(createPublicKey(key).export({ type: 'spki', format: 'der' })),
    ...(extensions.length === 0 ? [] : [tagged(3, sequence(...extensions))]),
  );
  const signature = parts.signature ?? sign(scheme.hash, encode(tbs), issuerKey);
  return encode(sequence(tbs, parts.outerAlgorithm ?? algorithm, bitString(signature)));
}

/** What a signer's certificate needs. */
export function signerExtensions(): readonly Asn1[] {
  return [
    basicConstraints({ isCa: false }),
    keyUsage(['digitalSignature']),
    extendedKeyUsage(['codeSigning']),
  ];
}

/** What an authority's certificate needs. */
export function authorityExtensions(): readonly Asn1[] {
  return [basicConstraints({ isCa: true }), keyUsage(['keyCertSign', 'cRLSign'])];
}

/** An extension that nobody knows. */
export function unknownExtension({ isCritical }: { readonly isCritical: boolean }): Asn1 {
  return writeExtension('1.3.6.1.4.1.99999.1', octetString(Buffer.of(1)), { isCritical });
}

/** A common name whose text goes in unchecked. */
export function rawCommonName(text: string): Asn1 {
  return sequence(setOf(sequence(objectIdentifier('2.5.4.3'), utf8String(text))));
}
