import { deepStrictEqual } from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { type Pkcs12Content, importPkcs12 } from '@truthound/signing';
import type { FuzzTarget } from '../fuzz-target.ts';

/** Of the samples, whose keys are used nowhere. */
export const PASSPHRASE = 'fuzz';

/** Files with a key and its certificates. */
export const pkcs12Target: FuzzTarget<Pkcs12Content> = {
  name: 'pkcs12',
  kind: 'der',
  refusals: [InvalidCertificateError],
  parse: (input) => importPkcs12(input, PASSPHRASE),
  check({ privateKey, certificate }) {
    deepStrictEqual(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey)), true);
  },
};
