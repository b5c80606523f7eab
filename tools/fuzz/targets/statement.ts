import { deepStrictEqual } from 'node:assert/strict';
import { InvalidSignatureError } from '@truthound/protocols';
import { SignatureInfo } from '@truthound/signing';
import { envelopeToJson } from '../../../packages/signing/src/dsse-envelope.ts';
import { parseStatement } from '../../../packages/signing/src/plugin-statement.ts';
import { findContradiction } from '../../../packages/signing/src/signature-info.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** The payload of an envelope: what was signed. */
export const statementTarget: FuzzTarget<SignatureInfo> = {
  name: 'statement',
  kind: 'json',
  refusals: [InvalidSignatureError],
  parse: (payload) =>
    SignatureInfo.parse(
      envelopeToJson({ payload, keyId: '0'.repeat(64), signature: Buffer.alloc(64, 1), certificates: [] }),
    ),
  check(signature, input) {
    const statement = parseStatement(signature.payload);
    deepStrictEqual(findContradiction(signature, statement), undefined);
    deepStrictEqual(Buffer.compare(signature.payload, input), 0);
  },
};
