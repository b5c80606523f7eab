/**
 * One signature as an object: the signed bytes, the signature over them, and what they say.
 *
 * The readable fields repeat what the payload says. They are convenient and prove nothing: a verification checks the
 * payload's bytes, parses those, and refuses a signature whose readable fields say something else.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import {
  InvalidSignatureError,
  type SignatureAlgorithm,
  type SignatureInfo as SignatureInfoFields,
} from '@truthound/protocols';
import { errorMessage } from './error-message.ts';
import { canonicalJson } from './canonical-json.ts';
import { type DsseEnvelope, envelopeToJson, parseEnvelope } from './dsse-envelope.ts';
import { type PluginStatement, parseStatement } from './plugin-statement.ts';

/** A signature, with the bytes that it covers. */
export interface SignatureInfo extends SignatureInfoFields {
  readonly keyId: string;
  /** The signed statement: JSON in canonical form. */
  readonly payload: Uint8Array;
  /** A time-stamp (RFC 3161) of the signature, added by `addTimestamp`. */
  readonly timestampToken: Uint8Array | undefined;
}

/** Keys of `metadata` that the statement fills in itself. */
export const RESERVED_METADATA: readonly string[] = Object.freeze([
  'pluginHash',
  'pluginId',
  'pluginVersion',
  'sequence',
]);

/** Reads signatures. */
export const SignatureInfo: {
  /**
   * Reads what `toJSON` gave: a DSSE envelope. Checks its form, not its signature.
   * @throws InvalidSignatureError
   */
  parse(json: unknown): SignatureInfo;
} = Object.freeze({
  parse(json: unknown): SignatureInfo {
    try {
      return signatureFromEnvelope(parseEnvelope(json));
    } catch (cause) {
      if (cause instanceof InvalidSignatureError) throw cause;
      throw malformed(cause);
    }
  },
});

function malformed(cause: unknown): InvalidSignatureError {
  const reason = errorMessage(cause);
  return new InvalidSignatureError({ algorithm: '', reason: `it is malformed, ${reason}` }, { cause });
}

/** The readable form of an envelope. @throws TypeError when its payload is not a statement */
export function signatureFromEnvelope(envelope: DsseEnvelope): SignatureInfo {
  const statement = parseStatement(envelope.payload);
  return createSignatureInfo(envelope, statement);
}

/** Puts an envelope and the statement in it together. */
export function createSignatureInfo(envelope: DsseEnvelope, statement: PluginStatement): SignatureInfo {
  const readable: ReadableFields = readableFields(statement);
  return Object.freeze({
    ...readable,
    signature: envelope.signature,
    certificateChain: Object.freeze(envelope.certificates.map(pemOfCertificate)),
    keyId: envelope.keyId,
    payload: envelope.payload,
    timestampToken: envelope.timestampToken,
    toJSON(this: SignatureInfo): unknown {
      return envelopeToJson(envelopeOf(this));
    },
  });
}

/** The envelope of a signature. @throws InvalidSignatureError when it lacks its payload or a certificate is not PEM */
export function envelopeOf(signature: SignatureInfoFields): DsseEnvelope {
  const { payload, keyId, timestampToken } = signature as Partial<SignatureInfo>;
  if (
    !(payload instanceof Uint8Array) ||
    typeof keyId !== 'string' ||
    !(signature.signature instanceof Uint8Array) ||
    !(timestampToken === undefined || timestampToken instanceof Uint8Array)
  ) {
    throw new InvalidSignatureError({
      algorithm: signature.algorithm,
      reason:
        'it does not carry the signed statement: use what sign, readSignatures or SignatureInfo.parse gave',
    });
  }
  const certificates = signature.certificateChain.map((pem) => derOfCertificate(pem, signature.algorithm));
  return { payload, keyId, signature: signature.signature, certificates, timestampToken };
}

type ReadableFields = Pick<SignatureInfo, 'signerId' | 'algorithm' | 'timestamp' | 'expiresAt' | 'metadata'>;

function readableFields(statement: PluginStatement): ReadableFields {
  const { signer, createdAt, expiresAt, metadata, pluginHash, plugin, sequence } = statement;
  return {
    signerId: signer.id,
    algorithm: signer.algorithm,
    timestamp: createdAt,
    expiresAt,
    metadata: Object.freeze({
      ...metadata,
      pluginHash,
      sequence,
      ...(plugin.id === null ? {} : { pluginId: plugin.id }),
      ...(plugin.version === null ? {} : { pluginVersion: plugin.version }),
    }),
  };
}

/** The first readable field that says something else than the statement; `undefined` when all agree. */
export function findContradiction(
  signature: SignatureInfoFields,
  statement: PluginStatement,
): { readonly field: string; readonly expected: string; readonly seen: string } | undefined {
  const expected = comparable(readableFields(statement));
  const seen = comparable(signature);
  const field = Object.keys(expected).find((name) => expected[name] !== seen[name]);
  if (field === undefined) return undefined;
  return { field, expected: expected[field] ?? '', seen: seen[field] ?? '' };
}

function comparable(fields: ReadableFields): Readonly<Record<string, string>> {
  return {
    signerId: fields.signerId,
    algorithm: fields.algorithm,
    timestamp: timeText(fields.timestamp),
    expiresAt: timeText(fields.expiresAt),
    metadata: jsonText(fields.metadata),
  };
}

function timeText(time: Date | undefined): string {
  if (time === undefined) return 'never';
  return time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : 'not a time';
}

function jsonText(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch {
    return 'not JSON';
  }
}

/** SHA-256 of each certificate, as the statement lists them. */
export function certificateDigests(certificates: readonly Uint8Array[]): readonly string[] {
  return certificates.map((der) => createHash('sha256').update(der).digest('hex'));
}

const PEM_LINE = /.{1,64}/g;

function pemOfCertificate(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(PEM_LINE) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function derOfCertificate(pem: string, algorithm: SignatureAlgorithm): Uint8Array {
  const body = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(pem)?.[1];
  const der = Buffer.from(body ?? '', 'base64');
  if (body === undefined || pemOfCertificate(der).trim() !== pem.trim().replaceAll('\r\n', '\n')) {
    throw new InvalidSignatureError({ algorithm, reason: 'a certificate of its chain is not one PEM block' });
  }
  return der;
}

/** The DER bytes of the certificates in PEM text, or of DER itself; in order. @throws TypeError */
export function splitCertificates(input: string | Uint8Array): readonly Uint8Array[] {
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('latin1');
  if (!text.includes('-----BEGIN')) return typeof input === 'string' ? [] : [Uint8Array.from(input)];
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => Buffer.from(block.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64'));
}
