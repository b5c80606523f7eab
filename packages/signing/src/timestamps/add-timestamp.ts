import { hash } from 'node:crypto';
import { SignatureError, type SignatureInfo as SignatureInfoFields } from '@truthound/protocols';
import { errorMessage } from '../error-message.ts';
import { type SignatureInfo, envelopeOf, signatureFromEnvelope } from '../signature-info.ts';
import { encodeTimestampQuery, tokenOf } from './timestamp-request.ts';
import { openToken } from './verify-timestamp.ts';

/** What to ask a time-stamping authority for. */
export interface TimestampRequest {
  /** SHA-256 of the signature's bytes. */
  readonly digest: Uint8Array;
  /** DER to POST to the authority as `application/timestamp-query`. */
  readonly query: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

/** Asks an authority. Answers its reply (`application/timestamp-reply`), or the token in it. This package has no network code. */
export type TimestampSource = (request: TimestampRequest) => Promise<Uint8Array> | Uint8Array;

/** What to ask for a time-stamp of `signature`. */
export function timestampRequestFor(signature: SignatureInfoFields, signal?: AbortSignal): TimestampRequest {
  const digest = Uint8Array.from(hash('sha256', envelopeOf(signature).signature, 'buffer'));
  return Object.freeze({ digest, query: encodeTimestampQuery(digest), signal });
}

/**
 * The signature with a time-stamp beside it, replacing an earlier one. Nothing that was signed changes.
 *
 * The token must be about this signature and fit the certificate within it; whom to trust is each verifier's decision.
 *
 * @throws SignatureError when the authority refused, or answered something else; whatever `source` throws.
 */
export async function addTimestamp(
  signature: SignatureInfoFields,
  source: TimestampSource,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SignatureInfo> {
  const { signal } = options;
  signal?.throwIfAborted();
  const token = tokenOf(await source(timestampRequestFor(signature, signal)));
  signal?.throwIfAborted();
  const envelope = envelopeOf(signature);
  try {
    openToken(token, envelope.signature);
  } catch (cause) {
    throw new SignatureError(`the time-stamp cannot be used: ${errorMessage(cause)}`, {}, { cause });
  }
  return signatureFromEnvelope({ ...envelope, timestampToken: token });
}
