import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../src/algorithms.ts';
import { isSelfDescribing, loadKey } from '../src/signing-key.ts';

const BYTES = Buffer.from('signed');
const KEYS = {
  ED25519: loadKey(generateKeyPairSync('ed25519').privateKey),
  RSA_SHA256: loadKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  HMAC_SHA256: loadKey(randomBytes(32), { algorithm: 'HMAC_SHA256' }),
  HMAC_SHA512: loadKey(randomBytes(64), { algorithm: 'HMAC_SHA512' }),
} as const;

describe.each(['ED25519', 'RSA_SHA256', 'HMAC_SHA256', 'HMAC_SHA512'] as const)('%s', (algorithm) => {
  const row = ALGORITHMS[algorithm];
  const key = KEYS[algorithm];

  it('finds no fault with its own signature, and one with every other', () => {
    const signature = row.sign(key, BYTES);
    expect(row.findFault(key, BYTES, signature)).toBeUndefined();
    for (const wrong of [row.sign(key, Buffer.from('other')), signature.subarray(1), new Uint8Array()])
      expect(row.findFault(key, BYTES, wrong)).toEqual(expect.any(String));
    expect(row.authenticates).toBe(true);
  });

  it('signs nothing without a key', () => {
    expect(() => row.sign(undefined, BYTES)).toThrow(/needs a key/);
  });
});

it('the second opinion on Ed25519 agrees with the first', () => {
  const { sign, findFaultBySecondOpinion: findFault } = ALGORITHMS.ED25519;
  const signature = sign(KEYS.ED25519, BYTES);
  expect(findFault?.(KEYS.ED25519, BYTES, signature)).toBeUndefined();
  expect(findFault?.(KEYS.ED25519, Buffer.from('other'), signature)).toEqual(expect.any(String));
});

describe.each(['SHA256', 'SHA512'] as const)('W-28: %s', (algorithm) => {
  it('shows change, and authenticates nothing', () => {
    const row = ALGORITHMS[algorithm];
    const digest = row.sign(undefined, BYTES);
    expect(row.authenticates).toBe(false);
    expect(row.findFault(KEYS.ED25519, BYTES, digest)).toBeUndefined();
    expect(row.findFault(KEYS.ED25519, Buffer.from('other'), digest)).toEqual(expect.any(String));
  });
});

it('PEM, JWK and KeyObjects say what they are; secrets and raw bytes do not', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const answers = [pem, Buffer.from(pem), publicKey, '{"kty":"OKP"}'].map((key) => isSelfDescribing(key));
  expect(answers).toEqual([true, true, true, true]);
  expect(['secret', randomBytes(32)].map((key) => isSelfDescribing(key))).toEqual([false, false]);
});
