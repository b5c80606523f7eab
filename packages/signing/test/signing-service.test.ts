import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import {
  InvalidSignatureError,
  SignatureAlgorithm,
  SignatureError,
  SignatureTamperError,
  TrustLevel,
} from '@truthound/protocols';
import {
  SignatureInfo,
  SigningServiceImpl,
  TrustStoreImpl,
  generateCertificate,
  generateKeyPair,
  readSignatures,
  writeSignatures,
} from '../src/index.ts';
import { FILES, NOW, createSigner, pluginFolder, putFile, scratchFolder } from './plugin-folder.ts';

const now = (): Date => NOW;

async function keysFor(
  algorithm: SignatureAlgorithm,
): Promise<{ readonly signing: string; readonly checking: string }> {
  if (algorithm === 'HMAC_SHA256' || algorithm === 'HMAC_SHA512') {
    const { secret } = await generateKeyPair(algorithm);
    return { signing: secret, checking: secret };
  }
  const pair = await generateKeyPair(algorithm, { rsaBits: 2048 });
  if (!('publicKey' in pair)) throw new TypeError('not a pair');
  return { signing: pair.privateKey, checking: pair.publicKey };
}

describe.each([
  ['ED25519', 64],
  ['RSA_SHA256', 256],
  ['HMAC_SHA256', 32],
  ['HMAC_SHA512', 64],
] as const)('%s', (algorithm, signatureBytes) => {
  it('signs and verifies a plugin', async () => {
    const pluginPath = pluginFolder();
    const { signing, checking } = await keysFor(algorithm);
    const service = new SigningServiceImpl({ algorithm, signerId: 'acme', now });
    const signature = await service.sign({ pluginPath, privateKey: signing });
    expect(signature).toMatchObject({ signerId: 'acme', algorithm, timestamp: NOW });
    expect(signature.signature).toHaveLength(signatureBytes);
    const result = await service.verify({ pluginPath, signature, key: checking });
    expect(result).toMatchObject({
      isValid: true,
      verdict: 'verified',
      trustLevel: TrustLevel.VERIFIED,
      signerId: 'acme',
    });
    expect(result.files.map(({ path }) => path)).toEqual(['dist/index.js', 'package.json']);
  });

  it('refuses the signature under another key', async () => {
    const pluginPath = pluginFolder();
    const [ours, theirs] = [await keysFor(algorithm), await keysFor(algorithm)];
    const service = new SigningServiceImpl({ algorithm, signerId: 'acme', now });
    const signature = await service.sign({ pluginPath, privateKey: ours.signing });
    const result = await service.verify({ pluginPath, signature, key: theirs.checking });
    expect(result).toMatchObject({ isValid: false, verdict: 'invalid', signers: [], files: [] });
  });
});

describe('what a signature covers', () => {
  it('W-23: refuses a signature whose bytes or readable fields were replaced', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath, { metadata: { channel: 'stable' } });
    const service = new SigningServiceImpl({ signerId: 'acme', now });
    const forgeries = {
      'zeroed bytes': { signature: new Uint8Array(64) },
      'no bytes': { signature: new Uint8Array(0) },
      'another signer': { signerId: 'mallory' },
      'another algorithm': { algorithm: SignatureAlgorithm.RSA_SHA256 },
      'an earlier time': { timestamp: new Date('2020-01-01') },
      'a later end': { expiresAt: new Date('2300-01-01') },
      'no end': { expiresAt: undefined },
      'another hash': { metadata: { ...signature.metadata, pluginHash: '0'.repeat(64) } },
      'other metadata': { metadata: { ...signature.metadata, channel: 'beta' } },
      'another payload': { payload: new Uint8Array(10) },
      'another key id': { keyId: '0'.repeat(64) },
    };
    for (const [name, change] of Object.entries(forgeries)) {
      const result = await service.verify({
        pluginPath,
        signature: { ...signature, ...change },
        key: signer.publicKey,
      });
      expect({ name, isValid: result.isValid, verdict: result.verdict, signers: result.signers }).toEqual({
        name,
        isValid: false,
        verdict: 'invalid',
        signers: [],
      });
      expect(result.errors[0]).toBeInstanceOf(InvalidSignatureError);
    }
  });

  it('W-24: refuses code that was changed together with the hash that is shown', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    putFile(pluginPath, 'dist/index.js', 'export const rows = 2;\n');
    const service = new SigningServiceImpl({ signerId: 'acme', now });
    const pluginHash = await service.getPluginHash(pluginPath);
    const payload = Buffer.from(
      Buffer.from(signature.payload).toString().replaceAll(signature.metadata.pluginHash, pluginHash),
    );
    const forged = { ...signature, payload, metadata: { ...signature.metadata, pluginHash } };
    const result = await service.verify({ pluginPath, signature: forged, key: signer.publicKey });
    expect(result).toMatchObject({ isValid: false, verdict: 'invalid' });
  });

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'a changed file',
      (folder) => {
        putFile(folder, 'dist/index.js', 'x');
      },
      /"dist\/index\.js" was modified/,
    ],
    [
      'a changed manifest',
      (folder) => {
        putFile(folder, 'package.json', '{}');
      },
      /"package\.json" was modified/,
    ],
    [
      'an added library',
      (folder) => {
        putFile(folder, 'native.node', 'x');
      },
      /"native\.node" is not in the signed list/,
    ],
    [
      'an added empty file',
      (folder) => {
        putFile(folder, 'empty', '');
      },
      /"empty" is not in the signed list/,
    ],
    [
      'a changed mode',
      (folder) => {
        putFile(folder, 'dist/index.js', FILES['dist/index.js'] ?? '', 0o755);
      },
      /is executable/,
    ],
    [
      'a hidden file',
      (folder) => {
        putFile(folder, '.hidden', 'x');
      },
      /"\.hidden" is not in the signed list/,
    ],
  ])('W-25: sees %s', async (_, change, message) => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const service = new SigningServiceImpl({ signerId: 'acme', now });
    const hash = await service.getPluginHash(pluginPath);
    change(pluginPath);
    await expect(service.getPluginHash(pluginPath)).resolves.not.toBe(hash);
    const result = await service.verify({ pluginPath, signature, key: signer.publicKey });
    expect(result).toMatchObject({ isValid: false, verdict: 'invalid', files: [] });
    expect(result.errors[0]).toBeInstanceOf(SignatureTamperError);
    expect(result.errors[0]?.message).toMatch(message);
  });

  it('W-26: two folders with one concatenation have two hashes', async () => {
    const service = new SigningServiceImpl({ signerId: 'acme' });
    const left = await service.getPluginHash(pluginFolder({ ab: 'c', d: '' }));
    const right = await service.getPluginHash(pluginFolder({ a: 'bc', d: '' }));
    const third = await service.getPluginHash(pluginFolder({ abcd: '' }));
    expect(new Set([left, right, third]).size).toBe(3);
  });

  it('gives one folder one hash, wherever it lies and in whatever order it was written', async () => {
    const service = new SigningServiceImpl({ signerId: 'acme' });
    const turned = Object.fromEntries(Object.entries(FILES).reverse());
    await expect(service.getPluginHash(pluginFolder(turned))).resolves.toBe(
      await service.getPluginHash(pluginFolder()),
    );
  });

  it('W-27: binds id, version, host range and metadata, and leaves the reserved keys to itself', async () => {
    const signer = await createSigner();
    const signature = await signer.sign(pluginFolder(), { metadata: { channel: 'stable' } });
    expect(signature.metadata).toMatchObject({ channel: 'stable', pluginId: 'csv', pluginVersion: '1.2.3' });
    const statement = JSON.parse(Buffer.from(signature.payload).toString()) as { readonly plugin: unknown };
    expect(statement.plugin).toEqual({ id: 'csv', version: '1.2.3', hostRange: '^1', permissions: null });
    for (const key of ['pluginHash', 'pluginId', 'pluginVersion', 'sequence']) {
      await expect(signer.sign(pluginFolder(), { metadata: { [key]: 'x' } })).rejects.toThrow(key);
    }
  });

  it('W-27: refuses the signature of one plugin for another with the same code', async () => {
    const signer = await createSigner();
    const signature = await signer.sign(pluginFolder());
    const other = pluginFolder({
      ...FILES,
      'package.json': (FILES['package.json'] ?? '').replace('csv', 'xml'),
    });
    const result = await new SigningServiceImpl({ signerId: 'acme', now }).verify({
      pluginPath: other,
      signature,
      key: signer.publicKey,
    });
    expect(result.errors[0]?.message).toMatch(/"package\.json" was modified/);
  });

  test.each(['SHA256', 'SHA512'] as const)(
    'W-28: %s shows change, and is nobody’s signature',
    async (algorithm) => {
      const pluginPath = pluginFolder();
      const service = new SigningServiceImpl({ algorithm, signerId: 'acme', now });
      const signature = await service.sign({ pluginPath });
      const result = await service.verify({ pluginPath, signature });
      expect(result).toMatchObject({ isValid: false, verdict: 'invalid', trustLevel: TrustLevel.UNKNOWN });
      expect(result.errors[0]?.message).toMatch(/a digest that anyone can compute/);
    },
  );
});

describe('what cannot be signed', () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'a link',
      (folder) => {
        symlinkSync('/etc/passwd', join(folder, 'passwd'));
      },
      /"passwd" is a link/,
    ],
    [
      'a linked folder',
      (folder) => {
        symlinkSync('/etc', join(folder, 'etc'));
      },
      /"etc" is a link/,
    ],
    [
      'a name with a backslash',
      (folder) => {
        writeFileSync(join(folder, 'a\\b'), '');
      },
      /contains "\/" or "\\\\?"/,
    ],
    [
      'a name with a line break',
      (folder) => {
        writeFileSync(join(folder, 'a\nb'), '');
      },
      /control character/,
    ],
    [
      'a name in another normal form',
      (folder) => {
        writeFileSync(join(folder, 'e\u0301'), '');
      },
      /normal form C/,
    ],
    [
      'a name that is not UTF-8',
      (folder) => {
        writeFileSync(Buffer.from(`${folder}/\xff`, 'latin1'), '');
      },
      /not valid UTF-8/,
    ],
    [
      'names that differ in case',
      (folder) => {
        writeFileSync(join(folder, 'DIST'), '');
      },
      /only in case/,
    ],
    [
      'a second signature file',
      (folder) => {
        writeFileSync(join(folder, 'Truthound.SIG.json'), '');
      },
      /is named like/,
    ],
    [
      'a set-user-id file',
      (folder) => {
        putFile(folder, 'su', '', 0o4755);
      },
      /set-user-id/,
    ],
  ])('refuses %s, naming it', async (_, add, message) => {
    const pluginPath = pluginFolder();
    add(pluginPath);
    const signer = await createSigner();
    await expect(signer.sign(pluginPath)).rejects.toThrow(message);
    await expect(signer.sign(pluginPath)).rejects.toBeInstanceOf(SignatureError);
  });

  it('names a plugin that is not there', async () => {
    const signer = await createSigner();
    await expect(signer.sign('/nowhere/at/all')).rejects.toThrow(
      /there is no plugin at "\/nowhere\/at\/all"/,
    );
  });

  it('refuses metadata that JSON cannot hold', async () => {
    const signer = await createSigner();
    await expect(signer.sign(pluginFolder(), { metadata: { when: new Date() } })).rejects.toThrow(
      /metadata cannot be signed: when/,
    );
  });

  it('stops when it is cancelled', async () => {
    const signer = await createSigner();
    const reason = new Error('enough');
    await expect(signer.sign(pluginFolder(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test.each<[string, Partial<Parameters<SigningServiceImpl['sign']>[0]>, RegExp]>([
    ['without a key', { privateKey: undefined }, /needs a private key/],
    ['with a public key', { privateKey: 'PUBLIC' }, /a public one/],
    ['with a sequence below 0', { sequence: -1 }, /sequence must be/],
    ['with a broken sequence', { sequence: 1.5 }, /sequence must be/],
    ['with a certificate for another key', { certificate: 'CERTIFICATE' }, /for another key/],
    ['with more certificates than anybody needs', { certificate: 'NINE' }, /at most 8 certificates, not 9/],
  ])('signs nothing %s', async (_, options, message) => {
    const signer = await createSigner();
    const { certificate } = await generateCertificate({ subject: 'acme' });
    const texts: Readonly<Record<string, string>> = {
      PUBLIC: signer.publicKey,
      CERTIFICATE: certificate,
      NINE: certificate.repeat(9),
    };
    const given = Object.fromEntries(
      Object.entries(options).map(([name, value]) => [
        name,
        (typeof value === 'string' ? texts[value] : undefined) ?? value,
      ]),
    );
    await expect(signer.sign(pluginFolder(), given)).rejects.toThrow(message);
  });

  it('goes by the system’s clock unless told otherwise', async () => {
    const { privateKey } = await generateKeyPair();
    const service = new SigningServiceImpl({ signerId: 'acme', validityDays: Infinity });
    const before = Date.now();
    const { timestamp, expiresAt } = await service.sign({ pluginPath: pluginFolder(), privateKey });
    expect(timestamp.getTime()).toBeGreaterThanOrEqual(before);
    expect(expiresAt).toBeUndefined();
  });

  test.each([
    [
      'an unknown algorithm',
      { algorithm: 'MD5' as SignatureAlgorithm, signerId: 'a' },
      /"MD5" is not an algorithm/,
    ],
    ['an empty signer', { signerId: '' }, /signerId must be/],
    ['a signer with a line break', { signerId: 'a\nb' }, /signerId must be/],
    ['no validity', { signerId: 'a', validityDays: 0 }, /validityDays/],
  ])('refuses a service with %s', (_, options, message) => {
    expect(() => new SigningServiceImpl(options)).toThrow(message);
  });
});

describe('the signature file', () => {
  it('keeps a signature as it was', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath, {
      metadata: { channel: 'stable', deep: { list: [1, 2] } },
    });
    await writeSignatures(pluginPath, [signature]);
    const [read] = await readSignatures(pluginPath);
    expect(read?.toJSON()).toEqual(signature.toJSON());
    expect({ ...read, toJSON: undefined }).toEqual({ ...signature, toJSON: undefined });
    expect(SignatureInfo.parse(JSON.parse(JSON.stringify(signature))).metadata).toEqual(signature.metadata);
  });

  it('takes a co-signer without touching the first', async () => {
    const pluginPath = pluginFolder();
    const [first, second] = [await createSigner('acme'), await createSigner('reviewers')];
    await writeSignatures(pluginPath, [await first.sign(pluginPath)]);
    const before = await readSignatures(pluginPath);
    await writeSignatures(pluginPath, [...before, await second.sign(pluginPath)]);
    const after = await readSignatures(pluginPath);
    expect(after.map(({ signerId }) => signerId)).toEqual(['acme', 'reviewers']);
    expect(after[0]?.toJSON()).toEqual(before[0]?.toJSON());
  });

  it('is empty for a plugin without one', async () => {
    await expect(readSignatures(pluginFolder())).resolves.toEqual([]);
  });

  test.each<[string, string]>([
    ['W-39: a list', '[]'],
    ['nothing', ''],
    ['a number', '1'],
    ['another format', '{"formatVersion":2,"envelopes":[]}'],
    ['an unknown key', '{"formatVersion":1,"envelopes":[],"note":1}'],
    ['envelopes that are no list', '{"formatVersion":1,"envelopes":{}}'],
    [
      'an envelope of another type',
      '{"formatVersion":1,"envelopes":[{"payloadType":"x","payload":"","signatures":[]}]}',
    ],
    [
      'too many envelopes',
      JSON.stringify({ formatVersion: 1, envelopes: Array.from({ length: 17 }, () => ({})) }),
    ],
    ['more than 4 MiB', ' '.repeat(4 * 1024 * 1024 + 1)],
  ])('refuses %s', async (_, content) => {
    const pluginPath = pluginFolder();
    putFile(pluginPath, 'truthound.sig.json', content);
    await expect(readSignatures(pluginPath)).rejects.toBeInstanceOf(InvalidSignatureError);
  });

  // Windows has no pipes among its files, and lets not everybody make links.
  it.skipIf(process.platform === 'win32').each([
    [
      'a link',
      (file: string) => {
        symlinkSync('/dev/zero', file);
      },
    ],
    [
      'a pipe',
      (file: string) => {
        execFileSync('mkfifo', [file]);
      },
    ],
    [
      'a folder',
      (file: string) => {
        mkdirSync(file);
      },
    ],
    [
      'a text of more than 4 MiB',
      (file: string) => {
        writeFileSync(file, Buffer.alloc(4 * 1024 * 1024 + 1, ' '));
      },
    ],
    [
      'a list of something else',
      (file: string) => {
        writeFileSync(file, '{"formatVersion":1,"envelopes":{}}');
      },
    ],
  ])('is not %s', async (_, make) => {
    const pluginPath = pluginFolder();
    make(join(pluginPath, 'truthound.sig.json'));
    await expect(readSignatures(pluginPath)).rejects.toBeInstanceOf(InvalidSignatureError);
  });

  it('stands beside a plugin that is a single file', async () => {
    const file = join(scratchFolder(), 'plugin.js');
    writeFileSync(file, 'export {};');
    const signer = await createSigner();
    await writeSignatures(file, [await signer.sign(file)]);
    const [signature] = await readSignatures(file);
    const service = new SigningServiceImpl({ signerId: 'acme', now });
    await expect(
      service.verify({ pluginPath: file, signature: signature!, key: signer.publicKey }),
    ).resolves.toMatchObject({ isValid: true });
  });

  it('is not written when it would be larger than 4 MiB', async () => {
    const pluginPath = pluginFolder();
    const metadata = { text: 'x'.repeat(4 * 1024 * 1024) };
    const signature = await (await createSigner()).sign(pluginPath, { metadata });
    await expect(writeSignatures(pluginPath, [signature])).rejects.toThrow(/bundle the plugin/);
    expect(await readSignatures(pluginPath)).toEqual([]);
  });

  it('writes 1 to 16 signatures', async () => {
    const pluginPath = pluginFolder();
    const signature = await (await createSigner()).sign(pluginPath);
    await expect(writeSignatures(pluginPath, [])).rejects.toThrow(/1 to 16/);
    await expect(
      writeSignatures(
        pluginPath,
        Array.from({ length: 17 }, () => signature),
      ),
    ).rejects.toThrow(/1 to 16/);
  });
});

describe('verification by the trust store', () => {
  it('finds the key, its signer and its level', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const trustStore = new TrustStoreImpl({ now });
    const service = new SigningServiceImpl({ signerId: 'any', trustStore, now });
    const signature = await signer.sign(pluginPath);
    await expect(service.verify({ pluginPath, signature })).resolves.toMatchObject({
      isValid: false,
      verdict: 'untrusted',
    });
    await trustStore.addTrustedKey({ key: signer.publicKey, signerId: 'acme' });
    await expect(service.verify({ pluginPath, signature })).resolves.toMatchObject({
      isValid: true,
      trustLevel: TrustLevel.TRUSTED,
      signers: [{ signerId: 'acme', keyId: signer.keyId, trustLevel: TrustLevel.TRUSTED }],
    });
  });

  it('takes the algorithm from the key, whatever the service itself signs with', async () => {
    const pluginPath = pluginFolder();
    const { privateKey, publicKey } = await generateKeyPair('RSA_SHA256', { rsaBits: 2048 });
    const rsa = new SigningServiceImpl({ algorithm: 'RSA_SHA256', signerId: 'acme', now });
    const signature = await rsa.sign({ pluginPath, privateKey });
    for (const algorithm of ['ED25519', 'HMAC_SHA256', 'SHA256'] as const) {
      const other = new SigningServiceImpl({ algorithm, signerId: 'host', now });
      await expect(other.verify({ pluginPath, signature, key: publicKey })).resolves.toMatchObject({
        isValid: true,
      });
    }
  });

  it('W-40: runs no code of the plugin', async () => {
    const canary = join(scratchFolder(), 'canary');
    const code = `require('node:fs').writeFileSync(${JSON.stringify(canary)}, '')`;
    const pluginPath = pluginFolder({
      ...FILES,
      'index.cjs': code,
      'package.json': '{"name":"p","main":"./index.cjs"}',
    });
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const service = new SigningServiceImpl({ signerId: 'acme', now });
    await expect(service.verify({ pluginPath, signature, key: signer.publicKey })).resolves.toMatchObject({
      isValid: true,
    });
    expect(() => {
      mkdirSync(canary);
    }).not.toThrow();
  });
});
