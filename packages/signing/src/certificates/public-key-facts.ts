import { octetAt } from '../octet-at.ts';
import { DerFault } from './der-fault.ts';
import { DerTag } from './der-tag.ts';
import { expectTag, readObjectIdentifier, readOctetAlignedBits, readSequence, toHex } from './der-values.ts';
import { CURVES } from './object-identifiers.ts';
import { type DerElement, CERTIFICATE_LIMITS, contentOf, readDer } from './read-der.ts';
import { readAlgorithm } from './signature-algorithms.ts';

/** What a SubjectPublicKeyInfo says about its key. */
export interface PublicKeyFacts {
  /** `RSA`, `P-256`, `P-384`, `P-521`, `secp256k1`, `Ed25519`; any other as its dotted identifier. */
  readonly algorithm: string;
  /** Length of the modulus or of the curve's field; 0 for an unknown algorithm. */
  readonly bits: number;
  /** RSA alone. */
  readonly publicExponent?: bigint;
  /** The 32 octets of an Ed25519 key. */
  readonly ed25519Key?: Uint8Array;
}

type KeyReader = (parameters: DerElement | undefined, key: Uint8Array, start: number) => PublicKeyFacts;

/** RFC 3279 §2.3.1: modulus and exponent, both positive; the parameters are NULL. */
const readRsa: KeyReader = (parameters, key, start) => {
  if (parameters?.tag !== DerTag.NULL) throw new DerFault('the parameters of an RSA key must be NULL', start);
  const [modulus, exponent] = readSequence(readDer(key, CERTIFICATE_LIMITS), 'the RSA key', {
    min: 2,
    max: 2,
  });
  const [n, e] = [modulus, exponent].map((part) => {
    const content = contentOf(expectTag(part, DerTag.INTEGER, 'a part of the RSA key'));
    if (octetAt(content, 0) >= 0x80) throw new DerFault('a part of the RSA key is negative', start);
    return content[0] === 0 ? content.subarray(1) : content;
  });
  if (n === undefined || e === undefined) throw new DerFault('the RSA key is incomplete', start);
  return { algorithm: 'RSA', bits: bitLength(n), publicExponent: BigInt(`0x0${toHex(e)}`) };
};

/** Bits of a magnitude without leading zero octets. */
function bitLength(magnitude: Uint8Array): number {
  return Math.max(0, magnitude.length * 8 - (Math.clz32(octetAt(magnitude, 0)) - 24));
}

/** RFC 5480 §2.1.1: a curve by name only. Explicit parameters would let the holder choose the generator. */
const readEc: KeyReader = (parameters, key, start) => {
  const identifier = readObjectIdentifier(parameters, 'the curve of an EC key');
  const curve = CURVES.get(identifier);
  if (curve === undefined) return { algorithm: identifier, bits: 0 };
  const octets = Math.ceil(curve.bits / 8);
  if (key[0] !== 0x04 || key.length !== 1 + 2 * octets) {
    throw new DerFault(`the ${curve.name} key is not an uncompressed point`, start);
  }
  return { algorithm: curve.name, bits: curve.bits };
};

/** RFC 8410 §3, §4: no parameters, 32 octets. */
const readEd25519: KeyReader = (parameters, key, start) => {
  if (parameters !== undefined) throw new DerFault('an Ed25519 key has no parameters', start);
  if (key.length !== 32) throw new DerFault(`an Ed25519 key has 32 bytes, not ${key.length}`, start);
  return { algorithm: 'Ed25519', bits: 256, ed25519Key: key };
};

const READERS: ReadonlyMap<string, KeyReader> = new Map([
  ['1.2.840.113549.1.1.1', readRsa],
  ['1.2.840.10045.2.1', readEc],
  ['1.3.101.112', readEd25519],
]);

/** Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export function readPublicKeyFacts(element: DerElement | undefined): PublicKeyFacts {
  const [algorithm, bits] = readSequence(element, 'the public key', { min: 2, max: 2 });
  const { identifier, parameters } = readAlgorithm(algorithm, 'the key algorithm');
  const key = readOctetAlignedBits(bits, 'the public key');
  const reader = READERS.get(identifier);
  return reader === undefined
    ? { algorithm: identifier, bits: 0 }
    : reader(parameters, key, element?.start ?? 0);
}
