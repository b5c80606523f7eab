import { describe, expect, it, test, vi } from 'vitest';
import { ALGORITHMS } from '../../src/algorithms.ts';
import { toBase64 } from '../../src/byte-text.ts';
import { preAuthEncoding } from '../../src/dsse-envelope.ts';
import {
  type RootDirectory,
  type SignatureInfo,
  SigningServiceImpl,
  TrustStoreImpl,
  type VerificationChain,
  VerificationChainBuilder,
  generateCertificate,
  generateKeyPair,
  loadKey,
  parseCertificate,
} from '../../src/index.ts';
import { envelopeOf, signatureFromEnvelope } from '../../src/signature-info.ts';
import { verifyEnvelope } from '../../src/portable.ts';
import { scanPlugin } from '../../src/scan-plugin.ts';
import { NOW, type Signer, createSigner, pluginFolder, putFile } from '../plugin-folder.ts';

const now = (): Date => NOW;

interface Statement {
  plugin: Record<string, unknown>;
  signer: Record<string, unknown>;
  pluginHash: string;
  files: Record<string, unknown>[];
}

/** A statement as a trusted signer with tools of its own might make it: rightly signed, and wrong. */
async function signChanged(
  signer: Signer,
  pluginPath: string,
  change: (statement: Statement) => void,
): Promise<SignatureInfo> {
  const honest = await signer.sign(pluginPath);
  const statement = JSON.parse(Buffer.from(honest.payload).toString()) as Statement;
  change(statement);
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = ALGORITHMS.ED25519.sign(loadKey(signer.privateKey), preAuthEncoding(payload));
  return signatureFromEnvelope({ ...envelopeOf(honest), payload, signature });
}

function chainFor(signer: Signer): VerificationChain {
  return new VerificationChainBuilder({ now })
    .withIntegrityCheck()
    .withSignatureCheck({ keys: [signer.publicKey] })
    .build();
}

describe('a rightly signed statement', () => {
  test.each<[string, (statement: Statement) => void, RegExp]>([
    [
      'another key',
      (statement) => {
        statement.signer['keyId'] = '0'.repeat(64);
      },
      /names another key/,
    ],
    [
      'another algorithm',
      (statement) => {
        statement.signer['algorithm'] = 'RSA_SHA256';
      },
      /its key is for ED25519/,
    ],
    [
      'certificates that are not there',
      (statement) => {
        statement.signer['certificates'] = ['0'.repeat(64)];
      },
      /certificates are not the ones/,
    ],
    [
      'a hash that is not that of its files',
      (statement) => {
        statement.pluginHash = '0'.repeat(64);
      },
      /another hash than its signed list/,
    ],
    [
      'another plugin than package.json',
      (statement) => {
        statement.plugin['id'] = 'admin';
      },
      /"package\.json" says something else/,
    ],
    [
      'more permissions than package.json',
      (statement) => {
        statement.plugin['permissions'] = { network: true };
      },
      /"package\.json" says something else/,
    ],
    [
      'an executable file',
      (statement) => {
        statement.files[0]!['mode'] = 'x';
      },
      /is not executable, and was signed as executable/,
    ],
    [
      'a file that is missing',
      (statement) => {
        statement.files.push({ path: 'z', size: 0, mode: '-', sha256: '0'.repeat(64) });
      },
      /"z" is missing/,
    ],
  ])('that names %s is refused', async (_, change, message) => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signChanged(signer, pluginPath, change);
    const result = await chainFor(signer).verify({ pluginPath, signature });
    expect(result).toMatchObject({ isValid: false, verdict: 'invalid', signers: [], files: [] });
    expect(result.errors[0]?.message).toMatch(message);
  });

  it('over a package.json that is none is refused', async () => {
    const pluginPath = pluginFolder({ 'package.json': '{}' });
    const signer = await createSigner();
    putFile(pluginPath, 'package.json', '[]');
    await expect(signer.sign(pluginPath)).rejects.toThrow(/package\.json is not a JSON object/);
    const { files, pluginHash } = await scanPlugin(pluginPath);
    putFile(pluginPath, 'package.json', '{}');
    const signature = await signChanged(signer, pluginPath, (statement) => {
      statement.files[0]!['sha256'] = files[0]?.sha256;
      statement.pluginHash = pluginHash;
    });
    putFile(pluginPath, 'package.json', '[]');
    const result = await chainFor(signer).verify({ pluginPath, signature });
    expect(result.errors[0]?.message).toMatch(/"package\.json" says something else/);
    putFile(pluginPath, 'package.json', '{');
    await expect(signer.sign(pluginPath)).rejects.toThrow(/package\.json is not JSON/);
  });

  it('is as little believed in a browser', async () => {
    const signer = await createSigner();
    const pluginPath = pluginFolder();
    const reasonFor = async (change: (statement: Statement) => void): Promise<unknown> => {
      const signature = await signChanged(signer, pluginPath, change);
      return verifyEnvelope(signature.toJSON(), { publicKeys: [signer.publicKey], now: NOW });
    };
    await expect(
      reasonFor((statement) => {
        statement.signer['keyId'] = '0'.repeat(64);
      }),
    ).resolves.toMatchObject({ reason: expect.stringMatching(/another key/) as string });
    await expect(
      reasonFor((statement) => {
        statement.pluginHash = '0'.repeat(64);
      }),
    ).resolves.toMatchObject({ reason: expect.stringMatching(/plugin hash/) as string });
  });
});

describe('a second opinion', () => {
  it('that disagrees makes the plugin invalid', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const chain = new VerificationChainBuilder({ now })
      .withSignatureCheck({ keys: [signer.publicKey], secondOpinion: true })
      .build();
    const signature = await signer.sign(pluginPath);
    await expect(chain.verify({ pluginPath, signature })).resolves.toMatchObject({ isValid: true });
    vi.spyOn(ALGORITHMS.ED25519, 'findFaultBySecondOpinion').mockReturnValue('no');
    const result = await chain.verify({ pluginPath, signature });
    expect(result.errors[0]?.message).toMatch(/second implementation of its algorithm disagrees/);
  });

  it('is not to be had for RSA, and the result says so', async () => {
    const pluginPath = pluginFolder();
    const { privateKey, publicKey } = await generateKeyPair('RSA_SHA256', { rsaBits: 2048 });
    const signature = await new SigningServiceImpl({ algorithm: 'RSA_SHA256', signerId: 'acme', now }).sign({
      pluginPath,
      privateKey,
    });
    const chain = new VerificationChainBuilder({ now })
      .withSignatureCheck({ keys: [publicKey], secondOpinion: true })
      .build();
    const result = await chain.verify({ pluginPath, signature });
    expect([result.isValid, result.warnings]).toEqual([
      true,
      ['there is no second implementation to ask about a signature with RSA_SHA256'],
    ]);
  });
});

describe('what is handed to verify', () => {
  it('is at most 16 signatures and 4 MiB, and one of signature and signatures', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const chain = chainFor(signer);
    const many = await chain.verify({ pluginPath, signatures: Array.from({ length: 17 }, () => signature) });
    expect(many).toMatchObject({ isValid: false, verdict: 'error' });
    expect(many.errors[0]?.message).toMatch(/at most 16 signatures, not 17/);
    const large = await chain.verify({
      pluginPath,
      signature: { ...signature, payload: new Uint8Array(5_000_000) } as SignatureInfo,
    });
    expect(large.errors[0]?.message).toMatch(/more than 4194304 bytes/);
    await expect(chain.verify({ pluginPath, signature, signatures: [] })).rejects.toThrow(/not both/);
    await expect(chain.verify({ pluginPath, signatures: [] })).resolves.toMatchObject({
      verdict: 'unsigned',
    });
  });

  it('carries at most 8 certificates, all well-formed, the first for the key that signed', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const { certificate } = await generateCertificate({ subject: 'acme' });
    const { pem } = parseCertificate(certificate);
    const chains: readonly (readonly [readonly string[], RegExp])[] = [
      [Array.from({ length: 9 }, () => pem), /more than 8 certificates/],
      [[pem], /for another key than the one it was made with/],
      [['no certificate'], /is not one PEM block/],
      [['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'], /a certificate of its chain/],
    ];
    for (const [certificateChain, message] of chains) {
      const result = await chainFor(signer).verify({
        pluginPath,
        signature: { ...signature, certificateChain },
      });
      expect(result.errors[0]?.message).toMatch(message);
    }
  });

  it('has to carry the signed statement, and times that are times', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const bare = { ...signature, payload: undefined } as unknown as SignatureInfo;
    const untimely = { ...signature, timestamp: new Date(NaN), expiresAt: new Date(NaN) };
    const unreadable = { ...signature, metadata: { ...signature.metadata, when: new Date() } };
    for (const forged of [bare, untimely, unreadable]) {
      await expect(chainFor(signer).verify({ pluginPath, signature: forged })).resolves.toMatchObject({
        isValid: false,
        verdict: 'invalid',
      });
    }
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', []],
    [
      'no signature',
      { payloadType: 'application/vnd.truthound.plugin-manifest.v1+json', payload: 'e30=', signatures: [] },
    ],
    [
      'a payload that is no statement',
      {
        payloadType: 'application/vnd.truthound.plugin-manifest.v1+json',
        payload: 'e30=',
        signatures: [{ keyid: 'a'.repeat(64), sig: 'AA==' }],
      },
    ],
  ])('is not read from %s', async (_, json) => {
    const { SignatureInfo: reader } = await import('../../src/index.ts');
    expect(() => reader.parse(json)).toThrow(/it is malformed/);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['a key id that is none', { keyid: 'A' }, /keyid is not 64 hex/],
    ['a signature that is too long', { sig: toBase64(new Uint8Array(2049)) }, /sig is longer than 2048/],
    ['an empty signature', { sig: '' }, /sig is not canonical/],
    ['no certificates at all in the list', { x5c: [] }, /x5c is not a list/],
    ['nine certificates', { x5c: Array.from({ length: 9 }, () => 'AA==') }, /more than 8/],
    ['a key of its own', { alg: 'none' }, /unknown key "alg"/],
  ])('is not read with %s', async (_, change, message) => {
    const { SignatureInfo: reader } = await import('../../src/index.ts');
    const signer = await createSigner();
    const json = (await signer.sign(pluginFolder())).toJSON() as { readonly signatures: readonly object[] };
    expect(() => reader.parse({ ...json, signatures: [{ ...json.signatures[0], ...change }] })).toThrow(
      message,
    );
  });
});

describe('steps', () => {
  it('are refused when they cannot work', () => {
    const nothing = {} as unknown as RootDirectory;
    const builder = new VerificationChainBuilder({ now });
    expect(() => builder.withTrustCheck(nothing)).toThrow(/needs a TrustStoreImpl/);
    expect(() => builder.withChainCheck(nothing)).toThrow(/needs a TrustStoreImpl/);
    expect(() => builder.withCustomHandler({ name: '', verify: () => [] })).toThrow(/has a name/);
    expect(() => builder.withSignatureCheck({ keys: ['x'] })).toThrow(/at least 32 bytes/);
  });

  it('of a custom handler answer a list', async () => {
    const signer = await createSigner();
    const pluginPath = pluginFolder();
    const chain = new VerificationChainBuilder({ now })
      .withSignatureCheck({ keys: [signer.publicKey] })
      .withCustomHandler({ name: 'lazy', verify: () => undefined as never })
      .build();
    const result = await chain.verify({ pluginPath, signature: await signer.sign(pluginPath) });
    expect(result.errors[0]?.message).toMatch(/must answer a list/);
  });

  it('of trust refuse everything while revocations are overdue, where that is asked', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme' });
    const chainAt = (at: Date): VerificationChain =>
      new VerificationChainBuilder({ now: () => at })
        .withSignatureCheck()
        .withTrustCheck(store, { requireFreshRevocations: true })
        .build();
    const signature = await signer.sign(pluginPath);
    const before = await chainAt(NOW).verify({ pluginPath, signature });
    expect(before.errors[0]?.message).toMatch(/none was ever imported/);
    const { signRevocationList } = await import('../../src/index.ts');
    const nextUpdate = new Date(NOW.getTime() + 1000);
    await store.importRevocations(
      signRevocationList({ version: 1, issuedAt: NOW, nextUpdate, revocations: [] }, [signer.privateKey]),
    );
    await expect(chainAt(NOW).verify({ pluginPath, signature })).resolves.toMatchObject({ isValid: true });
    const after = await chainAt(nextUpdate).verify({ pluginPath, signature });
    expect(after).toMatchObject({ isValid: false, verdict: 'error' });
    expect(after.errors[0]?.message).toMatch(/the next one was due at/);
  });

  it('of trust take a key that the caller vouches for, unless its signer is capped', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const store = new TrustStoreImpl({ now });
    const chain = new VerificationChainBuilder({ now })
      .withSignatureCheck({ keys: [signer.publicKey] })
      .withTrustCheck(store)
      .build();
    const signature = await signer.sign(pluginPath);
    await expect(chain.verify({ pluginPath, signature })).resolves.toMatchObject({
      isValid: true,
      trustLevel: 'verified',
    });
    await store.setSignerTrust('acme', 'unknown');
    await expect(chain.verify({ pluginPath, signature })).resolves.toMatchObject({
      isValid: false,
      verdict: 'untrusted',
    });
  });
});
