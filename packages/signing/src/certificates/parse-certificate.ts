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
import { X509Certificate } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { errorMessage } from '../error-message.ts';
import { DerFault } from './der-fault.ts';
import { CERTIFICATE_LIMITS, readDer } from './read-der.ts';
import { type CertificateBody, readCertificateBody } from './certificate-body.ts';
import { DecodedCertificate } from './decoded-certificate.ts';
import { type ParsedCertificate, isParsedCertificate } from './parsed-certificate.ts';
import { toDerBytes } from './pem.ts';

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
    return new DecodedCertificate(der, body);
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
    throw new DerFault(`OpenSSL cannot read it: ${errorMessage(error)}`, 0);
  }
  const differences = [
    Buffer.compare(second.raw, der) === 0 || 'encoding',
    second.serialNumber.toLowerCase() === body.serial || 'serial number',
    second.validFromDate.getTime() === body.notBefore.getTime() || 'begin of validity',
    second.validToDate.getTime() === body.notAfter.getTime() || 'end of validity',
  ].filter((difference) => difference !== true);
  if (differences.length > 0) throw new DerFault(`OpenSSL reads another ${differences.join(', ')}`, 0);
}
