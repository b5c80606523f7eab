/**
 * Verifies a signed statement where there is no `node:crypto`: in a browser, a worker, another runtime.
 *
 * Ed25519 by tweetnacl behind the same strict checks as everywhere, SHA-256 by the Web Crypto API. It answers what the statement
 * says and whether it was signed by one of the keys given; whether files fit the statement's hashes is for whoever has the files.
 *
 * @module
 */
import { SignatureAlgorithm } from '@truthound/protocols';
import nacl from 'tweetnacl';
import { errorMessage } from './error-message.ts';
import { fromBase64, sameBytes, toHex, utf8 } from './byte-text.ts';
import { parseEnvelope, preAuthEncoding } from './dsse-envelope.ts';
import { findEd25519KeyFault, findEd25519SignatureFault } from './ed25519-strictness.ts';
import { type PluginStatement, canonicalFileText, parseStatement } from './plugin-statement.ts';

export { PAYLOAD_TYPE } from './dsse-envelope.ts';
export type { PluginStatement, StatementSigner } from './plugin-statement.ts';

/** What {@link verifyEnvelope} goes by. */
export interface PortableOptions {
  /** Ed25519 public keys: PEM (SPKI), or the 32 raw bytes. */
  readonly publicKeys: readonly (string | Uint8Array)[];
  /** @defaultValue the current time */
  readonly now?: Date | undefined;
}

/** The answer. Nothing of the statement is shown unless its signature is right. */
export type PortableVerification =
  | { readonly isValid: true; readonly keyId: string; readonly statement: PluginStatement }
  | { readonly isValid: false; readonly reason: string };

/** DER before the 32 bytes of an Ed25519 public key (RFC 8410 §4). */
const SPKI_PREFIX: Uint8Array = Uint8Array.from([
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
]);
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Verifies one envelope of `truthound.sig.json` (an element of its `envelopes`).
 *
 * @param envelope parsed JSON.
 * @throws TypeError for a key that is not an Ed25519 public key.
 */
export async function verifyEnvelope(
  envelope: unknown,
  options: PortableOptions,
): Promise<PortableVerification> {
  const keys = await loadKeys(options.publicKeys);
  try {
    return await verify(envelope, keys, options.now ?? new Date());
  } catch (cause) {
    return refused(errorMessage(cause));
  }
}

async function verify(
  json: unknown,
  keys: ReadonlyMap<string, Uint8Array>,
  now: Date,
): Promise<PortableVerification> {
  const { payload, keyId, signature } = parseEnvelope(json);
  const key = keys.get(keyId);
  if (key === undefined) return refused(`it was made with key ${keyId}, which is not among the keys given`);
  const fault = findEd25519SignatureFault(signature);
  if (fault !== undefined) return refused(fault);
  if (!nacl.sign.detached.verify(preAuthEncoding(payload), signature, key)) {
    return refused('the signature does not fit the signed bytes and the key');
  }
  const statement = parseStatement(payload);
  const { signer, createdAt, expiresAt, files, pluginHash } = statement;
  if (signer.keyId !== keyId || signer.algorithm !== SignatureAlgorithm.ED25519) {
    return refused('its statement names another key or algorithm');
  }
  if (createdAt.getTime() > now.getTime() + CLOCK_SKEW_MS) return refused('it was made in the future');
  if (expiresAt !== undefined && expiresAt.getTime() <= now.getTime()) {
    return refused(`it expired at ${expiresAt.toISOString()}`);
  }
  if ((await sha256(utf8(canonicalFileText(files)))) !== pluginHash)
    return refused('its plugin hash is not that of its files');
  return Object.freeze({ isValid: true, keyId, statement });
}

function refused(reason: string): PortableVerification {
  return Object.freeze({ isValid: false, reason });
}

async function loadKeys(inputs: readonly (string | Uint8Array)[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const keys = new Map<string, Uint8Array>();
  for (const input of inputs) {
    const raw = typeof input === 'string' ? rawOfPem(input) : input;
    const fault = findEd25519KeyFault(raw);
    if (fault !== undefined) throw new TypeError(fault);
    keys.set(await sha256(Uint8Array.from([...SPKI_PREFIX, ...raw])), raw);
  }
  return keys;
}

function rawOfPem(pem: string): Uint8Array {
  const body = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----$/.exec(
    pem.trim(),
  )?.[1];
  const der = fromBase64((body ?? '').replaceAll(/\s/g, ''));
  if (
    der?.length !== SPKI_PREFIX.length + 32 ||
    !sameBytes(der.subarray(0, SPKI_PREFIX.length), SPKI_PREFIX)
  ) {
    throw new TypeError('a public key is an Ed25519 key as PEM (SPKI), or 32 raw bytes');
  }
  return der.subarray(SPKI_PREFIX.length);
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))));
}
