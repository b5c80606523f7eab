import { findEd25519KeyFault } from '../ed25519-strictness.ts';
import type { PublicKeyFacts } from './public-key-facts.ts';

/** NIST SP 800-57 part 1: below 2048 bits RSA is broken within reach; above 8192 checking is a denial of service. */
const RSA_BITS = { min: 2048, max: 8192 } as const;

/** NIST SP 800-89 §5.3.3: an odd number above 2^16. Above 2^32 checking is a denial of service. */
const RSA_EXPONENT = { min: 65_537n, max: 0xffff_ffffn } as const;

const ACCEPTED: ReadonlySet<string> = new Set(['RSA', 'P-256', 'P-384', 'Ed25519']);

/** Why a key must not sign or be certified, to be read after "the key"; undefined when it may. */
export function findKeyFault(facts: PublicKeyFacts): string | undefined {
  const { algorithm, bits, publicExponent = 0n, ed25519Key } = facts;
  if (!ACCEPTED.has(algorithm)) return `is of type ${algorithm}; accepted are ${[...ACCEPTED].join(', ')}`;
  if (ed25519Key !== undefined) {
    const fault = findEd25519KeyFault(ed25519Key);
    return fault && `is not a sound Ed25519 key: ${fault}`;
  }
  if (algorithm !== 'RSA') return undefined;
  if (bits < RSA_BITS.min || bits > RSA_BITS.max) {
    return `has ${bits} RSA bits; ${RSA_BITS.min} to ${RSA_BITS.max} are accepted`;
  }
  const isSound =
    publicExponent >= RSA_EXPONENT.min && publicExponent <= RSA_EXPONENT.max && publicExponent % 2n === 1n;
  return isSound ? undefined : `has the RSA exponent ${publicExponent}; use 65537`;
}
