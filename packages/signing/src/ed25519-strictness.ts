/**
 * What an Ed25519 key and signature must satisfy before any library is asked (RFC 8032 §5.1.7, strict reading).
 *
 * Libraries differ at the edges: some accept S ≥ L (so one signature has a twin), points of small order (so one
 * signature fits many messages) or coordinates ≥ p. With these checks in front, OpenSSL 3.0, OpenSSL 3.5 and tweetnacl
 * give the same answer to every known edge case.
 *
 * All values are public; nothing here needs constant time.
 *
 * @module
 */
import { octetAt } from './octet-at.ts';

/** Bytes of a public key, and of each half of a signature. */
const POINT_BYTES = 32;

/** Order of the base point, L = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const ORDER: Uint8Array = littleEndian(2n ** 252n + 27742317777372353535851937790883648493n);

/** Prime of the field, p = 2^255 − 19, little-endian. */
const PRIME: Uint8Array = littleEndian(2n ** 255n - 19n);

/** y coordinates of the eight points whose order divides 8: 0, 1, p − 1 and the two of order 8. */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  0n,
  1n,
  2n ** 255n - 20n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
].map(littleEndian);

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: POINT_BYTES }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

function isBelow(bytes: Uint8Array, limit: Uint8Array): boolean {
  for (let index = POINT_BYTES - 1; index >= 0; index -= 1) {
    const difference = octetAt(bytes, index) - octetAt(limit, index);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function isEqual(bytes: Uint8Array, other: Uint8Array): boolean {
  for (let index = 0; index < POINT_BYTES; index += 1) if (bytes[index] !== other[index]) return false;
  return true;
}

/** What is wrong with an encoded point; `undefined` for nothing. */
function findPointFault(point: Uint8Array, name: string): string | undefined {
  const y = Uint8Array.from(point);
  // The highest bit is the sign of x, not part of y.
  y[POINT_BYTES - 1] = octetAt(y, POINT_BYTES - 1) & 0x7f;
  if (!isBelow(y, PRIME)) return `${name} is not in canonical form`;
  return SMALL_ORDER_Y.some((small) => isEqual(y, small)) ? `${name} is a point of small order` : undefined;
}

/** Why `publicKey` (32 raw bytes) must not be used; `undefined` when it may. */
export function findEd25519KeyFault(publicKey: Uint8Array): string | undefined {
  if (publicKey.length !== POINT_BYTES)
    return `the public key has ${publicKey.length} bytes instead of ${POINT_BYTES}`;
  return findPointFault(publicKey, 'the public key');
}

/** Why `signature` (R and S, 64 bytes) must be refused whatever it signs; `undefined` when it may be checked. */
export function findEd25519SignatureFault(signature: Uint8Array): string | undefined {
  if (signature.length !== 2 * POINT_BYTES)
    return `the signature has ${signature.length} bytes instead of 64`;
  if (!isBelow(signature.subarray(POINT_BYTES), ORDER)) return 'its S is not below the group order';
  return findPointFault(signature.subarray(0, POINT_BYTES), 'its R');
}
