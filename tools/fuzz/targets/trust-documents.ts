import { deepStrictEqual } from 'node:assert/strict';
import { createPublicKey, sign } from 'node:crypto';
import { SignatureError, TrustLevel } from '@truthound/protocols';
import { TrustStoreError, loadKey } from '@truthound/signing';
import { preAuthEncoding } from '../../../packages/signing/src/dsse-envelope.ts';
import {
  DOCUMENT_TYPES,
  type DocumentKind,
  type SignedDocument,
} from '../../../packages/signing/src/signed-document.ts';
import { applyKeyRotation } from '../../../packages/signing/src/trust/key-rotation.ts';
import { importRevocationList } from '../../../packages/signing/src/trust/revocation-list.ts';
import { addKey } from '../../../packages/signing/src/trust/trust-changes.ts';
import {
  EMPTY_TRUST,
  type TrustDocument,
  parseTrustDocument,
  trustDocumentText,
} from '../../../packages/signing/src/trust/trust-document.ts';
import { TrustIndex } from '../../../packages/signing/src/trust/trust-index.ts';
import { pinTrustRoot, updateTrustRoot } from '../../../packages/signing/src/trust/trust-root.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { fixedKey } from './fixed-key.ts';

/** When the samples are taken over. */
export const TAKEN_OVER_AT: Date = new Date('2026-06-01T00:00:00Z');
/** The key that the store trusts, and one that it does not know. */
export const KNOWN_KEY: ReturnType<typeof fixedKey> = fixedKey(1);
export const NEW_KEY: ReturnType<typeof fixedKey> = fixedKey(2);

const KEYS = [KNOWN_KEY, NEW_KEY].map((key) => ({ key, keyId: loadKey(key).keyId }));

const withKey = addKey(
  EMPTY_TRUST,
  {
    key: loadKey(createPublicKey(KNOWN_KEY)),
    signerId: 'known',
    trustLevel: TrustLevel.TRUSTED,
    algorithm: undefined,
    pluginIds: undefined,
  },
  TAKEN_OVER_AT,
);
const withRoot = pinTrustRoot(EMPTY_TRUST, {
  version: 1,
  threshold: 1,
  keys: [createPublicKey(KNOWN_KEY).export({ type: 'spki', format: 'pem' }).toString()],
  expiresAt: new Date('2036-01-01T00:00:00Z'),
});

type TakeOver = (signed: SignedDocument) => TrustDocument;

const WAYS: Readonly<Record<DocumentKind, TakeOver>> = {
  revocations: (signed) => importRevocationList(withKey, signed, TAKEN_OVER_AT),
  rotation: (signed) => applyKeyRotation(withKey, signed, TAKEN_OVER_AT),
  root: (signed) => updateTrustRoot(withRoot, signed, TAKEN_OVER_AT),
};

function signByBoth(kind: DocumentKind, payload: Buffer): string {
  const signed = preAuthEncoding(payload, DOCUMENT_TYPES[kind]);
  return JSON.stringify({
    payloadType: DOCUMENT_TYPES[kind],
    payload: payload.toString('base64'),
    signatures: KEYS.map(({ key, keyId }) => ({
      keyid: keyId,
      sig: sign(null, signed, key).toString('base64'),
    })),
  });
}

function trustDocumentTarget(name: string, kind: DocumentKind): FuzzTarget<TrustDocument> {
  return {
    name,
    kind: 'json',
    refusals: [TrustStoreError, SignatureError],
    // The payload is mutated and then signed: a signer that is trusted may still write what nobody should take over.
    parse: (input) => WAYS[kind](signByBoth(kind, input)),
    check(document) {
      deepStrictEqual(parseTrustDocument(trustDocumentText(document)), document);
      new TrustIndex(document).levelOf('known', TAKEN_OVER_AT);
    },
  };
}

/** Revocation lists. */
export const revocationListTarget: FuzzTarget<TrustDocument> = trustDocumentTarget(
  'revocation-list',
  'revocations',
);
/** Rotations of keys. */
export const keyRotationTarget: FuzzTarget<TrustDocument> = trustDocumentTarget('key-rotation', 'rotation');
/** Trust roots. */
export const trustRootTarget: FuzzTarget<TrustDocument> = trustDocumentTarget('trust-root', 'root');

/** Whole documents, with their signatures. */
export const signedDocumentTarget: FuzzTarget<TrustDocument> = {
  name: 'signed-document',
  kind: 'json',
  refusals: [TrustStoreError, SignatureError],
  parse: (input) => WAYS.revocations(input),
  check(document) {
    deepStrictEqual(parseTrustDocument(trustDocumentText(document)), document);
  },
};
