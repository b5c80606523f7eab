import { deepStrictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { InvalidCertificateError, SignatureError, parseJson } from '@truthound/protocols';
import { TrustStoreError, TrustStoreImpl } from '@truthound/signing';
import { canonicalJson } from '../../../packages/signing/src/canonical-json.ts';
import { parseTrustDocument, trustDocumentText } from '../../../packages/signing/src/trust/trust-document.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { scratchFile } from '../scratch-folder.ts';

/** With the checksum of what it says, so that what is behind the checksum is reached. As it is where it has none. */
function withChecksum(text: string): string {
  try {
    const { formatVersion, ...content } = parseJson(text) as Record<string, unknown>;
    delete content['checksum'];
    const checksum = createHash('sha256').update(canonicalJson(content)).digest('hex');
    return JSON.stringify({ formatVersion, checksum, ...content });
  } catch {
    return text;
  }
}

/** The file of a trust store, and the questions that a store answers from it. */
export const trustStoreTarget: FuzzTarget<{ readonly store: TrustStoreImpl; readonly text: string }> = {
  name: 'trust-store',
  kind: 'json',
  refusals: [TrustStoreError, SignatureError, InvalidCertificateError],
  parse(input) {
    const text = withChecksum(input.toString('utf8'));
    const file = scratchFile('trust.json');
    writeFileSync(file, text);
    chmodSync(file, 0o600);
    return { store: new TrustStoreImpl({ persistPath: file }), text };
  },
  check({ store, text }) {
    const document = parseTrustDocument(text);
    deepStrictEqual(parseTrustDocument(trustDocumentText(document)), document);
    for (const signerId of store.listTrustedSigners()) store.getTrustLevel(signerId);
    for (const { pem } of document.certificates) store.isTrusted(pem);
    store.getSequence('__proto__');
    inspect([store.revocationsDueAt, store.trustRoot, store.listCertificates()]);
  },
};
