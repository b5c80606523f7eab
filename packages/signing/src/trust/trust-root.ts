/**
 * The trust root: N of M keys that together may say what is revoked, and who the next N of M are.
 *
 * As in TUF, a new root is signed by enough keys of the old one and by enough of its own, and has the very next version, so
 * that no version can be left out or brought back. Thresholds count keys, never signatures.
 *
 * @module
 */
import { SignatureError } from '@truthound/protocols';
import { counted } from '../counted.ts';
import { type SignedDocument, openDocument, parseDocument, signDocument } from '../signed-document.ts';
import { type KeyInput, type SigningKey, loadKey } from '../signing-key.ts';
import type { RootRecord, TrustDocument } from './trust-document.ts';
import { TrustStoreError } from './trust-store-error.ts';

/** What a trust root says. */
export interface TrustRoot {
  /** 1 for the first; each next one has the next number. */
  readonly version: number;
  /** How many of `keys` have to sign. */
  readonly threshold: number;
  /** Public keys, PEM. */
  readonly keys: readonly string[];
  readonly expiresAt: Date;
}

const MAX_ROOT_KEYS = 16;

/** Signs a root with keys of the old and of the new one. @throws SignatureError */
export function signTrustRoot(root: TrustRoot, privateKeys: readonly KeyInput[]): string {
  return signDocument('root', { formatVersion: 1, ...toRecord(root) }, privateKeys);
}

/** Sets the first root, by the authority of whoever administers the store. @throws TrustStoreError when there is one already */
export function pinTrustRoot(document: TrustDocument, root: TrustRoot): TrustDocument {
  if (document.root !== null) {
    throw new TrustStoreError(
      `there is a trust root of version ${document.root.version} already: update it with a signed one`,
    );
  }
  const record = toRecord(root);
  assertUsable(record);
  return { ...document, root: record };
}

/** Replaces the root by the next one. @throws TrustStoreError, SignatureError */
export function updateTrustRoot(document: TrustDocument, signed: SignedDocument, now: Date): TrustDocument {
  const { root: current } = document;
  if (current === null) throw new TrustStoreError('there is no trust root to update: set the first one');
  const opened = openDocument('root', signed);
  const byOld = opened.signersAmong(loadRootKeys(current)).length;
  if (byOld < current.threshold) {
    throw new TrustStoreError(
      `the new trust root is signed by ${counted(byOld, 'key')} of the old one, and needs ${current.threshold}`,
    );
  }
  const next = parseRoot(parseDocument('root', opened.payload));
  assertUsable(next);
  const byNew = opened.signersAmong(loadRootKeys(next)).length;
  if (byNew < next.threshold) {
    throw new TrustStoreError(
      `the new trust root is signed by ${byNew} of its own keys, and ${next.threshold} are needed`,
    );
  }
  if (next.version !== current.version + 1) {
    throw new TrustStoreError(
      `the new trust root has version ${next.version}, and ${current.version + 1} comes next`,
    );
  }
  if (Date.parse(next.expiresAt) <= now.getTime())
    throw new TrustStoreError(`the new trust root expired at ${next.expiresAt}`);
  return { ...document, root: next };
}

/** @throws SignatureError for a key that cannot be loaded */
export function loadRootKeys({ keys }: Pick<RootRecord, 'keys'>): readonly SigningKey[] {
  return keys.map((key) => loadKey(key));
}

function toRecord({ version, threshold, keys, expiresAt }: TrustRoot): RootRecord {
  return { version, threshold, keys: [...keys], expiresAt: expiresAt.toISOString() };
}

function assertUsable(root: RootRecord): void {
  const { version, threshold, keys } = root;
  if (!Number.isSafeInteger(version) || version < 1)
    throw new TrustStoreError('the version of a trust root is 1 or more');
  if (keys.length > MAX_ROOT_KEYS)
    throw new TrustStoreError(`a trust root has at most ${MAX_ROOT_KEYS} keys`);
  const loaded = loadRootKeys(root);
  if (loaded.some(({ canSign, family }) => canSign || family === 'hmac')) {
    throw new TrustStoreError('a trust root lists public keys only');
  }
  const distinct = new Set(loaded.map((key) => key.keyId)).size;
  if (distinct !== keys.length) throw new TrustStoreError('a trust root lists each key once');
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > distinct) {
    throw new TrustStoreError(
      `the threshold of a trust root with ${distinct} keys is 1 to ${distinct}, not ${threshold}`,
    );
  }
}

function parseRoot(content: Readonly<Record<string, unknown>>): RootRecord {
  const { version, threshold, keys, expiresAt } = content;
  const isRoot =
    typeof version === 'number' &&
    typeof threshold === 'number' &&
    Array.isArray(keys) &&
    keys.every((key) => typeof key === 'string') &&
    typeof expiresAt === 'string' &&
    !Number.isNaN(Date.parse(expiresAt));
  if (!isRoot)
    throw new SignatureError('the trust root is malformed: it has version, threshold, keys and expiresAt');
  return { version, threshold, keys, expiresAt };
}
