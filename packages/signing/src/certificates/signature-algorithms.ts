/**
 * Which signature algorithms a certificate may use, and with which key.
 *
 * The table holds what a chain accepts and, with `refusal`, what is recognised only to be refused by
 * name. An algorithm outside the table is shown as its dotted identifier and refused as well.
 *
 * @module
 */
import { DerFault } from './der-fault.ts';
import { DerTag } from './der-tag.ts';
import { readObjectIdentifier, readSequence } from './der-values.ts';
import type { DerElement } from './read-der.ts';

/** Kinds of key that sign certificates. */
export type KeyFamily = 'RSA' | 'EC' | 'Ed25519';

/** How a signature is checked. */
export interface SignatureScheme {
  readonly name: string;
  readonly family: KeyFamily;
  /** As `crypto.verify` wants it; null for Ed25519, which hashes by itself. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  /** What stands beside the identifier: RSA wants NULL (RFC 4055 §5), the others nothing (RFC 5758, RFC 8410). */
  readonly parameters: 'null' | 'absent';
  /** Why a chain refuses it. */
  readonly refusal?: string;
}

const WEAK = 'its hash is broken; issue it again with SHA-256';

/** Accepted and recognised schemes by object identifier. */
export const SIGNATURE_SCHEMES: ReadonlyMap<string, SignatureScheme> = new Map<string, SignatureScheme>([
  ['1.2.840.113549.1.1.11', { name: 'RSA-SHA256', family: 'RSA', hash: 'sha256', parameters: 'null' }],
  ['1.2.840.113549.1.1.12', { name: 'RSA-SHA384', family: 'RSA', hash: 'sha384', parameters: 'null' }],
  ['1.2.840.113549.1.1.13', { name: 'RSA-SHA512', family: 'RSA', hash: 'sha512', parameters: 'null' }],
  ['1.2.840.10045.4.3.2', { name: 'ECDSA-SHA256', family: 'EC', hash: 'sha256', parameters: 'absent' }],
  ['1.2.840.10045.4.3.3', { name: 'ECDSA-SHA384', family: 'EC', hash: 'sha384', parameters: 'absent' }],
  ['1.2.840.10045.4.3.4', { name: 'ECDSA-SHA512', family: 'EC', hash: 'sha512', parameters: 'absent' }],
  ['1.3.101.112', { name: 'Ed25519', family: 'Ed25519', hash: null, parameters: 'absent' }],
  ['1.2.840.113549.1.1.4', { name: 'RSA-MD5', family: 'RSA', hash: null, parameters: 'null', refusal: WEAK }],
  [
    '1.2.840.113549.1.1.5',
    { name: 'RSA-SHA1', family: 'RSA', hash: null, parameters: 'null', refusal: WEAK },
  ],
  [
    '1.2.840.10045.4.1',
    { name: 'ECDSA-SHA1', family: 'EC', hash: null, parameters: 'absent', refusal: WEAK },
  ],
]);

/** The identifier of an AlgorithmIdentifier (RFC 5280 §4.1.1.2) and its parameters, unread. */
export function readAlgorithm(
  element: DerElement | undefined,
  what: string,
): { readonly identifier: string; readonly parameters: DerElement | undefined } {
  const [identifier, parameters] = readSequence(element, what, { min: 1, max: 2 });
  return { identifier: readObjectIdentifier(identifier, `${what} identifier`), parameters };
}

/** The name of a signature's algorithm, or its dotted identifier. Parameters of a known one must be as the RFC says. */
export function readSignatureAlgorithm(element: DerElement | undefined): {
  readonly name: string;
  readonly scheme: SignatureScheme | undefined;
} {
  const { identifier, parameters } = readAlgorithm(element, 'the signature algorithm');
  const scheme = SIGNATURE_SCHEMES.get(identifier);
  if (scheme === undefined) return { name: identifier, scheme };
  const isAsRequired =
    scheme.parameters === 'null' ? parameters?.tag === DerTag.NULL : parameters === undefined;
  if (!isAsRequired) {
    throw new DerFault(`the parameters of ${scheme.name} must be ${scheme.parameters}`, element);
  }
  return { name: scheme.name, scheme };
}
