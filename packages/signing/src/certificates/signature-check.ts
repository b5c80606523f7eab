import { type KeyObject, verify } from 'node:crypto';
import { findEd25519SignatureFault } from '../ed25519-strictness.ts';
import { findKeyFault } from './key-strength.ts';
import type { PublicKeyFacts } from './public-key-facts.ts';
import type { KeyFamily, SignatureScheme } from './signature-algorithms.ts';

/** Something signed, and the key that is said to have signed it. */
export interface SignatureClaim {
  readonly scheme: SignatureScheme | undefined;
  /** For the message where `scheme` is undefined. */
  readonly algorithmName: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly keyFacts: PublicKeyFacts;
  readonly publicKey: () => KeyObject;
}

const FAMILY_OF_KEY: ReadonlyMap<string, KeyFamily> = new Map([
  ['RSA', 'RSA'],
  ['P-256', 'EC'],
  ['P-384', 'EC'],
  ['Ed25519', 'Ed25519'],
]);

/**
 * Why a signature does not count; undefined when it does.
 *
 * The algorithm that the signed part names must be one for this kind of key: OpenSSL takes the algorithm
 * from the key alone, and would accept an RSA signature under the name of ECDSA.
 */
export function findSignatureFault(claim: SignatureClaim): string | undefined {
  const { scheme, algorithmName, keyFacts, signature } = claim;
  if (scheme === undefined) return `its signature algorithm ${algorithmName} is not accepted`;
  if (scheme.refusal !== undefined) return `its signature is ${algorithmName}: ${scheme.refusal}`;
  const keyFault = findKeyFault(keyFacts);
  if (keyFault !== undefined) return `the key that signed it ${keyFault}`;
  if (FAMILY_OF_KEY.get(keyFacts.algorithm) !== scheme.family) {
    return `its signature says ${algorithmName}, but the key that signed it is ${keyFacts.algorithm}`;
  }
  const edFault = scheme.family === 'Ed25519' ? findEd25519SignatureFault(signature) : undefined;
  if (edFault !== undefined) return `its signature cannot be Ed25519: ${edFault}`;
  return isVerified(claim, scheme) ? undefined : 'its signature does not fit the key of its issuer';
}

function isVerified({ signed, signature, publicKey }: SignatureClaim, scheme: SignatureScheme): boolean {
  try {
    return verify(scheme.hash, signed, publicKey(), signature);
  } catch {
    // A point beside the curve cannot be loaded, and OpenSSL throws for some malformed signatures: all are a no.
    return false;
  }
}
