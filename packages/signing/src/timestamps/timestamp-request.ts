/** The question to a time-stamping authority and its answer (RFC 3161 §2.4). */
import { SignatureError } from '@truthound/protocols';
import {
  encode,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  smallInteger,
  trueValue,
} from '../certificates/asn1-writer.ts';
import { DerFault } from '../certificates/der-fault.ts';
import { DerTag } from '../certificates/der-tag.ts';
import { readSequence, readSmallInteger } from '../certificates/der-values.ts';
import { encodingOf, readDer } from '../certificates/read-der.ts';
import { TimestampId } from './object-identifiers.ts';

/** Statuses of an answer that holds a token: granted, and granted with changes. */
const GRANTED = [0, 1];

/** DER of a TimeStampReq for a SHA-256 digest, asking for the authority's certificate. No nonce: one digest, one meaning. */
export function encodeTimestampQuery(sha256: Uint8Array): Uint8Array {
  const imprint = sequence(sequence(objectIdentifier(TimestampId.SHA256), nullValue()), octetString(sha256));
  return Uint8Array.from(encode(sequence(smallInteger(1), imprint, trueValue())));
}

/**
 * The token in an authority's answer (TimeStampResp), or the token itself where it was taken out already.
 *
 * @throws SignatureError when the authority refused, or the bytes are neither.
 */
export function tokenOf(reply: Uint8Array): Uint8Array {
  try {
    const element = readDer(reply);
    const [status, token] = readSequence(element, 'the answer', { min: 1, max: 2 });
    // A token begins with an identifier, an answer with the status.
    if (status?.tag === DerTag.OBJECT_IDENTIFIER) return Uint8Array.from(reply);
    const [code] = readSequence(status, 'its status', { min: 1, max: 3 });
    const number = code === undefined ? -1 : readSmallInteger(code, 'its status');
    if (token !== undefined && GRANTED.includes(number)) return Uint8Array.from(encodingOf(token));
    throw new SignatureError(`the time-stamping authority refused, with status ${number}`);
  } catch (cause) {
    if (!(cause instanceof DerFault)) throw cause;
    const message = `what the time-stamping authority answered is not a time-stamp: ${cause.message}`;
    throw new SignatureError(message, {}, { cause });
  }
}
