import { describe, expect, it, test } from 'vitest';
import { SignatureError } from '@truthound/protocols';
import {
  DOCUMENT_TYPES,
  type DocumentKind,
  cosignDocument,
  openDocument,
  parseDocument,
  signDocument,
} from '../src/signed-document.ts';
import { TrustStoreError, TrustStoreImpl, generateKeyPair, loadKey, signKeyRotation } from '../src/index.ts';
import { NOW, createSigner } from './plugin-folder.ts';

const now = (): Date => NOW;

describe('a signed document', () => {
  it('counts each key once, whatever kind it is, and none that did not sign', async () => {
    const [ed, rsa, other] = [
      await generateKeyPair('ED25519'),
      await generateKeyPair('RSA_SHA256', { rsaBits: 2048 }),
      await createSigner(),
    ];
    const text = signDocument('root', { formatVersion: 1 }, [ed.privateKey, rsa.privateKey, ed.privateKey]);
    const keys = [ed, rsa, other, ed].map(({ publicKey }) => loadKey(publicKey));
    expect(openDocument('root', text).signersAmong(keys)).toEqual([ed.keyId, rsa.keyId]);
  });

  it('of one kind is none of another, even with its type exchanged', async () => {
    const signer = await createSigner();
    const key = loadKey(signer.publicKey);
    const text = signDocument('rotation', { formatVersion: 1 }, [signer.privateKey]);
    for (const kind of ['root', 'revocations'] as const) {
      expect(() => openDocument(kind, text)).toThrow(/its payloadType is not/);
      const exchanged = text.replace(DOCUMENT_TYPES.rotation, DOCUMENT_TYPES[kind]);
      expect(openDocument(kind, exchanged).signersAmong([key])).toEqual([]);
    }
  });

  it('carries at most sixteen signatures', async () => {
    const signers = await Promise.all(Array.from({ length: 17 }, () => createSigner()));
    const keys = signers.map(({ privateKey }) => privateKey);
    expect(() => signDocument('root', {}, keys)).toThrow(/at most 16 signatures/);
    const full = signDocument('root', {}, keys.slice(0, 16));
    expect(() => cosignDocument(full, keys.slice(16))).toThrow(/at most 16 signatures/);
  });

  it.each(['[]', '{"payloadType":"text/plain"}'])('is not %s, which cannot be signed as well', (text) => {
    expect(() => cosignDocument(text, [])).toThrow(/not a signed document about trust/);
  });

  it('is not signed with a public key or a secret', async () => {
    const { publicKey } = await createSigner();
    const { secret } = await generateKeyPair('HMAC_SHA256');
    for (const key of [publicKey, secret])
      expect(() => signDocument('root', {}, [key])).toThrow(/private Ed25519 or RSA/);
    const pair = await generateKeyPair();
    expect(() =>
      signKeyRotation({ oldKey: pair.privateKey, newKey: pair.privateKey, rotatedAt: NOW }),
    ).toThrow(/are the same/);
  });

  test.each<[string, object, RegExp]>([
    ['no payload', { payload: 1 }, /payload is not canonical/],
    ['a payload of another spelling', { payload: 'e30' }, /payload is not canonical/],
    ['signatures that are no list', { signatures: {} }, /does not carry 1 to 16/],
    ['too many signatures', { signatures: Array.from({ length: 17 }, () => ({})) }, /does not carry 1 to 16/],
    ['a signature without bytes', { signatures: [{ keyid: 'a' }] }, /a signature has no keyid/],
    ['a signature without key', { signatures: [{ sig: 'AA==' }] }, /a signature has no keyid/],
  ])('is not one with %s', (_, change, message) => {
    const json = { payloadType: DOCUMENT_TYPES.root, payload: 'e30=', signatures: [], ...change };
    expect(() => openDocument('root', json)).toThrow(message);
  });

  test.each(['', '[]', '{}', '{"formatVersion":2}'])('holds no %j', (content) => {
    expect(() => parseDocument('root', Buffer.from(content))).toThrow(SignatureError);
  });
});

describe('a trust store', () => {
  async function storeWith(
    ...signers: readonly { readonly publicKey: string; readonly signerId: string }[]
  ): Promise<TrustStoreImpl> {
    const store = new TrustStoreImpl({ now });
    for (const { publicKey, signerId } of signers) await store.addTrustedKey({ key: publicKey, signerId });
    return store;
  }

  const list = {
    formatVersion: 1,
    version: 1,
    issuedAt: NOW.toISOString(),
    nextUpdate: '2027-01-01T00:00:00.000Z',
    revocations: [],
  };
  const root = {
    formatVersion: 1,
    version: 2,
    threshold: 1,
    keys: [],
    expiresAt: '2027-01-01T00:00:00.000Z',
  };

  test.each<[DocumentKind, object, RegExp]>([
    ['revocations', { ...list, version: -1 }, /version is not a whole number/],
    ['revocations', { ...list, revocations: {} }, /revocations are not a list/],
    ['revocations', { ...list, revocations: [1] }, /an entry is not an object/],
    [
      'revocations',
      { ...list, revocations: [{ reason: 'x', digest: 1 }] },
      /the digest of an entry is not a text/,
    ],
    ['revocations', { ...list, revocations: [{ reason: 'x', hash: 'a' }] }, /unknown key "hash"/],
    ['revocations', { ...list, revocations: [{ reason: 'x' }] }, /names exactly one/],
    [
      'revocations',
      { ...list, revocations: [{ reason: 'x', digest: 'a', since: 'then' }] },
      /since is not a time/,
    ],
    ['revocations', { ...list, issuedAt: 1 }, /issuedAt is not a time/],
    ['rotation', { formatVersion: 1 }, /it has oldKeyId, newKey and rotatedAt/],
    ['rotation', { formatVersion: 1, oldKeyId: 'a', newKey: 'b', rotatedAt: 'then' }, /it has oldKeyId/],
  ])('does not take over malformed %s: %j', async (kind, content, message) => {
    const signer = await createSigner();
    const store = await storeWith(signer);
    const text = signDocument(kind, content, [signer.privateKey]);
    const take = kind === 'rotation' ? store.rotateKey(text) : store.importRevocations(text);
    await expect(take).rejects.toThrow(message);
  });

  test.each<[object, RegExp]>([
    [{ ...root, keys: 'all' }, /it has version, threshold, keys and expiresAt/],
    [{ ...root, threshold: 1 }, /threshold of a trust root with 0 keys/],
    [{ ...root, version: 0 }, /version of a trust root is 1 or more/],
  ])('does not take over the trust root %j', async (content, message) => {
    const signer = await createSigner();
    const store = new TrustStoreImpl({ now });
    await store.pinTrustRoot({
      version: 1,
      threshold: 1,
      keys: [signer.publicKey],
      expiresAt: new Date('2027-01-01'),
    });
    await expect(store.updateTrustRoot(signDocument('root', content, [signer.privateKey]))).rejects.toThrow(
      message,
    );
  });

  it('pins only a root of distinct public keys', async () => {
    const { publicKey, privateKey } = await createSigner();
    const store = new TrustStoreImpl({ now });
    const pin = (keys: readonly string[]): Promise<boolean> =>
      store.pinTrustRoot({ version: 1, threshold: 1, keys, expiresAt: new Date('2027-01-01') });
    await expect(pin([publicKey, publicKey])).rejects.toThrow(/each key once/);
    await expect(pin([privateKey])).rejects.toThrow(/public keys only/);
    await expect(pin(['s'.repeat(40)])).rejects.toThrow(/public keys only/);
    await expect(pin(Array.from({ length: 17 }, () => publicKey))).rejects.toThrow(/at most 16/);
    expect(store.trustRoot).toBeUndefined();
  });

  it('does not take lists from a root that expired, or from a signer that was lowered', async () => {
    const signer = await createSigner('security');
    const text = signDocument('revocations', list, [signer.privateKey]);
    const rooted = new TrustStoreImpl({ now });
    await rooted.pinTrustRoot({ version: 1, threshold: 1, keys: [signer.publicKey], expiresAt: NOW });
    await expect(rooted.importRevocations(text)).rejects.toThrow(/the trust root expired/);
    const lowered = await storeWith(signer);
    await lowered.setSignerTrust('security', 'verified');
    await expect(lowered.importRevocations(text)).rejects.toBeInstanceOf(TrustStoreError);
    await lowered.setSignerTrust('security', 'trusted');
    await expect(lowered.importRevocations(text)).resolves.toBe(true);
  });

  it('refuses names and numbers that are none', async () => {
    const store = new TrustStoreImpl({ now });
    await expect(store.setSignerTrust('__proto__', 'trusted')).rejects.toBeInstanceOf(TrustStoreError);
    await expect(store.acceptSequence('__proto__', 1)).rejects.toBeInstanceOf(TrustStoreError);
    await expect(store.acceptSequence('csv', -1)).rejects.toThrow(/whole number/);
    expect(store.getSequence('toString')).toBeUndefined();
    expect(store.getSignerCap('constructor')).toBeUndefined();
    await expect(store.removeKey('a')).resolves.toBe(false);
    await expect(store.revokeCertificate({ digest: 'a', reason: 'x', since: new Date(NaN) })).rejects.toThrow(
      /since is not a time/,
    );
  });
});
