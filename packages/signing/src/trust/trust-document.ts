/**
 * What a trust store holds, as data, and its form in a file.
 *
 * The file carries a checksum: a half-written or hand-edited file is refused, never half-understood. That is not a
 * signature; who may write the file may trust whom they like.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { SignatureAlgorithm, TrustLevel, parseJson } from '@truthound/protocols';
import { type JsonValue, canonicalJson } from '../canonical-json.ts';
import { isObject } from '../is-object.ts';

/** A key and whose it is. Times are ISO 8601. */
export interface KeyRecord {
  readonly keyId: string;
  readonly signerId: string;
  readonly trustLevel: TrustLevel;
  /** PEM of a public key, or base64 of a secret. */
  readonly material: string;
  /** What signatures by it may use. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Plugins it may sign: ids, with `*` for any run of characters; `null` for all. */
  readonly pluginIds: readonly string[] | null;
  readonly addedAt: string;
}

/** A certificate: a root, or one that is trusted by itself. */
export interface CertificateRecord {
  readonly certId: string;
  readonly pem: string;
  readonly trustLevel: TrustLevel;
  readonly addedAt: string;
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

/** What does not count any more. Exactly one of the subjects is set. */
export interface RevocationRecord {
  readonly certId: string | null;
  readonly serial: string | null;
  readonly keyId: string | null;
  readonly digest: string | null;
  /** A plugin, in the versions from `fromVersion` on and before `beforeVersion`. */
  readonly pluginId: string | null;
  readonly fromVersion: string | null;
  readonly beforeVersion: string | null;
  readonly reason: string;
  /** Signatures made before this still count; `null`: none do. */
  readonly since: string | null;
  readonly revokedAt: string;
  /** Key that signed the list it came from; `null` when it was entered here. */
  readonly listedBy: string | null;
}

/** How far a signed revocation list has been taken over. */
export interface ListRecord {
  readonly keyId: string;
  readonly version: number;
  readonly issuedAt: string;
  readonly nextUpdate: string;
}

/** "The signer of this key uses that key from now on", signed by the old key. */
export interface LineageRecord {
  readonly oldKeyId: string;
  readonly newKeyId: string;
  readonly rotatedAt: string;
}

/** Keys that may change whom the store trusts, N of M. */
export interface RootRecord {
  readonly version: number;
  readonly threshold: number;
  /** PEM of the public keys. */
  readonly keys: readonly string[];
  readonly expiresAt: string;
}

/** The whole content. Never changed in place. */
export interface TrustDocument {
  readonly keys: readonly KeyRecord[];
  readonly certificates: readonly CertificateRecord[];
  /** Levels set for signers by name; they lower what their keys have, never raise it. */
  readonly signers: Readonly<Record<string, TrustLevel>>;
  readonly revocations: readonly RevocationRecord[];
  readonly lists: readonly ListRecord[];
  readonly lineages: readonly LineageRecord[];
  /** Highest sequence seen of each plugin. */
  readonly sequences: Readonly<Record<string, number>>;
  readonly root: RootRecord | null;
}

/** A store that trusts nobody. */
export const EMPTY_TRUST: TrustDocument = Object.freeze({
  keys: [],
  certificates: [],
  signers: {},
  revocations: [],
  lists: [],
  lineages: [],
  sequences: {},
  root: null,
});

/** Format of the file; a higher one belongs to a newer release and is refused. */
export const TRUST_FORMAT_VERSION = 1;

/** The text of the file. */
export function trustDocumentText(document: TrustDocument): string {
  const file = { formatVersion: TRUST_FORMAT_VERSION, checksum: checksumOf(document), ...document };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** @throws TypeError that says what is wrong, as the rest of a sentence that starts with the file. */
export function parseTrustDocument(text: string): TrustDocument {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    throw new TypeError('is not JSON');
  }
  if (!isObject(json)) throw new TypeError('is not a JSON object');
  const { formatVersion, checksum, ...content } = json;
  if (formatVersion !== TRUST_FORMAT_VERSION) {
    throw new TypeError(
      typeof formatVersion === 'number' && formatVersion > TRUST_FORMAT_VERSION
        ? `has format ${formatVersion}, and this release knows ${TRUST_FORMAT_VERSION}: update @truthound/signing`
        : 'has no format version that this release knows',
    );
  }
  const fault = findFault(content);
  if (fault !== undefined) throw new TypeError(`is damaged: ${fault}`);
  const document = content as unknown as TrustDocument;
  if (checksum !== checksumOf(document)) {
    throw new TypeError('is damaged or was edited by hand: its checksum does not fit its content');
  }
  return document;
}

function checksumOf(document: TrustDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}

type Kind = (value: unknown) => boolean;

const isText: Kind = (value) => typeof value === 'string' && value !== '';
const isTextOrNull: Kind = (value) => value === null || isText(value);
const isTime: Kind = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isTimeOrNull: Kind = (value) => value === null || isTime(value);
const isCount: Kind = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isLevel: Kind = (value) => Object.values<unknown>(TrustLevel).includes(value);
const isAlgorithm: Kind = (value) => Object.values<unknown>(SignatureAlgorithm).includes(value);
const listOf =
  (kind: Kind): Kind =>
  (value) =>
    Array.isArray(value) && value.every(kind);
const mapOf =
  (kind: Kind): Kind =>
  (value) =>
    isObject(value) && Object.values(value).every(kind);
const shape =
  (kinds: Readonly<Record<string, Kind>>): Kind =>
  (value) =>
    isObject(value) &&
    Object.keys(value).length === Object.keys(kinds).length &&
    Object.entries(kinds).every(([key, kind]) => Object.hasOwn(value, key) && kind(value[key]));

const PARTS: Readonly<Record<keyof TrustDocument, Kind>> = {
  keys: listOf(
    shape({
      keyId: isText,
      signerId: isText,
      trustLevel: isLevel,
      material: isText,
      algorithms: listOf(isAlgorithm),
      pluginIds: (value) => value === null || listOf(isText)(value),
      addedAt: isTime,
    }),
  ),
  certificates: listOf(
    shape({ certId: isText, pem: isText, trustLevel: isLevel, addedAt: isTime, metadata: isObject }),
  ),
  signers: mapOf(isLevel),
  revocations: listOf(
    shape({
      certId: isTextOrNull,
      serial: isTextOrNull,
      keyId: isTextOrNull,
      digest: isTextOrNull,
      pluginId: isTextOrNull,
      fromVersion: isTextOrNull,
      beforeVersion: isTextOrNull,
      reason: isText,
      since: isTimeOrNull,
      revokedAt: isTime,
      listedBy: isTextOrNull,
    }),
  ),
  lists: listOf(shape({ keyId: isText, version: isCount, issuedAt: isTime, nextUpdate: isTime })),
  lineages: listOf(shape({ oldKeyId: isText, newKeyId: isText, rotatedAt: isTime })),
  sequences: mapOf(isCount),
  root: (value) =>
    value === null ||
    shape({ version: isCount, threshold: isCount, keys: listOf(isText), expiresAt: isTime })(value),
};

function findFault(content: Readonly<Record<string, unknown>>): string | undefined {
  const unknownKey = Object.keys(content).find((key) => !Object.hasOwn(PARTS, key));
  if (unknownKey !== undefined) return `it has the unknown part ${JSON.stringify(unknownKey.slice(0, 60))}`;
  const bad = Object.entries(PARTS).find(([key, kind]) => !kind(content[key]));
  return bad === undefined ? undefined : `its part "${bad[0]}" is missing or malformed`;
}
