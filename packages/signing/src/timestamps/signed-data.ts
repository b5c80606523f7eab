/**
 * Signed data of CMS (RFC 5652 §5) as RFC 3161 §2.4.2 allows it for time-stamps: content within, one signer, signed attributes,
 * the signer's certificate at hand.
 *
 * Strict DER throughout, so that a token has one form. Nothing is verified here.
 *
 * @module
 */
import { readSerial } from '../certificates/certificate-body.ts';
import { DerFault } from '../certificates/der-fault.ts';
import { DerTag, contextTag } from '../certificates/der-tag.ts';
import { expectTag, readObjectIdentifier, readSequence, toHex } from '../certificates/der-values.ts';
import { comparisonKey, readDistinguishedName } from '../certificates/distinguished-name.ts';
import { parseCertificate } from '../certificates/parse-certificate.ts';
import { type ParsedCertificate, internalsOf } from '../certificates/parsed-certificate.ts';
import { type DerElement, contentOf, encodingOf, readDer } from '../certificates/read-der.ts';
import {
  SIGNATURE_SCHEMES,
  type SignatureScheme,
  readAlgorithm,
  readSignatureAlgorithm,
} from '../certificates/signature-algorithms.ts';
import { DIGESTS, TimestampId } from './object-identifiers.ts';

/** A hash that a token may use, as node:crypto calls it. */
export type DigestName = 'sha256' | 'sha384' | 'sha512';

/** Who signed, and how. */
export interface TokenSigner {
  /** Whether the token names this certificate as its signer's. Any certificate may be made to fit: no proof. */
  readonly isNamed: (certificate: ParsedCertificate) => boolean;
  readonly digest: DigestName;
  readonly scheme: SignatureScheme | undefined;
  readonly algorithmName: string;
  /** Values by dotted identifier; each attribute has one. */
  readonly attributes: ReadonlyMap<string, DerElement>;
  /** What the signature covers: the attributes, encoded as a SET (RFC 5652 §5.4). */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** What stands in a token. */
export interface SignedData {
  readonly content: Uint8Array;
  readonly certificates: readonly ParsedCertificate[];
  readonly signer: TokenSigner;
}

const RSA_SCHEMES: Readonly<Record<DigestName, string>> = {
  sha256: 'RSA-SHA256',
  sha384: 'RSA-SHA384',
  sha512: 'RSA-SHA512',
};
const MAX_CERTIFICATES = 16;
const MAX_ATTRIBUTES = 32;

/** @throws DerFault for what is malformed; InvalidCertificateError for a certificate within that is. */
export function readSignedData(token: Uint8Array): SignedData {
  const [type, wrapper] = readSequence(readDer(token), 'the token', { min: 2, max: 2 });
  expectIdentifier(type, TimestampId.SIGNED_DATA, 'the type of the token');
  const members = [
    ...readSequence(onlyChild(wrapper, contextTag(0, true), 'its content'), 'its signed data'),
  ];
  const take = (tag: number): DerElement | undefined =>
    members[0]?.tag === tag ? members.shift() : undefined;
  expectTag(take(DerTag.INTEGER), DerTag.INTEGER, 'the version of its signed data');
  expectTag(take(DerTag.SET), DerTag.SET, 'the list of its hashes');
  const content = readContent(members.shift());
  const certificates = readCertificates(take(contextTag(0, true)));
  // Revocation lists are the verifier's own; those of a token are not read.
  take(contextTag(1, true));
  const [signers, surplus] = members;
  const [signer, second] = expectTag(signers, DerTag.SET, 'the list of its signers').children;
  if (signer === undefined || second !== undefined || surplus !== undefined)
    throw new DerFault('it has not exactly one signer', signers);
  return { content, certificates, signer: readSigner(signer) };
}

function readContent(element: DerElement | undefined): Uint8Array {
  const [type, wrapper] = readSequence(element, 'its content', { min: 2, max: 2 });
  expectIdentifier(type, TimestampId.TST_INFO, 'the type of its content');
  const octets = onlyChild(wrapper, contextTag(0, true), 'its content');
  return contentOf(expectTag(octets, DerTag.OCTET_STRING, 'its content'));
}

function readCertificates(element: DerElement | undefined): readonly ParsedCertificate[] {
  if (element === undefined) return [];
  if (element.children.length > MAX_CERTIFICATES)
    throw new DerFault(`it carries more than ${MAX_CERTIFICATES} certificates`, element);
  return element.children.map((each) =>
    parseCertificate(encodingOf(expectTag(each, DerTag.SEQUENCE, 'one of its certificates'))),
  );
}

function readSigner(element: DerElement): TokenSigner {
  const [version, identifier, digestAlgorithm, attributes, signatureAlgorithm, signature, unsigned] =
    readSequence(element, 'its signer', { min: 6, max: 7 });
  expectTag(version, DerTag.INTEGER, 'the version of its signer');
  if (unsigned !== undefined) expectTag(unsigned, contextTag(1, true), 'the list of its unsigned attributes');
  const digest = readDigestName(digestAlgorithm, 'the hash of its signer');
  const signed = asSet(expectTag(attributes, contextTag(0, true), 'the list of its signed attributes'));
  return {
    isNamed: readSignerName(identifier),
    digest,
    ...readScheme(signatureAlgorithm, digest),
    attributes: readAttributes(readDer(signed)),
    signed,
    signature: contentOf(expectTag(signature, DerTag.OCTET_STRING, 'its signature')),
  };
}

/** By issuer and serial number, or by the identifier of the key. */
function readSignerName(element: DerElement | undefined): TokenSigner['isNamed'] {
  if (element?.tag === contextTag(0, false)) {
    const identifier = toHex(contentOf(element));
    return ({ subjectKeyIdentifier }) => subjectKeyIdentifier === identifier;
  }
  const [issuer, serialNumber] = readSequence(element, 'the name of its signer', { min: 2, max: 2 });
  const issuerKey = comparisonKey(readDistinguishedName(issuer, 'the issuer of its signer'));
  const serial = readSerial(serialNumber);
  return (certificate) => certificate.serial === serial && internalsOf(certificate).issuerKey === issuerKey;
}

/** RSA may name its hash apart (RFC 3370 §3.2); every other algorithm names it itself, and must name the same one. */
function readScheme(
  element: DerElement | undefined,
  digest: DigestName,
): Pick<TokenSigner, 'scheme' | 'algorithmName'> {
  const { identifier, parameters } = readAlgorithm(element, 'the signature algorithm');
  if (identifier === TimestampId.RSA_ENCRYPTION) {
    if (parameters?.tag !== DerTag.NULL) throw new DerFault('the parameters of RSA must be NULL', element);
    const algorithmName = RSA_SCHEMES[digest];
    const scheme = [...SIGNATURE_SCHEMES.values()].find(({ name }) => name === algorithmName);
    return { scheme, algorithmName };
  }
  const { scheme, name } = readSignatureAlgorithm(element);
  if (typeof scheme?.hash === 'string' && scheme.hash !== digest)
    throw new DerFault(`its signature is ${name}, and its hash ${digest}`, element);
  return { scheme, algorithmName: name };
}

/** The hash that an AlgorithmIdentifier names. RFC 5754 §2: parameters are absent; NULL is accepted. */
export function readDigestName(element: DerElement | undefined, what: string): DigestName {
  const { identifier, parameters } = readAlgorithm(element, what);
  const digest = DIGESTS.get(identifier);
  if (digest === undefined)
    throw new DerFault(`${what} (${identifier}) is none of SHA-256, SHA-384, SHA-512`, element);
  if (parameters !== undefined) expectTag(parameters, DerTag.NULL, `the parameter of ${what}`);
  return digest;
}

/** The signed attributes under the tag that the signature covers. */
function asSet(attributes: DerElement): Uint8Array {
  const bytes = Uint8Array.from(encodingOf(attributes));
  bytes[0] = DerTag.SET;
  return bytes;
}

function readAttributes(set: DerElement): ReadonlyMap<string, DerElement> {
  const attributes = new Map<string, DerElement>();
  if (set.children.length > MAX_ATTRIBUTES) throw new DerFault('it has too many attributes', set.start);
  for (const each of set.children) {
    const [type, values] = readSequence(each, 'an attribute', { min: 2, max: 2 });
    const identifier = readObjectIdentifier(type, 'the type of an attribute');
    const [value, surplus] = expectTag(values, DerTag.SET, 'the values of an attribute').children;
    if (value === undefined || surplus !== undefined || attributes.has(identifier))
      throw new DerFault(`its attribute ${identifier} has not exactly one value`, each.start);
    attributes.set(identifier, value);
  }
  return attributes;
}

function expectIdentifier(element: DerElement | undefined, expected: string, what: string): void {
  const seen = readObjectIdentifier(element, what);
  if (seen !== expected) throw new DerFault(`${what} is ${seen}, not ${expected}`, element);
}

function onlyChild(element: DerElement | undefined, tag: number, what: string): DerElement | undefined {
  const { children, start } = expectTag(element, tag, what);
  if (children.length !== 1) throw new DerFault(`${what} has not exactly one member`, start);
  return children[0];
}
