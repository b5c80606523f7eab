/**
 * "From now on I sign with this key": said by the old key, confirmed by the new one.
 *
 * The new key takes over the signer, the level and the plugins of the old one; it gains nothing. The old key's signatures from
 * before the rotation still count, later ones do not.
 *
 * @module
 */
import { createPublicKey } from 'node:crypto';
import { SignatureError } from '@truthound/protocols';
import { type SignedDocument, openDocument, parseDocument, signDocument } from '../signed-document.ts';
import { type KeyInput, loadKey } from '../signing-key.ts';
import { addKey, addRevocation } from './trust-changes.ts';
import type { TrustDocument } from './trust-document.ts';
import { TrustIndex } from './trust-index.ts';
import { TrustStoreError } from './trust-store-error.ts';

/** Makes a rotation record: both private keys sign it. @throws SignatureError */
export function signKeyRotation(facts: {
  readonly oldKey: KeyInput;
  readonly newKey: KeyInput;
  readonly rotatedAt: Date;
}): string {
  const [oldKey, newKey] = [loadKey(facts.oldKey), loadKey(facts.newKey)];
  if (oldKey.keyId === newKey.keyId) throw new SignatureError('the old key and the new key are the same');
  const content = {
    formatVersion: 1,
    oldKeyId: oldKey.keyId,
    newKey: createPublicKey(newKey.key).export({ type: 'spki', format: 'pem' }).toString(),
    rotatedAt: facts.rotatedAt.toISOString(),
  };
  return signDocument('rotation', content, [facts.oldKey, facts.newKey]);
}

/** Takes a rotation over. @throws TrustStoreError when the old key has no say; SignatureError when the record is malformed */
export function applyKeyRotation(document: TrustDocument, signed: SignedDocument, now: Date): TrustDocument {
  const opened = openDocument('rotation', signed);
  const index = new TrustIndex(document);
  const known = document.keys.flatMap(({ keyId }) => index.findKey(keyId) ?? []);
  const signers = opened.signersAmong(known.map(({ key }) => key));
  const { oldKeyId, newKey, rotatedAt } = parseRotation(parseDocument('rotation', opened.payload));
  const old = known.find(({ keyId }) => keyId === oldKeyId);
  if (old === undefined || !signers.includes(oldKeyId)) {
    throw new TrustStoreError(
      'the rotation is not signed by the old key, or the store does not know that key',
    );
  }
  if (index.findRevocation({ keyId: oldKeyId, signedAt: now }) !== undefined) {
    throw new TrustStoreError(`key ${oldKeyId} is revoked and can hand over nothing`);
  }
  const key = loadKey(newKey);
  if (opened.signersAmong([key]).length === 0)
    throw new TrustStoreError('the rotation is not signed by the new key');
  const { signerId, trustLevel, pluginIds } = old;
  const lineage = { oldKeyId, newKeyId: key.keyId, rotatedAt: rotatedAt.toISOString() };
  const added = addKey(document, { key, signerId, trustLevel, pluginIds, algorithm: undefined }, now);
  const reason = `replaced by key ${key.keyId}`;
  const withCutOff = addRevocation(added, { keyId: oldKeyId, reason, since: rotatedAt }, now);
  return { ...withCutOff, lineages: [...withCutOff.lineages, lineage] };
}

function parseRotation(content: Readonly<Record<string, unknown>>): {
  readonly oldKeyId: string;
  readonly newKey: string;
  readonly rotatedAt: Date;
} {
  const { oldKeyId, newKey, rotatedAt } = content;
  const time = new Date(typeof rotatedAt === 'string' ? rotatedAt : NaN);
  if (typeof oldKeyId !== 'string' || typeof newKey !== 'string' || Number.isNaN(time.getTime())) {
    throw new SignatureError('the rotation is malformed: it has oldKeyId, newKey and rotatedAt');
  }
  return { oldKeyId, newKey, rotatedAt: time };
}
