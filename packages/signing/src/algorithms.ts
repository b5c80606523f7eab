/**
 * The six algorithms, one row each. Everything that signs or verifies goes through this table.
 *
 * node:crypto decides. For Ed25519 its answer is asked only after {@link findEd25519SignatureFault}, so that every Node
 * version agrees, and tweetnacl can be asked as well, as an independent second implementation.
 *
 * @module
 */
import {
  type KeyObject,
  constants,
  createHash,
  createHmac,
  sign as cryptoSign,
  verify as cryptoVerify,
  timingSafeEqual,
} from 'node:crypto';
import { SignatureAlgorithm } from '@truthound/protocols';
import nacl from 'tweetnacl';
import { findEd25519SignatureFault } from './ed25519-strictness.ts';
import type { SigningKey } from './signing-key.ts';

/** What a check of signature bytes answers: `undefined` for right, else why not. */
export type SignatureFault = string | undefined;

/** How one algorithm works. */
export interface AlgorithmRow {
  /** Whether a right signature proves who made it. The plain digests prove nothing. */
  readonly authenticates: boolean;
  /** Whether signer and verifier share one secret, so that either could have signed. */
  readonly isShared: boolean;
  sign(key: SigningKey | undefined, bytes: Uint8Array): Uint8Array;
  findFault(key: SigningKey | undefined, bytes: Uint8Array, signature: Uint8Array): SignatureFault;
  /** The same question to an implementation of other origin; absent where there is none. */
  findFaultBySecondOpinion?(key: SigningKey, bytes: Uint8Array, signature: Uint8Array): SignatureFault;
}

const MISMATCH = 'the signature does not fit the signed bytes and the key';

function keyObjectOf(key: SigningKey | undefined): KeyObject {
  if (key === undefined) throw new TypeError('this algorithm needs a key');
  return key.key;
}

function digestRow(hash: 'sha256' | 'sha512'): AlgorithmRow {
  const digest = (bytes: Uint8Array): Buffer => createHash(hash).update(bytes).digest();
  return {
    authenticates: false,
    isShared: false,
    sign: (_, bytes) => digest(bytes),
    findFault: (_, bytes, signature) => (isSame(digest(bytes), signature) ? undefined : MISMATCH),
  };
}

function hmacRow(hash: 'sha256' | 'sha512'): AlgorithmRow {
  const mac = (key: SigningKey | undefined, bytes: Uint8Array): Buffer =>
    createHmac(hash, keyObjectOf(key)).update(bytes).digest();
  return {
    authenticates: true,
    isShared: true,
    sign: mac,
    findFault: (key, bytes, signature) => (isSame(mac(key, bytes), signature) ? undefined : MISMATCH),
  };
}

/** Constant time for equal lengths; a wrong length is no secret. */
function isSame(expected: Uint8Array, seen: Uint8Array): boolean {
  return expected.length === seen.length && timingSafeEqual(expected, seen);
}

const rsaRow: AlgorithmRow = {
  authenticates: true,
  isShared: false,
  sign: (key, bytes) =>
    cryptoSign('sha256', bytes, { key: keyObjectOf(key), padding: constants.RSA_PKCS1_PADDING }),
  findFault(key, bytes, signature) {
    const options = { key: keyObjectOf(key), padding: constants.RSA_PKCS1_PADDING };
    return cryptoVerify('sha256', bytes, options, signature) ? undefined : MISMATCH;
  },
};

const ed25519Row: AlgorithmRow = {
  authenticates: true,
  isShared: false,
  sign: (key, bytes) => cryptoSign(null, bytes, keyObjectOf(key)),
  // The key itself was checked when it was loaded.
  findFault: (key, bytes, signature) =>
    findEd25519SignatureFault(signature) ??
    (cryptoVerify(null, bytes, keyObjectOf(key), signature) ? undefined : MISMATCH),
  findFaultBySecondOpinion: ({ rawPublicKey = new Uint8Array(32) }, bytes, signature) =>
    findEd25519SignatureFault(signature) ??
    (nacl.sign.detached.verify(bytes, signature, rawPublicKey) ? undefined : MISMATCH),
};

/** The table. */
export const ALGORITHMS: Readonly<Record<SignatureAlgorithm, AlgorithmRow>> = Object.freeze({
  [SignatureAlgorithm.SHA256]: digestRow('sha256'),
  [SignatureAlgorithm.SHA512]: digestRow('sha512'),
  [SignatureAlgorithm.HMAC_SHA256]: hmacRow('sha256'),
  [SignatureAlgorithm.HMAC_SHA512]: hmacRow('sha512'),
  [SignatureAlgorithm.RSA_SHA256]: rsaRow,
  [SignatureAlgorithm.ED25519]: ed25519Row,
});
