import { deepStrictEqual } from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { type ParsedCertificate, parseCertificate, validateCertificateChain } from '@truthound/signing';
import type { FuzzTarget } from '../fuzz-target.ts';

/** Certificates, DER and PEM. Whatever is accepted, OpenSSL accepts, and reads the same from it. */
export const certificatesTarget: FuzzTarget<ParsedCertificate> = {
  name: 'certificates',
  kind: 'der',
  refusals: [InvalidCertificateError],
  parse: (input) => parseCertificate(input),
  check(certificate) {
    const second = new X509Certificate(certificate.der);
    deepStrictEqual(
      [certificate.serial, certificate.notBefore, certificate.notAfter, certificate.isCa],
      [second.serialNumber.toLowerCase(), second.validFromDate, second.validToDate, second.ca],
    );
    const { certId, extensions, subject } = parseCertificate(certificate.pem);
    deepStrictEqual(
      [certId, extensions, subject],
      [certificate.certId, certificate.extensions, certificate.subject],
    );
    const at = new Date('2026-06-01T00:00:00Z');
    validateCertificateChain({ leaf: certificate, intermediates: [certificate], roots: [certificate], at });
  },
};
