/**
 * Signed lists of what was withdrawn, for hosts without a network: a file that is carried in.
 *
 * A list is numbered and says when the next one is due, so an older list cannot be passed off as the newest, and a host can
 * tell that it has not heard for too long.
 *
 * @module
 */
import { SignatureError, TrustLevel } from '@truthound/protocols';
import { counted } from '../counted.ts';
import { isObject } from '../is-object.ts';
import { type SignedDocument, openDocument, parseDocument, signDocument } from '../signed-document.ts';
import type { KeyInput, SigningKey } from '../signing-key.ts';
import { addRevocation } from './trust-changes.ts';
import type { ListRecord, TrustDocument } from './trust-document.ts';
import { TrustIndex } from './trust-index.ts';
import { TrustStoreError } from './trust-store-error.ts';
import { loadRootKeys } from './trust-root.ts';

/** One entry of a list; as in `RevokeOptions`. */
export interface RevocationEntry {
  readonly certId?: string;
  readonly serial?: string;
  readonly keyId?: string;
  readonly digest?: string;
  readonly pluginId?: string;
  readonly fromVersion?: string;
  readonly beforeVersion?: string;
  readonly reason: string;
  readonly since?: Date;
}

/** What a list says. */
export interface RevocationList {
  /** Higher than that of every list before. */
  readonly version: number;
  readonly issuedAt: Date;
  /** When a host without a newer list has to worry. */
  readonly nextUpdate: Date;
  readonly revocations: readonly RevocationEntry[];
}

const SKEW_MS = 5 * 60_000;
const ENTRY_TEXTS = [
  'certId',
  'serial',
  'keyId',
  'digest',
  'pluginId',
  'fromVersion',
  'beforeVersion',
  'reason',
];
/** Stands for the keys of the trust root, which sign together. */
const ROOT_AUTHORITY = 'root';

/** Signs a list. @throws SignatureError */
export function signRevocationList(list: RevocationList, privateKeys: readonly KeyInput[]): string {
  const content = {
    formatVersion: 1,
    version: list.version,
    issuedAt: list.issuedAt.toISOString(),
    nextUpdate: list.nextUpdate.toISOString(),
    revocations: list.revocations.map(({ since, ...entry }) => ({
      ...entry,
      ...(since === undefined ? {} : { since: since.toISOString() }),
    })),
  };
  return signDocument('revocations', content, privateKeys);
}

/** Takes a list over. @throws TrustStoreError when its signers have no say, or it is older than the one before; SignatureError when malformed */
export function importRevocationList(
  document: TrustDocument,
  signed: SignedDocument,
  now: Date,
): TrustDocument {
  const opened = openDocument('revocations', signed);
  const authority = findAuthority(document, opened.signersAmong.bind(opened), now);
  const list = parseList(parseDocument('revocations', opened.payload));
  const before = document.lists.find(({ keyId }) => keyId === authority);
  if (before !== undefined && list.version < before.version) {
    throw new TrustStoreError(
      `the revocation list has version ${list.version}, and ${before.version} is known already`,
    );
  }
  if (list.issuedAt.getTime() > now.getTime() + SKEW_MS)
    throw new TrustStoreError('the revocation list is from the future');
  if (list.nextUpdate.getTime() <= now.getTime()) {
    throw new TrustStoreError(
      `the revocation list is out of date since ${list.nextUpdate.toISOString()}: fetch a newer one`,
    );
  }
  if (before?.version === list.version) return document;
  const record: ListRecord = {
    keyId: authority,
    version: list.version,
    issuedAt: list.issuedAt.toISOString(),
    nextUpdate: list.nextUpdate.toISOString(),
  };
  const withList: TrustDocument = {
    ...document,
    lists: [...document.lists.filter(({ keyId }) => keyId !== authority), record],
  };
  return list.revocations.reduce<TrustDocument>(
    (state, entry) => addRevocation(state, entry, now, authority),
    withList,
  );
}

/** The keys of the trust root, where there is one; else any one key that is trusted for all plugins. */
function findAuthority(
  document: TrustDocument,
  signersAmong: (keys: readonly SigningKey[]) => readonly string[],
  now: Date,
): string {
  const { root } = document;
  if (root !== null) {
    if (Date.parse(root.expiresAt) <= now.getTime()) {
      throw new TrustStoreError(`the trust root expired at ${root.expiresAt}: update it first`);
    }
    const count = signersAmong(loadRootKeys(root)).length;
    if (count >= root.threshold) return ROOT_AUTHORITY;
    throw new TrustStoreError(
      `the revocation list is signed by ${counted(count, 'key')} of the trust root, and needs ${root.threshold}`,
    );
  }
  const index = new TrustIndex(document);
  const entitled = document.keys
    .filter(({ keyId, trustLevel, pluginIds, signerId }) => {
      const isCapped =
        Object.hasOwn(document.signers, signerId) && document.signers[signerId] !== TrustLevel.TRUSTED;
      const isRevoked = index.findRevocation({ keyId, signedAt: now }) !== undefined;
      return trustLevel === TrustLevel.TRUSTED && pluginIds === null && !isCapped && !isRevoked;
    })
    .flatMap(({ keyId }) => index.findKey(keyId)?.key ?? []);
  const [signer] = signersAmong(entitled);
  if (signer !== undefined) return signer;
  throw new TrustStoreError('the revocation list is not signed by a key that is trusted for all plugins');
}

function parseList(content: Readonly<Record<string, unknown>>): RevocationList {
  const { version, issuedAt, nextUpdate, revocations } = content;
  if (!Number.isSafeInteger(version) || (version as number) < 0)
    throw malformed('its version is not a whole number');
  return {
    version: version as number,
    issuedAt: parseTime(issuedAt, 'issuedAt'),
    nextUpdate: parseTime(nextUpdate, 'nextUpdate'),
    revocations: parseRevocationEntries(revocations),
  };
}

/** Entries as they stand in a list, times as text. @throws SignatureError */
export function parseRevocationEntries(json: unknown): readonly RevocationEntry[] {
  if (!Array.isArray(json)) throw malformed('its revocations are not a list');
  return json.map(parseEntry);
}

function parseEntry(json: unknown): RevocationEntry {
  if (!isObject(json)) throw malformed('an entry is not an object');
  const { since, ...texts } = json;
  for (const [key, value] of Object.entries(texts)) {
    if (!ENTRY_TEXTS.includes(key))
      throw malformed(`an entry has the unknown key ${JSON.stringify(key.slice(0, 60))}`);
    if (typeof value !== 'string') throw malformed(`the ${key} of an entry is not a text`);
  }
  const entry = texts as unknown as RevocationEntry;
  return since === undefined ? entry : { ...entry, since: parseTime(since, 'since') };
}

function parseTime(value: unknown, name: string): Date {
  const time = typeof value === 'string' ? new Date(value) : new Date(NaN);
  if (Number.isNaN(time.getTime())) throw malformed(`its ${name} is not a time`);
  return time;
}

function malformed(reason: string): SignatureError {
  return new SignatureError(`the revocation list is malformed: ${reason}`);
}
