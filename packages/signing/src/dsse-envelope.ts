/**
 * The signed envelope: DSSE 1.0.2 (Dead Simple Signing Envelope). Runs without `node:` imports.
 *
 * What is signed is not JSON but the payload's bytes with their type in front, so a verifier needs no parser before it has
 * checked the signature. One envelope carries one signature: what a signer says of itself (its name, when, until
 * when) is part of the payload, which therefore differs between signers.
 *
 * @module
 */
import { fromBase64, toBase64, utf8 } from './byte-text.ts';

/** The one payload type of this package; part of what is signed, so a signature made for anything else never fits. */
export const PAYLOAD_TYPE = 'application/vnd.truthound.plugin-manifest.v1+json';

/** Certificates that one signature may carry. */
export const MAX_CERTIFICATES = 8;
const MAX_SIGNATURE_BYTES = 2048;
const MAX_CERTIFICATE_BYTES = 64 * 1024;
const MAX_TIMESTAMP_BYTES = 64 * 1024;
const KEY_ID = /^[0-9a-f]{64}$/;

/** An envelope, decoded. Nothing in it is checked against a key. */
export interface DsseEnvelope {
  readonly payload: Uint8Array;
  /** Which key to try; the key itself comes from the trust store. */
  readonly keyId: string;
  readonly signature: Uint8Array;
  /** The signer's certificate first, then its issuers; DER. */
  readonly certificates: readonly Uint8Array[];
  /** A time-stamp (RFC 3161) of the signature's bytes. Not signed by the signer: it may be added, replaced or lost. */
  readonly timestampToken?: Uint8Array | undefined;
}

/** DSSE's pre-authentication encoding: the bytes that a signature covers. */
export function preAuthEncoding(payload: Uint8Array, payloadType: string = PAYLOAD_TYPE): Uint8Array {
  const head = utf8(`DSSEv1 ${utf8(payloadType).length} ${payloadType} ${payload.length} `);
  const encoded = new Uint8Array(head.length + payload.length);
  encoded.set(head);
  encoded.set(payload, head.length);
  return encoded;
}

/** As it stands in files. */
export function envelopeToJson(envelope: DsseEnvelope): Readonly<Record<string, unknown>> {
  const { payload, keyId, signature, certificates, timestampToken } = envelope;
  const chain = certificates.length === 0 ? {} : { x5c: certificates.map(toBase64) };
  const timestamp = timestampToken === undefined ? {} : { tst: toBase64(timestampToken) };
  return {
    payloadType: PAYLOAD_TYPE,
    payload: toBase64(payload),
    signatures: [{ keyid: keyId, sig: toBase64(signature), ...chain, ...timestamp }],
  };
}

/**
 * Decodes an envelope. Strict: every key known, every text in its one spelling, sizes capped.
 *
 * @throws TypeError that says what is wrong, as the rest of a sentence.
 */
export function parseEnvelope(json: unknown): DsseEnvelope {
  const envelope = record(json, 'the envelope', ['payloadType', 'payload', 'signatures']);
  if (envelope['payloadType'] !== PAYLOAD_TYPE) {
    throw new TypeError(`its payloadType is not "${PAYLOAD_TYPE}"`);
  }
  const signatures = envelope['signatures'];
  if (!Array.isArray(signatures) || signatures.length !== 1) {
    throw new TypeError('an envelope has exactly one signature: further signers have envelopes of their own');
  }
  const signature = record(signatures[0], 'the signature', ['keyid', 'sig', 'x5c', 'tst']);
  const keyId = signature['keyid'];
  if (typeof keyId !== 'string' || !KEY_ID.test(keyId)) throw new TypeError('its keyid is not 64 hex digits');
  return {
    payload: base64(envelope['payload'], 'payload'),
    keyId,
    signature: base64(signature['sig'], 'sig', MAX_SIGNATURE_BYTES),
    certificates: parseCertificates(signature['x5c']),
    timestampToken:
      signature['tst'] === undefined ? undefined : base64(signature['tst'], 'tst', MAX_TIMESTAMP_BYTES),
  };
}

function parseCertificates(x5c: unknown): Uint8Array[] {
  if (x5c === undefined) return [];
  if (!Array.isArray(x5c) || x5c.length === 0) throw new TypeError('its x5c is not a list of certificates');
  if (x5c.length > MAX_CERTIFICATES)
    throw new TypeError(`it carries more than ${MAX_CERTIFICATES} certificates`);
  return x5c.map((item) => base64(item, 'x5c', MAX_CERTIFICATE_BYTES));
}

function record(value: unknown, name: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} is not an object`);
  }
  const unknownKey = Object.keys(value).find((key) => !keys.includes(key));
  if (unknownKey !== undefined)
    throw new TypeError(`${name} has the unknown key ${JSON.stringify(unknownKey.slice(0, 60))}`);
  return value as Readonly<Record<string, unknown>>;
}

function base64(value: unknown, name: string, maxBytes = Infinity): Uint8Array {
  const bytes = typeof value === 'string' && value !== '' ? fromBase64(value) : undefined;
  if (bytes === undefined) throw new TypeError(`its ${name} is not canonical base64`);
  if (bytes.length > maxBytes) throw new TypeError(`its ${name} is longer than ${maxBytes} bytes`);
  return bytes;
}
