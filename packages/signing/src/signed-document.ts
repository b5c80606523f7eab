/**
 * Documents about trust, signed by one key or several: revocation lists, rotations, trust roots.
 *
 * DSSE like the signatures of plugins, each kind with a payload type of its own, so that a signature made for one kind never
 * counts for another. Here every signature covers the same payload: nothing in it differs between signers.
 *
 * @module
 */
import { SignatureError, parseJson } from '@truthound/protocols';
import { ALGORITHMS } from './algorithms.ts';
import { fromBase64, toBase64, utf8, utf8Text } from './byte-text.ts';
import { canonicalJson } from './canonical-json.ts';
import { preAuthEncoding } from './dsse-envelope.ts';
import { isObject } from './is-object.ts';
import { MAX_SIGNATURES, MAX_SIGNATURE_FILE_BYTES } from './signature-limits.ts';
import { type KeyInput, type SigningKey, loadKey } from './signing-key.ts';

/** What a signed document may be. */
export const DOCUMENT_TYPES: Readonly<Record<'revocations' | 'rotation' | 'root', string>> = Object.freeze({
  revocations: 'application/vnd.truthound.revocations.v1+json',
  rotation: 'application/vnd.truthound.key-rotation.v1+json',
  root: 'application/vnd.truthound.trust-root.v1+json',
});

/** One of the kinds of {@link DOCUMENT_TYPES}. */
export type DocumentKind = keyof typeof DOCUMENT_TYPES;

const KINDS = Object.keys(DOCUMENT_TYPES) as readonly DocumentKind[];

/** A signed document as it is handed about: JSON text, its bytes, or the parsed JSON. */
export type SignedDocument = string | Uint8Array | Readonly<Record<string, unknown>>;

/** A document whose signatures are not yet checked. */
export interface OpenedDocument {
  /** Parse only after enough keys were found by {@link signersAmong}. */
  readonly payload: Uint8Array;
  /** As they stand in the document. */
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
  /** The ids of those of `keys` that signed: each at most once, whatever the document claims. */
  signersAmong(keys: readonly SigningKey[]): readonly string[];
}

/** Signs `content` with each key. Only Ed25519 and RSA keys: a secret proves nothing to third parties. @throws SignatureError */
export function signDocument(kind: DocumentKind, content: unknown, privateKeys: readonly KeyInput[]): string {
  const payload = utf8(canonicalJson(content));
  return write(
    kind,
    payload,
    privateKeys.map((input) => signPayload(kind, payload, input)),
  );
}

/** A signature as it stands in a document. */
interface SignatureRecord {
  readonly keyid: string;
  readonly sig: string;
}

function signPayload(kind: DocumentKind, payload: Uint8Array, input: KeyInput): SignatureRecord {
  const key = loadKey(input);
  if (!key.canSign || key.family === 'hmac')
    throw new SignatureError('a document is signed with private Ed25519 or RSA keys');
  const signature = rowOf(key).sign(key, preAuthEncoding(payload, DOCUMENT_TYPES[kind]));
  return { keyid: key.keyId, sig: toBase64(signature) };
}

function write(kind: DocumentKind, payload: Uint8Array, signatures: readonly SignatureRecord[]): string {
  if (signatures.length > MAX_SIGNATURES)
    throw new SignatureError(`a document carries at most ${MAX_SIGNATURES} signatures`);
  return `${JSON.stringify({ payloadType: DOCUMENT_TYPES[kind], payload: toBase64(payload), signatures }, null, 2)}\n`;
}

/**
 * The document with further signatures over the same content, for signers who sit at different machines. A key's earlier signature is
 * replaced. The signatures that are there are kept as they are, right or wrong: who imports the document checks them.
 *
 * @throws SignatureError when the document is malformed, or a key cannot sign it.
 */
export function cosignDocument(document: SignedDocument, privateKeys: readonly KeyInput[]): string {
  const json = toJson(document);
  const type = isObject(json) ? json['payloadType'] : undefined;
  const kind = KINDS.find((each) => DOCUMENT_TYPES[each] === type);
  if (kind === undefined) throw new SignatureError('the file is not a signed document about trust');
  const { payload, signatures } = openDocument(kind, document);
  const added = privateKeys.map((input) => signPayload(kind, payload, input));
  const kept = signatures.filter(({ keyid }) => added.every((each) => each.keyid !== keyid));
  return write(kind, payload, [...kept, ...added]);
}

/** Opens a document of that kind. @throws SignatureError when it is malformed or of another kind */
export function openDocument(kind: DocumentKind, document: SignedDocument): OpenedDocument {
  const json = toJson(document);
  const payloadType = DOCUMENT_TYPES[kind];
  if (!isObject(json) || json['payloadType'] !== payloadType)
    throw malformed(kind, `its payloadType is not "${payloadType}"`);
  const payload = typeof json['payload'] === 'string' ? fromBase64(json['payload']) : undefined;
  const signatures: unknown = json['signatures'];
  if (payload === undefined) throw malformed(kind, 'its payload is not canonical base64');
  if (!Array.isArray(signatures) || signatures.length > MAX_SIGNATURES) {
    throw malformed(kind, `it does not carry 1 to ${MAX_SIGNATURES} signatures`);
  }
  const parsed = signatures.map((each) => parseSignature(kind, each));
  const signed = preAuthEncoding(payload, payloadType);
  return {
    payload,
    signatures: parsed.map(({ keyId, signature }) => ({ keyid: keyId, sig: toBase64(signature) })),
    signersAmong: (keys) =>
      [...new Map(keys.map((key) => [key.keyId, key])).values()]
        .filter((key) => key.family !== 'hmac')
        .filter((key) =>
          parsed.some(
            ({ keyId, signature }) =>
              keyId === key.keyId && rowOf(key).findFault(key, signed, signature) === undefined,
          ),
        )
        .map((key) => key.keyId),
  };
}

/** The content, once its signatures were checked. @throws SignatureError */
export function parseDocument(kind: DocumentKind, payload: Uint8Array): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = parseJson(utf8Text(payload));
  } catch {
    throw malformed(kind, 'its content is not JSON');
  }
  if (!isObject(content) || content['formatVersion'] !== 1)
    throw malformed(kind, 'its formatVersion is not 1');
  return content;
}

function rowOf(key: SigningKey): (typeof ALGORITHMS)['ED25519'] {
  return key.family === 'rsa' ? ALGORITHMS.RSA_SHA256 : ALGORITHMS.ED25519;
}

function toJson(document: SignedDocument): unknown {
  if (typeof document !== 'string' && !(document instanceof Uint8Array)) return document;
  if (document.length > MAX_SIGNATURE_FILE_BYTES) {
    throw new SignatureError(`a signed document has at most ${MAX_SIGNATURE_FILE_BYTES} bytes`);
  }
  try {
    return parseJson(typeof document === 'string' ? document : utf8Text(document));
  } catch {
    throw new SignatureError('the signed document is not JSON');
  }
}

function parseSignature(
  kind: DocumentKind,
  json: unknown,
): { readonly keyId: string; readonly signature: Uint8Array } {
  const signature = isObject(json) && typeof json['sig'] === 'string' ? fromBase64(json['sig']) : undefined;
  if (!isObject(json) || typeof json['keyid'] !== 'string' || signature === undefined) {
    throw malformed(kind, 'a signature has no keyid, or its sig is not canonical base64');
  }
  return { keyId: json['keyid'], signature };
}

function malformed(kind: DocumentKind, reason: string): SignatureError {
  return new SignatureError(`the signed document (${kind}) is malformed: ${reason}`);
}
