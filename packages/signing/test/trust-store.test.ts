import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test, vi } from 'vitest';
import {
  CertificateRevokedError,
  InvalidCertificateError,
  SignatureError,
  TrustLevel,
} from '@truthound/protocols';
import {
  TrustStoreError,
  TrustStoreImpl,
  generateCertificate,
  generateKeyPair,
  parseCertificate,
  signKeyRotation,
  signRevocationList,
  signTrustRoot,
} from '../src/index.ts';
import { canonicalJson } from '../src/canonical-json.ts';
import { NOW, createSigner, scratchFolder } from './plugin-folder.ts';

const DAY_MS = 86_400_000;
const now = (): Date => NOW;
const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);
const certificate = async (subject = 'acme', validityDays = 365): Promise<string> =>
  (await generateCertificate({ subject, notBefore: inDays(-10), validityDays })).certificate;
const inMemory = (): TrustStoreImpl => new TrustStoreImpl({ now });
const storePath = (): string => join(scratchFolder(), 'trust.json');
const inFile = (persistPath: string): TrustStoreImpl => new TrustStoreImpl({ persistPath, now });

describe('certificates', () => {
  it('are trusted at the level they were given', async () => {
    const store = inMemory();
    const cert = await certificate();
    expect(store.isTrusted(cert)).toEqual({ isTrusted: false, trustLevel: TrustLevel.UNKNOWN });
    const certId = await store.addTrustedCertificate({ cert, metadata: { team: 'data' } });
    expect(certId).toMatch(/^[0-9a-f]{64}$/);
    expect(store.isTrusted(cert)).toEqual({ isTrusted: true, trustLevel: TrustLevel.TRUSTED });
    expect(store.isTrusted(parseCertificate(cert).der)).toEqual({
      isTrusted: true,
      trustLevel: TrustLevel.TRUSTED,
    });
    expect(store.getTrustLevel('acme')).toBe(TrustLevel.TRUSTED);
    expect(store.listTrustedSigners()).toEqual(['acme']);
    expect(store.listCertificates()).toMatchObject([
      { certId, subject: 'CN=acme', metadata: { team: 'data' } },
    ]);
    await expect(store.removeCertificate(certId)).resolves.toBe(true);
    await expect(store.removeCertificate(certId)).resolves.toBe(false);
    expect(store.isTrusted(cert).isTrusted).toBe(false);
  });

  it('W-32: a revoked one is revoked in every encoding, and so is its signer', async () => {
    const store = inMemory();
    const cert = await certificate();
    const certId = await store.addTrustedCertificate({ cert });
    await expect(store.revokeCertificate({ certId, reason: 'lost' })).resolves.toBe(true);
    const revoked = { isTrusted: false, trustLevel: TrustLevel.REVOKED };
    expect(store.isTrusted(cert)).toEqual(revoked);
    expect(store.isTrusted(parseCertificate(cert).der)).toEqual(revoked);
    expect(store.getTrustLevel('acme')).toBe(TrustLevel.REVOKED);
    expect(store.listTrustedSigners()).toEqual([]);
    expect(store.listCertificates()).toMatchObject([
      { trustLevel: 'revoked', revocationReason: 'lost', revokedAt: NOW },
    ]);
  });

  it('W-33: a revocation survives removal, adding again and a restart', async () => {
    const path = storePath();
    const cert = await certificate();
    const certId = await inFile(path).addTrustedCertificate({ cert });
    await inFile(path).revokeCertificate({ certId, reason: 'lost' });
    await inFile(path).removeCertificate(certId);
    expect(inFile(path).isTrusted(cert)).toEqual({ isTrusted: false, trustLevel: TrustLevel.REVOKED });
    await expect(inFile(path).addTrustedCertificate({ cert })).rejects.toBeInstanceOf(
      CertificateRevokedError,
    );
  });

  it('can be revoked before they are known', async () => {
    const store = inMemory();
    const cert = await certificate();
    const { certId, serial, keyId } = parseCertificate(cert);
    await expect(store.revokeCertificate({ certId, reason: 'lost' })).resolves.toBe(false);
    for (const subject of [{ serial: `00:${serial}`.toUpperCase() }, { keyId }]) {
      const other = inMemory();
      await other.revokeCertificate({ ...subject, reason: 'lost' });
      expect(other.isTrusted(cert).trustLevel).toBe(TrustLevel.REVOKED);
    }
    await expect(store.addTrustedCertificate({ cert })).rejects.toBeInstanceOf(CertificateRevokedError);
  });

  it('W-35: are parsed, and an expired one is not trusted', async () => {
    const store = inMemory();
    await expect(store.addTrustedCertificate({ cert: Buffer.from('anything') })).rejects.toBeInstanceOf(
      InvalidCertificateError,
    );
    expect(store.isTrusted(Buffer.from('anything'))).toEqual({
      isTrusted: false,
      trustLevel: TrustLevel.UNKNOWN,
    });
    const expired = await certificate('old', 5);
    await store.addTrustedCertificate({ cert: expired });
    expect(store.isTrusted(expired)).toEqual({ isTrusted: false, trustLevel: TrustLevel.UNKNOWN });
    expect(store.getTrustLevel('old')).toBe(TrustLevel.UNKNOWN);
  });

  it('W-36: a downgrade takes effect and is saved', async () => {
    const path = storePath();
    const cert = await certificate();
    await inFile(path).addTrustedCertificate({ cert });
    await inFile(path).addTrustedCertificate({ cert, trustLevel: TrustLevel.VERIFIED });
    expect(inFile(path).isTrusted(cert).trustLevel).toBe(TrustLevel.VERIFIED);
    await inFile(path).setSignerTrust('acme', TrustLevel.UNKNOWN);
    expect(inFile(path).getTrustLevel('acme')).toBe(TrustLevel.UNKNOWN);
  });
});

describe('keys', () => {
  it('are kept with their signer, level, plugins and algorithms', async () => {
    const path = storePath();
    const signer = await createSigner();
    const keyId = await inFile(path).addTrustedKey({
      key: signer.publicKey,
      signerId: 'acme',
      pluginIds: ['csv-*'],
    });
    expect(keyId).toBe(signer.keyId);
    expect(inFile(path).listKeys()).toEqual([
      {
        keyId,
        signerId: 'acme',
        trustLevel: 'trusted',
        algorithms: ['ED25519'],
        pluginIds: ['csv-*'],
        isRevoked: false,
        addedAt: NOW,
      },
    ]);
    await expect(inFile(path).removeKey(keyId)).resolves.toBe(true);
    expect(inFile(path).listKeys()).toEqual([]);
  });

  it('of a private key only the public part reaches the file', async () => {
    const path = storePath();
    const signer = await createSigner();
    await inFile(path).addTrustedKey({ key: signer.privateKey, signerId: 'acme' });
    expect(readFileSync(path, 'utf8')).not.toMatch(/PRIVATE/);
  });

  it('belong to one signer', async () => {
    const store = inMemory();
    const { publicKey } = await createSigner();
    await store.addTrustedKey({ key: publicKey, signerId: 'acme' });
    await expect(store.addTrustedKey({ key: publicKey, signerId: 'mallory' })).rejects.toThrow(
      /belongs to "acme"/,
    );
  });

  it('stay revoked', async () => {
    const store = inMemory();
    const { publicKey, keyId } = await createSigner();
    await store.addTrustedKey({ key: publicKey, signerId: 'acme' });
    await store.revokeCertificate({ keyId, reason: 'lost' });
    await store.removeKey(keyId);
    await expect(store.addTrustedKey({ key: publicKey, signerId: 'acme' })).rejects.toThrow(
      /was revoked \(lost\)/,
    );
  });

  it('a name that was set to trusted is worth nothing once its keys are revoked', async () => {
    const store = inMemory();
    const { publicKey, keyId } = await createSigner();
    await store.setSignerTrust('acme', TrustLevel.TRUSTED);
    expect(store.getTrustLevel('acme')).toBe(TrustLevel.TRUSTED);
    await store.addTrustedKey({ key: publicKey, signerId: 'acme' });
    await store.revokeCertificate({ keyId, reason: 'lost' });
    expect(store.getTrustLevel('acme')).toBe(TrustLevel.REVOKED);
  });

  test.each([
    ['bytes that do not say what they are', { key: new Uint8Array(32), signerId: 'a' }, /give the algorithm/],
    ['a short secret', { key: 'secret', signerId: 'a' }, /at least 32 bytes, not 6/],
    ['an empty secret', { key: '', signerId: 'a' }, /at least 32 bytes, not 0/],
    ['no signer', { key: 'x'.repeat(32), signerId: '' }, /signerId/],
    ['no plugin at all', { key: 'x'.repeat(32), signerId: 'a', pluginIds: [] }, /pluginIds/],
    [
      'an unknown level',
      { key: 'x'.repeat(32), signerId: 'a', trustLevel: 'high' as TrustLevel },
      /"high" is not a trust level/,
    ],
  ])('refuse %s', async (_, options, message) => {
    await expect(inMemory().addTrustedKey(options)).rejects.toThrow(message);
  });

  test.each([
    ['no subject', { reason: 'x' }, /exactly one of/],
    ['two subjects', { keyId: 'a', digest: 'b', reason: 'x' }, /exactly one of/],
    ['no reason', { keyId: 'a', reason: ' ' }, /needs a reason/],
    ['a serial that is none', { serial: 'xyz', reason: 'x' }, /not a serial number/],
  ])('a revocation with %s is refused', async (_, options, message) => {
    await expect(inMemory().revokeCertificate(options)).rejects.toThrow(message);
  });
});

describe('the file', () => {
  it('W-34: is readable and writable by its owner alone, and appears with the first change', async () => {
    const path = storePath();
    const store = inFile(path);
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
    await store.setSignerTrust('acme', TrustLevel.VERIFIED);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.each<[string, (text: string) => string]>([
    ['is not JSON', (text) => text.slice(0, -10)],
    ['is empty', () => ''],
    ['was edited', (text) => text.replace('verified', 'trusted')],
    ['lacks a part', (text) => text.replace('"revocations"', '"revocation"')],
    ['has a record too few keys', (text) => text.replace('"keys": []', '"keys": [{}]')],
    ['is of a newer format', (text) => text.replace('"formatVersion": 1', '"formatVersion": 2')],
  ])('W-34: that %s is refused and left as it was', async (_, damage) => {
    const path = storePath();
    const open = inFile(path);
    await open.setSignerTrust('acme', TrustLevel.VERIFIED);
    const damaged = damage(readFileSync(path, 'utf8'));
    writeFileSync(path, damaged);
    expect(() => inFile(path)).toThrow(TrustStoreError);
    expect(() => open.getTrustLevel('acme')).toThrow(TrustStoreError);
    await expect(open.setSignerTrust('acme', TrustLevel.TRUSTED)).rejects.toBeInstanceOf(TrustStoreError);
    expect(readFileSync(path, 'utf8')).toBe(damaged);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    [
      'a folder',
      (path) => {
        mkdirSync(path);
      },
      /not a regular file|EISDIR/,
    ],
    [
      'a list',
      (path) => {
        writeFileSync(path, '[]', { mode: 0o600 });
      },
      /not a JSON object/,
    ],
    [
      'of a newer format',
      (path) => {
        writeFileSync(path, '{"formatVersion":99}', { mode: 0o600 });
      },
      /this release knows/,
    ],
    [
      'larger than any',
      (path) => {
        writeFileSync(path, Buffer.alloc(65 * 1024 * 1024), { mode: 0o600 });
      },
      /larger than/,
    ],
  ])('that is %s is refused', (_, make, reason) => {
    const path = storePath();
    make(path);
    expect(() => inFile(path)).toThrow(reason);
  });

  it('that others may write is refused', async () => {
    const path = storePath();
    await inFile(path).setSignerTrust('acme', TrustLevel.VERIFIED);
    chmodSync(path, 0o622);
    expect(() => inFile(path)).toThrow(/chmod 600/);
  });

  it('that became unusable is refused by every question, and not answered from what was known before', async () => {
    const path = storePath();
    const { publicKey } = await generateKeyPair('ED25519');
    const store = inFile(path);
    await store.addTrustedKey({ key: publicKey, signerId: 'acme' });
    const { formatVersion, ...content } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly formatVersion: number;
      checksum?: string;
      readonly keys: readonly Readonly<Record<string, unknown>>[];
    };
    delete content.checksum;
    const changed = { ...content, keys: content.keys.map((key) => ({ ...key, keyId: 'ab'.repeat(32) })) };
    const checksum = createHash('sha256').update(canonicalJson(changed)).digest('hex');
    writeFileSync(path, JSON.stringify({ formatVersion, checksum, ...changed }));
    for (let question = 0; question < 2; question += 1) {
      expect(() => store.getTrustLevel('acme')).toThrow(TrustStoreError);
      expect(() => store.getTrustLevel('acme')).toThrow(/is another key than its id says/);
    }
  });

  it('keeps a revocation once, whatever the spelling of a serial number', async () => {
    const store = inMemory();
    const { serial } = parseCertificate(await certificate());
    const spellings = [serial, serial.toUpperCase(), `0${serial}`];
    for (const each of [...spellings, 'abc', '0abc'])
      await store.revokeCertificate({ serial: each, reason: 'lost' });
    const heard = vi.fn();
    store.on('change', heard);
    await store.revokeCertificate({ serial, reason: 'lost' });
    expect(heard).not.toHaveBeenCalled();
  });

  it('finds no withdrawal of a certificate where there is none, and names one by its serial number', async () => {
    const store = inMemory();
    const parsed = parseCertificate(await certificate());
    await store.revokeCertificate({ certId: 'a'.repeat(64), reason: 'lost' });
    await store.revokeCertificate({ serial: parsed.serial, reason: 'lost' });
    expect(store.findRevocation({ signedAt: NOW })).toBeUndefined();
    const found = store.findRevocation({ certificates: [parsed], signedAt: NOW });
    expect(found?.certId).toBe(`serial ${parsed.serial}`);
    expect(store.getTrustLevel('nobody')).toBe(TrustLevel.UNKNOWN);
  });

  it('covers a plugin that does not say its version by every range of versions', async () => {
    const store = inMemory();
    await store.revokeCertificate({ pluginId: 'csv', beforeVersion: '2.0.0', reason: 'leaks' });
    const find = (version: string | undefined): boolean =>
      store.findRevocation({ pluginId: 'csv', version, signedAt: NOW }) !== undefined;
    expect([find(undefined), find('1.9.9'), find('2.0.0')]).toEqual([true, true, false]);
  });

  it('is seen by other stores as soon as it changed, who tell their listeners', async () => {
    const path = storePath();
    const [ours, theirs] = [inFile(path), inFile(path)];
    let changes = 0;
    const unsubscribe = ours.on('change', () => {
      changes += 1;
    });
    await theirs.setSignerTrust('acme', TrustLevel.VERIFIED);
    expect(ours.getTrustLevel('acme')).toBe(TrustLevel.VERIFIED);
    expect(changes).toBe(1);
    unsubscribe();
    await theirs.setSignerTrust('acme', TrustLevel.TRUSTED);
    expect(ours.getTrustLevel('acme')).toBe(TrustLevel.TRUSTED);
    expect(changes).toBe(1);
  });

  it('tells every listener, also after one that fails', async () => {
    const store = inMemory();
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    let changes = 0;
    store.on('change', () => {
      throw new Error('broken');
    });
    store.on('change', () => {
      changes += 1;
    });
    await store.setSignerTrust('acme', TrustLevel.VERIFIED);
    expect([changes, emitWarning.mock.calls.length]).toEqual([1, 1]);
  });

  it('loses no change of stores that write at the same time', async () => {
    const path = storePath();
    const names = Array.from({ length: 12 }, (_, index) => `signer-${String(index)}`);
    await Promise.all(names.map((name) => inFile(path).setSignerTrust(name, TrustLevel.TRUSTED)));
    expect(inFile(path).listTrustedSigners()).toEqual([...names].sort());
  });
});

describe('a rotation', () => {
  it('hands signer, level and plugins to the new key, and cuts the old one off', async () => {
    const store = inMemory();
    const [oldKey, newKey] = [await createSigner(), await generateKeyPair('ED25519')];
    await store.addTrustedKey({
      key: oldKey.publicKey,
      signerId: 'acme',
      trustLevel: 'verified',
      pluginIds: ['csv'],
    });
    const record = signKeyRotation({ oldKey: oldKey.privateKey, newKey: newKey.privateKey, rotatedAt: NOW });
    await expect(store.rotateKey(record)).resolves.toBe(true);
    expect(store.findKey(newKey.keyId)).toMatchObject({
      signerId: 'acme',
      trustLevel: 'verified',
      pluginIds: ['csv'],
    });
    expect(store.findRevocation({ keyId: oldKey.keyId, signedAt: inDays(-1) })).toBeUndefined();
    expect(store.findRevocation({ keyId: oldKey.keyId, signedAt: NOW })).toBeDefined();
    await expect(store.rotateKey(record)).rejects.toThrow(/can hand over nothing/);
  });

  it('needs the old key, in force, and the new key', async () => {
    const [oldKey, newKey, mallory] = [
      await createSigner(),
      await generateKeyPair('ED25519'),
      await createSigner(),
    ];
    const store = inMemory();
    await store.addTrustedKey({ key: oldKey.publicKey, signerId: 'acme' });
    const stolen = signKeyRotation({ oldKey: mallory.privateKey, newKey: newKey.privateKey, rotatedAt: NOW });
    await expect(store.rotateKey(stolen)).rejects.toBeInstanceOf(TrustStoreError);
    const record = JSON.parse(
      signKeyRotation({ oldKey: oldKey.privateKey, newKey: newKey.privateKey, rotatedAt: NOW }),
    ) as { signatures: unknown[] };
    await expect(store.rotateKey({ ...record, signatures: record.signatures.slice(0, 1) })).rejects.toThrow(
      /not signed by the new key/,
    );
    await expect(store.rotateKey({ ...record, signatures: record.signatures.slice(1) })).rejects.toThrow(
      /not signed by the old key/,
    );
    await store.revokeCertificate({ keyId: oldKey.keyId, reason: 'lost' });
    await expect(store.rotateKey(record)).rejects.toThrow(/can hand over nothing/);
  });
});

describe('a signed revocation list', () => {
  const list = (version: number, keyId: string): Parameters<typeof signRevocationList>[0] => ({
    version,
    issuedAt: inDays(-1),
    nextUpdate: inDays(7),
    revocations: [
      { keyId, reason: 'lost' },
      { pluginId: 'csv', beforeVersion: '2.0.0', reason: 'leaks', since: inDays(-2) },
    ],
  });

  it('is taken over once, from a key that is trusted for all plugins', async () => {
    const store = inMemory();
    const [authority, victim] = [await createSigner('security'), await createSigner('victim')];
    await store.addTrustedKey({ key: authority.publicKey, signerId: 'security' });
    const signed = signRevocationList(list(3, victim.keyId), [authority.privateKey]);
    await expect(store.importRevocations(signed)).resolves.toBe(true);
    await expect(store.importRevocations(Buffer.from(signed))).resolves.toBe(false);
    expect(store.findRevocation({ keyId: victim.keyId, signedAt: NOW })).toMatchObject({ reason: 'lost' });
    expect(store.findRevocation({ pluginId: 'csv', version: '1.9.9', signedAt: NOW })).toMatchObject({
      reason: 'leaks',
    });
    expect(store.findRevocation({ pluginId: 'csv', version: '2.0.0', signedAt: NOW })).toBeUndefined();
    expect(store.findRevocation({ pluginId: 'csv', version: '1.9.9', signedAt: inDays(-3) })).toBeUndefined();
    expect(store.revocationsDueAt).toEqual(inDays(7));
    const older = signRevocationList(list(2, victim.keyId), [authority.privateKey]);
    await expect(store.importRevocations(older)).rejects.toThrow(/version 2, and 3 is known/);
  });

  it('is refused from a key without that say, out of date, or changed', async () => {
    const store = inMemory();
    const [authority, limited, stranger] = [
      await createSigner('security'),
      await createSigner('csv-team'),
      await createSigner('stranger'),
    ];
    await store.addTrustedKey({ key: authority.publicKey, signerId: 'security' });
    await store.addTrustedKey({ key: limited.publicKey, signerId: 'csv-team', pluginIds: ['csv'] });
    for (const { privateKey } of [limited, stranger]) {
      await expect(store.importRevocations(signRevocationList(list(1, 'a'), [privateKey]))).rejects.toThrow(
        /not signed by a key that is trusted/,
      );
    }
    const stale = { ...list(1, 'a'), nextUpdate: NOW };
    await expect(store.importRevocations(signRevocationList(stale, [authority.privateKey]))).rejects.toThrow(
      /out of date/,
    );
    const early = { ...list(1, 'a'), issuedAt: inDays(1) };
    await expect(store.importRevocations(signRevocationList(early, [authority.privateKey]))).rejects.toThrow(
      /from the future/,
    );
    const signed = JSON.parse(signRevocationList(list(1, 'a'), [authority.privateKey])) as {
      payload: string;
    };
    const changed = Buffer.from(signed.payload, 'base64').toString().replace('lost', 'fine');
    await expect(
      store.importRevocations({ ...signed, payload: Buffer.from(changed).toString('base64') }),
    ).rejects.toThrow(/not signed by/);
    for (const junk of ['', '[]', '{}', 'x'.repeat(5_000_000)])
      await expect(store.importRevocations(junk)).rejects.toBeInstanceOf(SignatureError);
  });
});

describe('the trust root', () => {
  it('changes only by N of M of its old and of its new keys, one version at a time', async () => {
    const store = inMemory();
    const [a, b, c, d] = [
      await createSigner(),
      await createSigner(),
      await createSigner(),
      await createSigner(),
    ];
    const root = (
      version: number,
      signers: readonly { readonly publicKey: string }[],
    ): Parameters<typeof signTrustRoot>[0] => ({
      version,
      threshold: 2,
      keys: signers.map(({ publicKey }) => publicKey),
      expiresAt: inDays(365),
    });
    await expect(store.updateTrustRoot(signTrustRoot(root(1, [a, b, c]), [a.privateKey]))).rejects.toThrow(
      /no trust root/,
    );
    await store.pinTrustRoot(root(1, [a, b, c]));
    await expect(store.pinTrustRoot(root(1, [d, c]))).rejects.toThrow(/already/);
    const next = root(2, [b, c, d]);
    const signedBy = (...keys: readonly { readonly privateKey: string }[]): Promise<boolean> =>
      store.updateTrustRoot(
        signTrustRoot(
          next,
          keys.map(({ privateKey }) => privateKey),
        ),
      );
    await expect(signedBy(a)).rejects.toThrow(/signed by 1 key of the old one, and needs 2/);
    await expect(signedBy(a, a)).rejects.toThrow(/signed by 1 key of the old one/);
    await expect(signedBy(a, d)).rejects.toThrow(/signed by 1 key of the old one/);
    await expect(
      store.updateTrustRoot(signTrustRoot(root(3, [b, c, d]), [b.privateKey, c.privateKey])),
    ).rejects.toThrow(/version 3, and 2 comes next/);
    await expect(
      store.updateTrustRoot(signTrustRoot({ ...next, expiresAt: NOW }, [b.privateKey, c.privateKey])),
    ).rejects.toThrow(/expired/);
    await expect(
      store.updateTrustRoot(signTrustRoot(root(2, [d]), [a.privateKey, b.privateKey])),
    ).rejects.toThrow(/threshold/);
    await expect(
      store.updateTrustRoot(signTrustRoot(root(2, [c, d]), [a.privateKey, b.privateKey])),
    ).rejects.toThrow(/0 of its own keys/);
    await expect(signedBy(b, c)).resolves.toBe(true);
    expect(store.trustRoot).toMatchObject({ version: 2 });
    await expect(signedBy(b, c)).rejects.toThrow(/version 2, and 3 comes next/);
  });

  it('signs revocation lists together, and then no single key does', async () => {
    const store = inMemory();
    const [a, b, alone] = [await createSigner(), await createSigner(), await createSigner('alone')];
    await store.addTrustedKey({ key: alone.publicKey, signerId: 'alone' });
    await store.pinTrustRoot({
      version: 1,
      threshold: 2,
      keys: [a.publicKey, b.publicKey],
      expiresAt: inDays(9),
    });
    const list = { version: 1, issuedAt: NOW, nextUpdate: inDays(1), revocations: [] };
    await expect(store.importRevocations(signRevocationList(list, [alone.privateKey]))).rejects.toThrow(
      /0 keys of the trust root/,
    );
    await expect(store.importRevocations(signRevocationList(list, [a.privateKey]))).rejects.toThrow(
      /1 key of the trust root/,
    );
    await expect(
      store.importRevocations(signRevocationList(list, [a.privateKey, b.privateKey])),
    ).resolves.toBe(true);
  });
});
