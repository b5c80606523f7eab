import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../src/algorithms.ts';
import { findEd25519KeyFault, findEd25519SignatureFault } from '../src/ed25519-strictness.ts';
import { generateKeyPair, loadKey } from '../src/index.ts';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function addOrder(signature: Uint8Array, times: bigint): Uint8Array {
  let s = 0n;
  for (let index = 63; index >= 32; index -= 1) s = (s << 8n) | BigInt(signature[index] ?? 0);
  s += ORDER * times;
  const changed = Uint8Array.from(signature);
  for (let index = 32; index < 64; index += 1)
    changed[index] = Number((s >> BigInt(8 * (index - 32))) & 0xffn);
  return changed;
}

describe('strict Ed25519', async () => {
  const { privateKey } = await generateKeyPair('ED25519');
  const key = loadKey(privateKey);
  const row = ALGORITHMS.ED25519;

  it('accepts what it signs, by both implementations', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const signature = row.sign(key, bytes);
        expect(row.findFault(key, bytes, signature)).toBeUndefined();
        expect(row.findFaultBySecondOpinion?.(key, bytes, signature)).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });

  it('refuses the twins of a signature that tweetnacl alone accepts', () => {
    const bytes = Buffer.from('message');
    const signature = row.sign(key, bytes);
    for (const times of [1n, 2n, 7n]) {
      const twin = addOrder(signature, times);
      expect(row.findFault(key, bytes, twin)).toMatch(/S is not below the group order/);
      expect(row.findFaultBySecondOpinion?.(key, bytes, twin)).toMatch(/S is not below the group order/);
    }
  });

  it('names a wrong length', () => {
    expect(findEd25519SignatureFault(new Uint8Array(63))).toBe('the signature has 63 bytes instead of 64');
    expect(findEd25519KeyFault(new Uint8Array(31))).toBe('the public key has 31 bytes instead of 32');
  });

  it('refuses R of small order', () => {
    const signature = new Uint8Array(64);
    signature[0] = 1;
    expect(findEd25519SignatureFault(signature)).toBe('its R is a point of small order');
  });
});
