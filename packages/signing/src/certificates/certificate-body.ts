import { octetAt } from '../octet-at.ts';
import { DerFault } from './der-fault.ts';
import { DerTag, contextTag } from './der-tag.ts';
import { readTime } from './der-time.ts';
import { expectTag, readOctetAlignedBits, readSequence, readSmallInteger, toHex } from './der-values.ts';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.ts';
import {
  type KeyUsage,
  type NameConstraints,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
  readNameConstraints,
  readSubjectAltNames,
  readSubjectKeyIdentifier,
} from './extension-values.ts';
import type { GeneralName } from './general-name.ts';
import { ExtensionId } from './object-identifiers.ts';
import { type PublicKeyFacts, readPublicKeyFacts } from './public-key-facts.ts';
import { type DerElement, contentOf, encodingOf } from './read-der.ts';
import { type Extension, readExtensionValue, readExtensions } from './read-extensions.ts';
import { type SignatureScheme, readSignatureAlgorithm } from './signature-algorithms.ts';

/** All that stands in a certificate, as read. */
export interface CertificateBody {
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
  readonly scheme: SignatureScheme | undefined;
  readonly signatureAlgorithm: string;
  readonly version: number;
  readonly serial: string;
  readonly issuerName: DistinguishedName;
  readonly subjectName: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Uint8Array;
  readonly keyFacts: PublicKeyFacts;
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
  readonly keyUsage: readonly KeyUsage[] | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectAltNames: readonly GeneralName[];
  readonly nameConstraints: NameConstraints | undefined;
  readonly authorityKeyIdentifier: string | undefined;
  readonly subjectKeyIdentifier: string | undefined;
}

const MAX_SERIAL_OCTETS = 20;

/** Reads a Certificate (RFC 5280 §4.1). @throws DerFault for the first rule that it breaks. */
export function readCertificateBody(certificate: DerElement): CertificateBody {
  const [tbs, algorithm, signature] = readSequence(certificate, 'the certificate', { min: 3, max: 3 });
  const { scheme, name: signatureAlgorithm } = readSignatureAlgorithm(algorithm);
  const members = [...readSequence(tbs, 'the signed part', { min: 6, max: 10 })];
  const version = readVersion(members);
  const [serialElement, innerAlgorithm, issuer, validity, subject, spki, ...optional] = members;
  // RFC 5280 §4.1.1.2. Only the inner one is signed; were the outer one free, it could be swapped.
  if (!isSameEncoding(algorithm, innerAlgorithm)) {
    throw new DerFault('the two signature algorithms differ', algorithm);
  }
  const extensions = readOptional(optional, version);
  return {
    tbs: encodingOf(expectTag(tbs, DerTag.SEQUENCE, 'the signed part')),
    signature: readOctetAlignedBits(signature, 'the signature'),
    scheme,
    signatureAlgorithm,
    version,
    serial: readSerial(serialElement),
    issuerName: readDistinguishedName(issuer, 'the issuer'),
    subjectName: readDistinguishedName(subject, 'the subject'),
    ...readValidity(validity),
    spki: encodingOf(expectTag(spki, DerTag.SEQUENCE, 'the public key')),
    keyFacts: readPublicKeyFacts(spki),
    extensions,
    ...readKnownExtensions(extensions),
  };
}

function isSameEncoding(left: DerElement | undefined, right: DerElement | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return Buffer.compare(encodingOf(left), encodingOf(right)) === 0;
}

/** Takes the version off the front. Version 1 is the default, so DER never writes it. */
function readVersion(members: DerElement[]): number {
  if (members[0]?.tag !== contextTag(0, true)) return 1;
  const wrapper = members.shift();
  const [number, surplus] = wrapper?.children ?? [];
  if (wrapper === undefined || number === undefined || surplus !== undefined) {
    throw new DerFault('the version is malformed', wrapper);
  }
  const version = readSmallInteger(number, 'the version') + 1;
  if (version !== 3) throw new DerFault(`version ${version} is not supported`, number.start);
  return version;
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. */
export function readSerial(element: DerElement | undefined): string {
  const content = contentOf(expectTag(element, DerTag.INTEGER, 'the serial number'));
  if (octetAt(content, 0) >= 0x80) throw new DerFault('the serial number is negative', element);
  if (content.length > MAX_SERIAL_OCTETS) {
    throw new DerFault(
      `the serial number has ${content.length} octets, more than ${MAX_SERIAL_OCTETS}`,
      element,
    );
  }
  const magnitude = content[0] === 0 ? content.subarray(1) : content;
  if (magnitude.length === 0) throw new DerFault('the serial number is zero', element);
  return toHex(magnitude);
}

function readValidity(element: DerElement | undefined): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  const [begin, end] = readSequence(element, 'the validity', { min: 2, max: 2 });
  if (begin === undefined || end === undefined) throw new DerFault('the validity is incomplete', 0);
  return { notBefore: readTime(begin, 'notBefore'), notAfter: readTime(end, 'notAfter') };
}

/** Unique identifiers were never used and are refused; extensions belong to version 3. */
function readOptional(optional: readonly DerElement[], version: number): ReadonlyMap<string, Extension> {
  const [wrapper, surplus] = optional;
  if (wrapper === undefined) return new Map();
  const [list, second] = wrapper.children;
  const isOneList = list !== undefined && second === undefined && surplus === undefined;
  if (wrapper.tag !== contextTag(3, true) || !isOneList) {
    throw new DerFault('unique identifiers or surplus members follow the public key', wrapper.start);
  }
  if (version !== 3) throw new DerFault('a version 1 certificate has no extensions', wrapper.start);
  return readExtensions(list);
}

function readKnownExtensions(
  extensions: ReadonlyMap<string, Extension>,
): Pick<
  CertificateBody,
  | 'isCa'
  | 'pathLength'
  | 'keyUsage'
  | 'extendedKeyUsage'
  | 'subjectAltNames'
  | 'nameConstraints'
  | 'authorityKeyIdentifier'
  | 'subjectKeyIdentifier'
> {
  const value = <Value>(identifier: string, read: (element: DerElement) => Value): Value | undefined =>
    readExtensionValue(extensions, identifier, read);
  return {
    isCa: false,
    pathLength: undefined,
    ...value(ExtensionId.BASIC_CONSTRAINTS, readBasicConstraints),
    keyUsage: value(ExtensionId.KEY_USAGE, readKeyUsage),
    extendedKeyUsage: value(ExtensionId.EXTENDED_KEY_USAGE, readExtendedKeyUsage),
    subjectAltNames: value(ExtensionId.SUBJECT_ALT_NAME, readSubjectAltNames) ?? [],
    nameConstraints: value(ExtensionId.NAME_CONSTRAINTS, readNameConstraints),
    authorityKeyIdentifier: value(ExtensionId.AUTHORITY_KEY_IDENTIFIER, readAuthorityKeyIdentifier),
    subjectKeyIdentifier: value(ExtensionId.SUBJECT_KEY_IDENTIFIER, readSubjectKeyIdentifier),
  };
}
