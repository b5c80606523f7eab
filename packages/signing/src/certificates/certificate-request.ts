import { hash } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { sequence, smallInteger, tagged, encoded } from './asn1-writer.ts';
import { type PrivateKeyInput, createCertificateSigner } from './certificate-signer.ts';
import { DerFault } from './der-fault.ts';
import { DerTag, contextTag } from './der-tag.ts';
import { expectTag, readOctetAlignedBits, readSequence, readSmallInteger } from './der-values.ts';
import { commonNameOf, readDistinguishedName } from './distinguished-name.ts';
import { encodePem, toDerBytes } from './pem.ts';
import { readPublicKeyFacts } from './public-key-facts.ts';
import { CERTIFICATE_LIMITS, type DerElement, encodingOf, readDer } from './read-der.ts';
import { findSignatureFault } from './signature-check.ts';
import { createKeyLoader } from './public-key-loader.ts';
import { readSignatureAlgorithm } from './signature-algorithms.ts';
import { type SubjectName, writeSubjectName } from './subject-name.ts';

/** What a request asks for. Its signature has been checked. */
export interface ParsedCertificateRequest {
  /** As in RFC 4514. */
  readonly subject: string;
  readonly subjectDer: Uint8Array;
  readonly subjectCommonName: string | undefined;
  readonly publicKeyPem: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly keyId: string;
  readonly publicKeyAlgorithm: string;
}

/** What a request asks for, and the key that it proves to have. */
export interface CreateCertificateRequestOptions {
  /** A common name, or the parts of a name. */
  readonly subject: SubjectName | string;
  readonly privateKey: PrivateKeyInput;
}

const LABELS = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

/**
 * Makes a certificate signing request (PKCS#10, RFC 2986) as PEM text.
 *
 * @throws InvalidCertificateError when the key or the subject cannot be used.
 */
export function createCertificateRequest({ subject, privateKey }: CreateCertificateRequestOptions): string {
  const signer = createCertificateSigner(privateKey);
  const information = sequence(smallInteger(0), writeSubjectName(subject), encoded(signer.spki), tagged(0));
  return encodePem('CERTIFICATE REQUEST', signer.seal(information));
}

/**
 * Reads a request and checks that its sender holds the private key.
 *
 * Attributes, such as extensions that the sender would like, are not read: what a certificate says is
 * the issuer's decision.
 *
 * @throws InvalidCertificateError when it is malformed, its key is too weak, or its signature does not fit.
 */
export function parseCertificateRequest(pemOrDer: string | Uint8Array): ParsedCertificateRequest {
  try {
    const der = toDerBytes(pemOrDer, LABELS, CERTIFICATE_LIMITS.maxBytes);
    return readRequest(readDer(der));
  } catch (error) {
    if (!(error instanceof DerFault)) throw error;
    throw new InvalidCertificateError({ parseError: `the request: ${error.message}` }, { cause: error });
  }
}

function readRequest(request: DerElement): ParsedCertificateRequest {
  const [information, algorithm, signature] = readSequence(request, 'the request', { min: 3, max: 3 });
  const [version, subject, spki, attributes] = readSequence(information, 'its content', { min: 4, max: 4 });
  if (version === undefined || information === undefined || readSmallInteger(version, 'its version') !== 0) {
    throw new DerFault('its version is not 1', version);
  }
  expectTag(attributes, contextTag(0, true), 'its list of attributes');
  const keyFacts = readPublicKeyFacts(spki);
  const name = readDistinguishedName(subject, 'its subject');
  const key = encodingOf(expectTag(spki, DerTag.SEQUENCE, 'its key'));
  const { scheme, name: algorithmName } = readSignatureAlgorithm(algorithm);
  const signatureFault = findSignatureFault({
    scheme,
    algorithmName,
    signed: encodingOf(information),
    signature: readOctetAlignedBits(signature, 'its signature'),
    keyFacts,
    publicKey: createKeyLoader(key),
  });
  if (signatureFault !== undefined) {
    throw new DerFault(`its sender has not proved to hold the key: ${signatureFault}`, 0);
  }
  return Object.freeze({
    subject: name.text,
    subjectDer: new Uint8Array(name.der),
    subjectCommonName: commonNameOf(name),
    publicKeyPem: encodePem('PUBLIC KEY', key),
    keyId: hash('sha256', key, 'hex'),
    publicKeyAlgorithm: keyFacts.algorithm,
  });
}
