import { deepStrictEqual } from 'node:assert/strict';
import { InvalidSignatureError } from '@truthound/protocols';
import { SignatureInfo } from '@truthound/signing';
import { parseSignatureFile } from '../../../packages/signing/src/signature-file.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** `truthound.sig.json`: envelopes, and the statements in them. */
export const signatureFileTarget: FuzzTarget<readonly SignatureInfo[]> = {
  name: 'signature-file',
  kind: 'json',
  refusals: [InvalidSignatureError],
  parse: (input) => parseSignatureFile(input),
  check(signatures) {
    for (const signature of signatures) {
      const written: unknown = JSON.parse(JSON.stringify(signature));
      deepStrictEqual(JSON.parse(JSON.stringify(SignatureInfo.parse(written))), written);
    }
  },
};
