import { deepStrictEqual } from 'node:assert/strict';
import { InvalidCertificateError } from '@truthound/protocols';
import { type ParsedCrl, parseCrl } from '@truthound/signing';
import { encodePem } from '../../../packages/signing/src/certificates/pem.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** Lists of withdrawn certificates. */
export const crlsTarget: FuzzTarget<ParsedCrl> = {
  name: 'crls',
  kind: 'der',
  refusals: [InvalidCertificateError],
  parse: (input) => parseCrl(input),
  check(list, input) {
    if (input[0] !== 0x2d) deepStrictEqual(parseCrl(encodePem('X509 CRL', input)), list);
  },
};
