import { deepStrictEqual } from 'node:assert/strict';
import { InvalidCertificateError } from '@truthound/protocols';
import { type ParsedCertificateRequest, parseCertificateRequest } from '@truthound/signing';
import { encodePem } from '../../../packages/signing/src/certificates/pem.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** Requests for a certificate. */
export const certificateRequestsTarget: FuzzTarget<ParsedCertificateRequest> = {
  name: 'certificate-requests',
  kind: 'der',
  refusals: [InvalidCertificateError],
  parse: (input) => parseCertificateRequest(input),
  check(request, input) {
    if (input[0] === 0x2d) return;
    deepStrictEqual(parseCertificateRequest(encodePem('CERTIFICATE REQUEST', input)), request);
  },
};
