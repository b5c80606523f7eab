import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import nacl from 'tweetnacl';
import { describe, expect, it, test } from 'vitest';
import { SignatureError } from '@truthound/protocols';
import { generateKeyPair, keyId, loadKey } from '../src/index.ts';

describe('a key', () => {
  it('has one id in every form, public and private', async () => {
    const { publicKey, privateKey, keyId: id } = await generateKeyPair('ED25519');
    const [publicObject, privateObject] = [createPublicKey(publicKey), createPrivateKey(privateKey)];
    const raw = publicObject.export({ type: 'spki', format: 'der' }).subarray(-32);
    const forms = [
      publicKey,
      privateKey,
      Buffer.from(publicKey),
      publicObject,
      privateObject,
      publicObject.export({ format: 'jwk' }),
      JSON.stringify(privateObject.export({ format: 'jwk' })),
    ];
    expect(forms.map((form) => keyId(form as string))).toEqual(forms.map(() => id));
    expect(keyId(raw, { algorithm: 'ED25519' })).toBe(id);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
  });

  it('of NaCl is read: 32 bytes of seed, or 64 with the public half', () => {
    const pair = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(7));
    const byPublic = loadKey(pair.publicKey, { algorithm: 'ED25519' });
    const bySecret = loadKey(pair.secretKey, { algorithm: 'ED25519', use: 'sign' });
    const bySeed = loadKey(pair.secretKey.subarray(0, 32), { algorithm: 'ED25519', use: 'sign' });
    expect([byPublic.canSign, bySecret.canSign, bySeed.canSign]).toEqual([false, true, true]);
    expect(new Set([byPublic.keyId, bySecret.keyId, bySeed.keyId]).size).toBe(1);
    const mixed = Uint8Array.from([...pair.secretKey.subarray(0, 32), ...nacl.sign.keyPair().publicKey]);
    expect(() => loadKey(mixed, { algorithm: 'ED25519', use: 'sign' })).toThrow(/do not belong together/);
  });

  it('that is encrypted needs its passphrase, and the message never repeats the key', async () => {
    const { privateKey, keyId: id } = await generateKeyPair('ED25519', { passphrase: 'correct horse' });
    expect(privateKey).toMatch(/BEGIN ENCRYPTED PRIVATE KEY/);
    expect(loadKey(privateKey, { passphrase: 'correct horse' }).keyId).toBe(id);
    expect(() => loadKey(privateKey)).toThrow(/it is encrypted: give its passphrase/);
    expect(() => loadKey(privateKey, { passphrase: 'wrong' })).toThrow(/the passphrase is wrong/);
  });

  it('never shows its private part when it is printed', async () => {
    const { privateKey } = await generateKeyPair('ED25519');
    const body = privateKey.split('\n')[1] ?? '';
    const { inspect } = await import('node:util');
    expect(inspect(loadKey(privateKey), { depth: 9 })).not.toContain(body.slice(-20));
    expect(JSON.stringify(loadKey(privateKey))).not.toContain(body.slice(-20));
  });

  it('W-28: of RSA has at least 2048 bits and an exponent of at least 65537', () => {
    const pem = (modulusLength: number, publicExponent = 65537): string =>
      generateKeyPairSync('rsa', { modulusLength, publicExponent })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString();
    expect(() => loadKey(pem(1024))).toThrow(/2048 to 16384 bits, not 1024/);
    expect(() => loadKey(pem(2048, 3))).toThrow(/at least 65537, not 3/);
    expect(loadKey(pem(2048)).family).toBe('rsa');
  });

  it('W-28: pins the algorithm: a public key never becomes the secret of an HMAC', async () => {
    const { publicKey } = await generateKeyPair('ED25519');
    for (const algorithm of ['HMAC_SHA256', 'HMAC_SHA512', 'RSA_SHA256'] as const) {
      expect(() => loadKey(publicKey, { algorithm })).toThrow(/the key given is an Ed25519 key/);
      expect(() => loadKey(Buffer.from(publicKey), { algorithm })).toThrow(SignatureError);
    }
    const { secret } = await generateKeyPair('HMAC_SHA256');
    expect(() => loadKey(secret, { algorithm: 'ED25519' })).toThrow(/as PEM text or JWK/);
  });

  test.each([0, 1, 31])('W-28: of an HMAC is refused with %i bytes', (size) => {
    expect(() => loadKey(randomBytes(size), { algorithm: 'HMAC_SHA256' })).toThrow(/at least 32 bytes/);
    expect(() => loadKey({ kty: 'oct', k: randomBytes(size).toString('base64url') })).toThrow(
      /at least 32 bytes/,
    );
  });

  test.each<[string, Parameters<typeof loadKey>[1], Uint8Array, RegExp]>([
    ['raw bytes of RSA', { algorithm: 'RSA_SHA256' }, new Uint8Array(256), /PEM text or JWK/],
    ['raw bytes of nothing in particular', {}, new Uint8Array(32), /give the algorithm/],
    [
      '31 bytes of Ed25519',
      { algorithm: 'ED25519', use: 'sign' },
      new Uint8Array(31),
      /32 or 64 bytes, not 31/,
    ],
  ])('is not %s', (_, options, bytes, reason) => {
    expect(() => loadKey(bytes, options)).toThrow(reason);
  });

  it('that is a secret as a KeyObject is as long as any other', () => {
    expect(loadKey(createSecretKey(randomBytes(32))).family).toBe('hmac');
    expect(() => loadKey(createSecretKey(randomBytes(31)))).toThrow(/32 bytes/);
  });

  test.each<[string, unknown]>([
    ['malformed PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['half a JWK', '{"kty":"OKP"'],
    ['a JWK of nothing', { kty: 'OKP' }],
    ['a secret JWK without a secret', { kty: 'oct' }],
    ['a text that is too long', 'x'.repeat(70_000)],
    ['a number', 7],
    ['nothing', undefined],
    ['null', null],
    ['an elliptic curve key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
    ['an Ed448 key', generateKeyPairSync('ed448').publicKey],
  ])('is not %s', (_, input) => {
    expect(() => loadKey(input as string)).toThrow(SignatureError);
  });

  test.each([
    ['the neutral element', '01' + '00'.repeat(31)],
    ['a point of order 2', 'ec' + 'ff'.repeat(30) + '7f'],
    ['a point of order 4', '00'.repeat(32)],
    ['a point of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['another point of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
    ['a coordinate that is not reduced', 'f0' + 'ff'.repeat(30) + '7f'],
  ])('of Ed25519 is not %s', (_, hex) => {
    expect(() => loadKey(Buffer.from(hex, 'hex'), { algorithm: 'ED25519' })).toThrow(
      /small order|canonical form/,
    );
  });
});

describe('generateKeyPair', () => {
  it.each(['SHA256', 'DSA', 'toString', '__proto__'])('makes no key for %s', async (algorithm) => {
    await expect(generateKeyPair(algorithm as 'ED25519')).rejects.toThrow(`${algorithm} has no key: choose`);
  });

  test.each(['SHA256', 'SHA512'] as const)('has no key for %s', async (algorithm) => {
    await expect(generateKeyPair(algorithm)).rejects.toThrow(/has no key/);
  });

  it('makes another key each time', async () => {
    const [first, second] = [await generateKeyPair('HMAC_SHA512'), await generateKeyPair('HMAC_SHA512')];
    expect(first.secret).toMatch(/^[\w-]{43}$/);
    expect(first.secret).not.toBe(second.secret);
    expect(keyId(first.secret)).toBe(first.keyId);
  });

  it('makes no RSA key that would be refused', async () => {
    await expect(generateKeyPair('RSA_SHA256', { rsaBits: 1024 })).rejects.toThrow(/2048/);
  });
});
