/**
 * A key as this package uses it: parsed once, with the family that decides which algorithms it may be used for.
 *
 * What a key is for is settled when it is loaded, never by the signature it is held against. A public key
 * given as text is therefore never taken for the secret of an HMAC.
 *
 * @module
 */
import {
  type JsonWebKey,
  type KeyObject,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
} from 'node:crypto';
import { type SignatureAlgorithm, SignatureError, parseJson } from '@truthound/protocols';
import { findEd25519KeyFault } from './ed25519-strictness.ts';
import { utf8 } from './byte-text.ts';

/** Kind of key. Each algorithm belongs to one. */
export type KeyFamily = 'ed25519' | 'rsa' | 'hmac';

/** A loaded key. `key` is node's; nothing prints its secret part. */
export interface SigningKey {
  readonly family: KeyFamily;
  /** Whether it can sign. A secret can do both. */
  readonly canSign: boolean;
  readonly key: KeyObject;
  /** 64 hex digits: SHA-256 of the public key's SPKI; of a secret, a value from which it cannot be computed. */
  readonly keyId: string;
  /** The 32 raw bytes of an Ed25519 public key. */
  readonly rawPublicKey: Uint8Array | undefined;
}

/** What {@link loadKey} accepts: PEM text, raw bytes, a JWK, a `KeyObject`, or the secret of an HMAC. */
export type KeyInput = string | Uint8Array | KeyObject | Readonly<Record<string, unknown>>;

/** How to read a key. */
export interface LoadKeyOptions {
  /**
   * What it will be used for. Needed for raw bytes and for secrets, because bytes do not say what they are.
   * @defaultValue what the PEM or JWK says
   */
  readonly algorithm?: SignatureAlgorithm | undefined;
  /** Of an encrypted private key. */
  readonly passphrase?: string | undefined;
  /** Whether 32 raw bytes are a public key or a seed. @defaultValue `verify` */
  readonly use?: 'sign' | 'verify' | undefined;
}

/** Shortest secret of an HMAC in bytes: the length of SHA-256, as RFC 7518 §3.2 asks. */
export const MIN_SECRET_BYTES = 32;
/** RSA keys below are refused (NIST SP 800-131A). */
export const MIN_RSA_BITS = 2048;
/** RSA keys above are refused: checking one signature would take longer than a plugin is worth. */
export const MAX_RSA_BITS = 16384;
const MAX_KEY_TEXT = 64 * 1024;

/** DER before the 32 bytes of an Ed25519 public key (RFC 8410 §4) and private key (§7). */
const ED25519_SPKI_PREFIX: Buffer = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_PKCS8_PREFIX: Buffer = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Which family an algorithm needs; the two plain digests need no key. */
export const ALGORITHM_FAMILY: Readonly<Record<SignatureAlgorithm, KeyFamily | undefined>> = Object.freeze({
  SHA256: undefined,
  SHA512: undefined,
  HMAC_SHA256: 'hmac',
  HMAC_SHA512: 'hmac',
  RSA_SHA256: 'rsa',
  ED25519: 'ed25519',
});

/**
 * Loads a key.
 *
 * @throws SignatureError when it cannot be read, is too weak, or does not fit `options.algorithm`. The message never holds the key.
 */
export function loadKey(input: KeyInput, options: LoadKeyOptions = {}): SigningKey {
  const family = options.algorithm === undefined ? undefined : ALGORITHM_FAMILY[options.algorithm];
  const loaded = describeKey(toKeyObject(input, family, options));
  if (family !== undefined && loaded.family !== family) {
    throw new SignatureError(
      `${String(options.algorithm)} needs ${FAMILY_NAME[family]}, but the key given is ${FAMILY_NAME[loaded.family]}`,
    );
  }
  return loaded;
}

/** Identifies a key: 64 hex digits, the same for the public and the private part. @throws SignatureError */
export function keyId(input: KeyInput, options: LoadKeyOptions = {}): string {
  return loadKey(input, options).keyId;
}

/** Whether a key says by its form what it is; raw bytes and secrets do not. */
export function isSelfDescribing(input: KeyInput): boolean {
  if (typeof input === 'string') return /^\s*(?:-----BEGIN |\{)/.test(input);
  return !(input instanceof Uint8Array) || asPemText(input) !== undefined;
}

const FAMILY_NAME: Readonly<Record<KeyFamily, string>> = {
  ed25519: 'an Ed25519 key',
  rsa: 'an RSA key',
  hmac: 'a secret',
};

function isKeyObject(input: KeyInput): input is KeyObject {
  return (
    Object.prototype.toString.call(input) === '[object KeyObject]' || 'asymmetricKeyType' in Object(input)
  );
}

function toKeyObject(input: KeyInput, family: KeyFamily | undefined, options: LoadKeyOptions): KeyObject {
  if (typeof input === 'string') return fromText(input, family, options);
  if (input instanceof Uint8Array) {
    const text = asPemText(input);
    return text === undefined ? fromBytes(input, family, options) : fromText(text, family, options);
  }
  if (isKeyObject(input)) return input;
  if (typeof input === 'object' && (input as unknown) !== null) return fromJwk(input);
  throw new SignatureError('a key must be PEM text, bytes, a JWK, a KeyObject or a secret');
}

function asPemText(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_KEY_TEXT)).toString(
    'latin1',
  );
  return text.trimStart().startsWith('-----BEGIN ') ? text : undefined;
}

function fromText(text: string, family: KeyFamily | undefined, options: LoadKeyOptions): KeyObject {
  if (text.length > MAX_KEY_TEXT) throw new SignatureError(`a key has at most ${MAX_KEY_TEXT} characters`);
  const trimmed = text.trim();
  if (trimmed.startsWith('-----BEGIN ')) return fromPem(trimmed, options.passphrase);
  if (trimmed.startsWith('{')) return fromJwk(parseJwk(trimmed));
  if (family === undefined || family === 'hmac') return toSecret(utf8(text));
  throw new SignatureError(`${String(options.algorithm)} needs ${FAMILY_NAME[family]} as PEM text or JWK`);
}

function parseJwk(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseJson(text) as Readonly<Record<string, unknown>>;
  } catch {
    throw new SignatureError('the key starts like a JWK, but is not JSON');
  }
}

function fromPem(pem: string, passphrase: string | undefined): KeyObject {
  try {
    if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) return createPublicKey(pem);
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const hint =
      code === 'ERR_MISSING_PASSPHRASE' || /PASSPHRASE|interrupted or cancelled/i.test(code + String(cause))
        ? 'it is encrypted: give its passphrase'
        : passphrase === undefined
          ? 'it is malformed, or of a kind that this Node does not know'
          : 'the passphrase is wrong, or the key is malformed';
    throw new SignatureError(`the PEM key cannot be read: ${hint}`);
  }
}

function fromJwk(jwk: Readonly<Record<string, unknown>>): KeyObject {
  if (jwk['kty'] === 'oct') {
    if (typeof jwk['k'] !== 'string') throw new SignatureError('the JWK has no "k"');
    return toSecret(Buffer.from(jwk['k'], 'base64url'));
  }
  try {
    const source = { key: jwk as JsonWebKey, format: 'jwk' as const };
    return jwk['d'] === undefined ? createPublicKey(source) : createPrivateKey(source);
  } catch {
    throw new SignatureError('the JWK cannot be read: it is malformed, or of a kind that is not supported');
  }
}

function fromBytes(bytes: Uint8Array, family: KeyFamily | undefined, options: LoadKeyOptions): KeyObject {
  if (family === 'hmac') return toSecret(bytes);
  if (family === 'ed25519') return fromRawEd25519(bytes, options.use ?? 'verify');
  if (family === 'rsa') throw new SignatureError('an RSA key is given as PEM text or JWK, not as raw bytes');
  throw new SignatureError('raw bytes do not say what they are: give the algorithm of the key as well');
}

/** NaCl's forms: 32 bytes public or seed, 64 bytes seed and public. */
function fromRawEd25519(bytes: Uint8Array, use: 'sign' | 'verify'): KeyObject {
  if (bytes.length === 32 && use === 'verify') {
    const der = Buffer.concat([ED25519_SPKI_PREFIX, bytes]);
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  }
  if (bytes.length !== 32 && bytes.length !== 64) {
    throw new SignatureError(`a raw Ed25519 key has 32 or 64 bytes, not ${bytes.length}`);
  }
  const der = Buffer.concat([ED25519_PKCS8_PREFIX, bytes.subarray(0, 32)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  if (bytes.length === 64 && !rawEd25519(createPublicKey(key)).equals(bytes.subarray(32))) {
    throw new SignatureError('the two halves of the raw Ed25519 key do not belong together');
  }
  return key;
}

function toSecret(bytes: Uint8Array): KeyObject {
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new SignatureError(
      `the secret of an HMAC has at least ${MIN_SECRET_BYTES} bytes, not ${bytes.length}: make one with generateKeyPair`,
    );
  }
  return createSecretKey(bytes);
}

function describeKey(key: KeyObject): SigningKey {
  if (key.type === 'secret') return describeSecret(key);
  const canSign = key.type === 'private';
  const publicKey = canSign ? createPublicKey(key) : key;
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keyIdText = createHash('sha256').update(spki).digest('hex');
  if (key.asymmetricKeyType === 'ed25519') {
    const rawPublicKey = rawEd25519(publicKey);
    const fault = findEd25519KeyFault(rawPublicKey);
    if (fault !== undefined) throw new SignatureError(`the Ed25519 key must not be used: ${fault}`);
    return Object.freeze({ family: 'ed25519', canSign, key, keyId: keyIdText, rawPublicKey });
  }
  if (key.asymmetricKeyType === 'rsa') {
    assertRsaStrength(key);
    return Object.freeze({ family: 'rsa', canSign, key, keyId: keyIdText, rawPublicKey: undefined });
  }
  throw new SignatureError(
    `a key of kind "${String(key.asymmetricKeyType)}" is not supported: use Ed25519, or RSA with ${MIN_RSA_BITS} bits or more`,
  );
}

function describeSecret(key: KeyObject): SigningKey {
  if ((key.symmetricKeySize ?? 0) < MIN_SECRET_BYTES) toSecret(new Uint8Array(key.symmetricKeySize ?? 0));
  // Not a plain hash of the secret: that would let others test guesses, and could equal another use of it.
  const id = createHmac('sha256', key).update('truthound key id v1').digest('hex');
  return Object.freeze({ family: 'hmac', canSign: true, key, keyId: id, rawPublicKey: undefined });
}

function assertRsaStrength(key: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS) {
    throw new SignatureError(`an RSA key has ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits, not ${modulusLength}`);
  }
  if (publicExponent < 65537n || publicExponent % 2n === 0n) {
    throw new SignatureError(
      `the public exponent of an RSA key is odd and at least 65537, not ${String(publicExponent)}`,
    );
  }
}

function rawEd25519(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(ED25519_SPKI_PREFIX.length);
}
