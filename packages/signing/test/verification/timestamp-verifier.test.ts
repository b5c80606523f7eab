import { InvalidSignatureError, SignatureExpiredError } from '@truthound/protocols';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  SigningServiceImpl,
  type SignatureInfo,
  TrustStoreImpl,
  VerificationChainBuilder,
  addTimestamp,
} from '../../src/index.ts';
import type { VerificationResult } from '../../src/index.ts';
import { AT, type Holder, NOT_BEFORE, createRoot, issueBelow } from '../certificates/test-authority.ts';
import { type Signer, createSigner, pluginFolder } from '../plugin-folder.ts';
import {
  type TokenParts,
  authorityBelow,
  generalizedTime,
  makeToken,
} from '../timestamps/hand-made-token.ts';
import { createOpensslAuthority, hasOpenssl } from '../timestamps/openssl-authority.ts';

const DAY_MS = 86_400_000;
const after = (days: number): Date => new Date(AT.getTime() + days * DAY_MS);

let root: Holder;
let authority: Holder;
let signer: Signer;

beforeAll(async () => {
  root = await createRoot({ subject: 'Stamping Root' });
  authority = authorityBelow(root);
  signer = await createSigner();
});

/** Signed at `AT` for ten days. */
async function signed(): Promise<{ pluginPath: string; signature: SignatureInfo }> {
  const pluginPath = pluginFolder();
  return { pluginPath, signature: await signer.sign(pluginPath, { now: AT, validityDays: 10 }) };
}

function chainAt(
  now: Date,
  options: { readonly maxAgeDays?: number; readonly roots?: readonly string[] } = {},
) {
  const { maxAgeDays, roots = [root.certificate] } = options;
  const basis = new VerificationChainBuilder({ now: () => now })
    .withIntegrityCheck()
    .withExpirationCheck({ maxAgeDays })
    .withSignatureCheck({ keys: [signer.publicKey] });
  return roots.length === 0 ? basis.build() : basis.withTimestampCheck({ roots }).build();
}

function stamp(signature: SignatureInfo, parts: Partial<TokenParts> = {}): SignatureInfo {
  const timestampToken = makeToken({ authority, data: signature.signature, ...parts });
  return { ...signature, timestampToken };
}

const stepOf = (result: VerificationResult, name: string): string =>
  result.steps.find(({ step }) => step === name)?.detail ?? '';

describe('a time-stamp', () => {
  it('lets a signature count after it expired, since it was made before', async () => {
    const { pluginPath, signature } = await signed();
    const chain = chainAt(after(100));
    const bare = await chain.verify({ pluginPath, signature });
    expect(bare).toMatchObject({ isValid: false, verdict: 'expired' });
    expect(bare.errors[0]).toBeInstanceOf(SignatureExpiredError);
    const stamped = await addTimestamp(signature, () => makeToken({ authority, data: signature.signature }));
    const result = await chain.verify({ pluginPath, signature: stamped });
    expect(result).toMatchObject({ isValid: true, verdict: 'verified', warnings: [] });
    expect(stepOf(result, 'timestamp')).toBe(`signed at or before ${AT.toISOString()}`);
  });

  it('made after the end does not help', async () => {
    const { pluginPath, signature } = await signed();
    const late = stamp(signature, { time: generalizedTime('20260701000000Z') });
    const result = await chainAt(after(100)).verify({ pluginPath, signature: late });
    expect(result.verdict).toBe('expired');
  });

  it('does not make a signature younger than it says', async () => {
    const { pluginPath, signature } = await signed();
    const late = stamp(signature, { time: generalizedTime('20260609000000Z') });
    const chain = chainAt(after(20), { maxAgeDays: 15 });
    const result = await chain.verify({ pluginPath, signature: late });
    expect(result.verdict).toBe('expired');
    expect(result.errors[0]?.message).toContain('15 days');
  });

  it('is not looked at where no authority is trusted', async () => {
    const { pluginPath, signature } = await signed();
    const stamped = stamp(signature);
    expect((await chainAt(AT, { roots: [] }).verify({ pluginPath, signature: stamped })).isValid).toBe(true);
    const late = await chainAt(after(100), { roots: [] }).verify({ pluginPath, signature: stamped });
    expect(late.verdict).toBe('expired');
  });

  it.each([
    ['of other bytes', { data: Buffer.from('x') }, /other bytes/],
    ['whose signature is wrong', { signature: new Uint8Array(64) }, /signature/],
    ['from the future', { time: generalizedTime('20270101000000Z') }, /from the future/],
    [
      'that is older than the signature says of itself',
      { time: generalizedTime('20260501000000Z') },
      /after its time-stamp/,
    ],
  ])('%s makes the plugin invalid', async (_name, parts, reason) => {
    const { pluginPath, signature } = await signed();
    const result = await chainAt(after(1)).verify({ pluginPath, signature: stamp(signature, parts) });
    expect(result).toMatchObject({ isValid: false, verdict: 'invalid' });
    expect(result.errors[0]).toBeInstanceOf(InvalidSignatureError);
    expect(result.errors[0]?.message).toMatch(reason);
  });

  it('that is not canonical makes the plugin invalid', async () => {
    const { pluginPath, signature } = await signed();
    const token = makeToken({ authority, data: signature.signature });
    const timestampToken = Buffer.concat([token, Buffer.of(0)]);
    const bent: SignatureInfo = { ...signature, timestampToken };
    const result = await chainAt(after(1)).verify({ pluginPath, signature: bent });
    expect(result.verdict).toBe('invalid');
    expect(result.steps.find(({ step }) => step === 'timestamp')).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('truthound-sign timestamp') as string,
    });
  });

  it.each([
    ['below another root', async () => authorityBelow(await createRoot({ subject: 'Stranger' }))],
    ['with a certificate for code', () => authorityBelow(root, { extendedKeyUsage: ['codeSigning'] })],
  ])('of an authority %s does not count, and says so', async (_name, stranger) => {
    const { pluginPath, signature } = await signed();
    const stamped = stamp(signature, { authority: await stranger() });
    const now = await chainAt(after(1)).verify({ pluginPath, signature: stamped });
    expect(now.isValid).toBe(true);
    expect(now.warnings).toEqual([expect.stringContaining('does not count, its authority is not trusted')]);
    expect((await chainAt(after(100)).verify({ pluginPath, signature: stamped })).verdict).toBe('expired');
  });

  it('needs roots', () => {
    const builder = new VerificationChainBuilder();
    expect(() => builder.withTimestampCheck({ roots: [] })).toThrow(TypeError);
    expect(() => builder.withTimestampCheck({} as never)).toThrow(/root certificates/);
  });
});

describe('a signer with a certificate that has expired', () => {
  async function setUp(isInStore: 'root' | 'certificate') {
    const plugins = await createRoot({ subject: 'Plugin Root' });
    const leaf = issueBelow(plugins, { subject: 'acme', notBefore: NOT_BEFORE, validityDays: 200 });
    const pluginPath = pluginFolder();
    const clock = { now: AT };
    const store = new TrustStoreImpl({ now: () => clock.now });
    await store.addTrustedCertificate({
      cert: isInStore === 'root' ? plugins.certificate : leaf.certificate,
      trustLevel: 'trusted',
    });
    const service = new SigningServiceImpl({
      signerId: 'acme',
      validityDays: 30,
      now: () => clock.now,
      trustStore: store,
      timestampRoots: [root.certificate],
    });
    const { privateKey, certificate } = leaf;
    const signature = await service.sign({ pluginPath, privateKey, certificate });
    clock.now = after(500);
    return { pluginPath, service, store, signature, clock };
  }

  it.each(['root', 'certificate'] as const)(
    'counts when it was time-stamped before, by the %s in the store',
    async (kind) => {
      const { pluginPath, service, signature } = await setUp(kind);
      expect((await service.verify({ pluginPath, signature })).isValid).toBe(false);
      const result = await service.verify({ pluginPath, signature: stamp(signature) });
      expect(result).toMatchObject({ isValid: true, signerId: 'acme', trustLevel: 'trusted' });
    },
  );

  it('is judged by its time-stamp where the key was withdrawn from a moment on', async () => {
    const { pluginPath, service, store, signature } = await setUp('root');
    const stamped = stamp(signature);
    await store.revokeCertificate({ keyId: signature.keyId, reason: 'stolen', since: after(1) });
    expect((await service.verify({ pluginPath, signature: stamped })).isValid).toBe(true);
    const late = stamp(signature, { time: generalizedTime('20260603000000Z') });
    expect((await service.verify({ pluginPath, signature: late })).verdict).toBe('revoked');
    await store.revokeCertificate({ keyId: signature.keyId, reason: 'stolen' });
    expect((await service.verify({ pluginPath, signature: stamped })).verdict).toBe('revoked');
  });
});

describe.skipIf(!hasOpenssl)('a time-stamp of openssl', () => {
  it('lets a signature count after it expired, and no other signature', async () => {
    const openssl = await createOpensslAuthority();
    try {
      const pluginPath = pluginFolder();
      const start = new Date();
      const options = { now: start, validityDays: 1 };
      const signature = await signer.sign(pluginPath, { ...options, timestamp: openssl.source });
      const chain = chainAt(new Date(start.getTime() + 100 * DAY_MS), { roots: [openssl.root] });
      expect((await chain.verify({ pluginPath, signature })).verdict).toBe('verified');
      const other = await signer.sign(pluginPath, { ...options, metadata: { n: 1 } });
      const moved = { ...other, timestampToken: signature.timestampToken };
      expect((await chain.verify({ pluginPath, signature: moved })).verdict).toBe('invalid');
      const early = chainAt(new Date(start.getTime() - DAY_MS), { roots: [openssl.root] });
      expect((await early.verify({ pluginPath, signature })).verdict).toBe('invalid');
      const strangers = chainAt(new Date(start.getTime() + 100 * DAY_MS));
      expect((await strangers.verify({ pluginPath, signature })).verdict).toBe('expired');
    } finally {
      openssl.dispose();
    }
  });
});
