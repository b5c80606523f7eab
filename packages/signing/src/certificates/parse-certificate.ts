/**
 * One certificate, read by this package and by Node's OpenSSL, accepted where both agree.
 *
 * Our reader admits canonical DER alone (read-der.ts) and gives what `X509Certificate` does not:
 * path length, key usage bits, name constraints, critical marks. OpenSSL is the second reader; a
 * certificate that the two understand differently is refused, since one of them would be deceived.
 *
 * Whether a certificate is trustworthy is decided in validate-certificate-chain.ts. Here a certificate
 * with SHA-1, an unknown critical extension or a small key still parses, so that it can be named.
 *
 * @module
 */
import { X509Certificate, hash } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { DerFault } from './der-fault.ts';
import { createKeyLoader } from './public-key-loader.ts';
import { CERTIFICATE_LIMITS, readDer } from './read-der.ts';
import { type CertificateBody, readCertificateBody } from './certificate-body.ts';
import { commonNameOf, comparisonKey } from './distinguished-name.ts';
import {
  type CertificateInternals,
  type ParsedCertificate,
  isParsedCertificate,
  registerCertificate,
} from './parsed-certificate.ts';
import { encodePem, toDerBytes } from './pem.ts';

/** Labels of RFC 7468 and of older OpenSSL. */
const LABELS = ['CERTIFICATE', 'X509 CERTIFICATE'];

/**
 * Parses one certificate.
 *
 * @param pemOrDer PEM text with exactly one certificate, or DER bytes. At most 64 KiB of DER.
 * @throws InvalidCertificateError with `parseError`, and nothing else, for any other input.
 */
export function parseCertificate(pemOrDer: string | Uint8Array | ParsedCertificate): ParsedCertificate {
  if (isParsedCertificate(pemOrDer)) return pemOrDer;
  try {
    const der = toDerBytes(pemOrDer, LABELS, CERTIFICATE_LIMITS.maxBytes);
    const body = readCertificateBody(readDer(der));
    assertSecondReaderAgrees(der, body);
    return createParsedCertificate(der, body);
  } catch (error) {
    if (!(error instanceof DerFault)) throw error;
    throw new InvalidCertificateError({ parseError: error.message }, { cause: error });
  }
}

/** @throws DerFault when OpenSSL refuses the bytes or reads another serial, time or encoding from them. */
function assertSecondReaderAgrees(der: Uint8Array, body: CertificateBody): void {
  let second: X509Certificate;
  try {
    second = new X509Certificate(der);
  } catch (error) {
    throw new DerFault(
      `OpenSSL cannot read it: ${error instanceof Error ? error.message : String(error)}`,
      0,
    );
  }
  const differences = [
    Buffer.compare(second.raw, der) === 0 || 'encoding',
    second.serialNumber.toLowerCase() === body.serial || 'serial number',
    second.validFromDate.getTime() === body.notBefore.getTime() || 'begin of validity',
    second.validToDate.getTime() === body.notAfter.getTime() || 'end of validity',
  ].filter((difference) => difference !== true);
  if (differences.length > 0) throw new DerFault(`OpenSSL reads another ${differences.join(', ')}`, 0);
}

function createParsedCertificate(der: Uint8Array, body: CertificateBody): ParsedCertificate {
  const { subjectName, issuerName, keyFacts, spki, extensions, ...facts } = body;
  const certId = hash('sha256', body.tbs, 'hex');
  const certificate: ParsedCertificate = Object.freeze({
    certId,
    get der(): Uint8Array {
      return new Uint8Array(der);
    },
    get pem(): string {
      return encodePem('CERTIFICATE', der);
    },
    version: facts.version,
    serial: facts.serial,
    issuer: issuerName.text,
    get issuerDer(): Uint8Array {
      return new Uint8Array(issuerName.der);
    },
    subject: subjectName.text,
    get subjectDer(): Uint8Array {
      return new Uint8Array(subjectName.der);
    },
    subjectCommonName: commonNameOf(subjectName),
    get notBefore(): Date {
      return new Date(facts.notBefore);
    },
    get notAfter(): Date {
      return new Date(facts.notAfter);
    },
    keyId: hash('sha256', spki, 'hex'),
    get publicKeyPem(): string {
      return encodePem('PUBLIC KEY', spki);
    },
    publicKeyAlgorithm: keyFacts.algorithm,
    keyBits: keyFacts.bits,
    signatureAlgorithm: facts.signatureAlgorithm,
    isCa: facts.isCa,
    pathLength: facts.pathLength,
    keyUsage: facts.keyUsage && Object.freeze(facts.keyUsage),
    extendedKeyUsage: facts.extendedKeyUsage && Object.freeze(facts.extendedKeyUsage),
    subjectAltNames: Object.freeze(facts.subjectAltNames),
    nameConstraints: facts.nameConstraints,
    authorityKeyIdentifier: facts.authorityKeyIdentifier,
    subjectKeyIdentifier: facts.subjectKeyIdentifier,
    extensions: Object.freeze([...extensions.keys()]),
    criticalExtensions: Object.freeze(
      [...extensions.values()].filter(({ isCritical }) => isCritical).map(({ identifier }) => identifier),
    ),
  });
  const internals: CertificateInternals = {
    der,
    tbs: body.tbs,
    signature: body.signature,
    scheme: body.scheme,
    subjectName,
    issuerName,
    subjectKey: comparisonKey(subjectName),
    issuerKey: comparisonKey(issuerName),
    spki,
    keyFacts,
    publicKey: createKeyLoader(spki, certId),
  };
  registerCertificate(certificate, internals);
  return certificate;
}
