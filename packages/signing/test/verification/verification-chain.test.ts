import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import {
  SignatureError,
  SignatureExpiredError,
  TrustLevel,
  UntrustedSignerError,
} from '@truthound/protocols';
import {
  SigningServiceImpl,
  TrustStoreImpl,
  VerificationChainBuilder,
  generateKeyPair,
  writeSignatures,
} from '../../src/index.ts';
import { matchesPattern } from '../../src/verification/trust-verifier.ts';
import { NOW, createSigner, pluginFolder, putFile } from '../plugin-folder.ts';

const now = (): Date => NOW;
const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);
const builder = (): VerificationChainBuilder => new VerificationChainBuilder({ now });

function fullChain(store: TrustStoreImpl): VerificationChainBuilder {
  return builder()
    .withIntegrityCheck()
    .withExpirationCheck({ maxAgeDays: 90 })
    .withSignatureCheck()
    .withTrustCheck(store)
    .withChainCheck(store);
}

describe('a chain', () => {
  it('says that a plugin is valid, and by which steps', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme' });
    const result = await fullChain(store)
      .build()
      .verify({ pluginPath, signature: await signer.sign(pluginPath) });
    expect(result).toMatchObject({
      isValid: true,
      verdict: 'verified',
      trustLevel: TrustLevel.TRUSTED,
      errors: [],
    });
    expect(result.steps.map(({ step, status }) => `${step} ${status}`)).toEqual([
      'integrity passed',
      'expiration passed',
      'signature passed',
      'trust passed',
      'chain skipped',
      'threshold passed',
    ]);
    expect(
      Object.isFrozen(result) && Object.isFrozen(result.signers) && Object.isFrozen(result.steps[0]),
    ).toBe(true);
  });

  it('reads the signature file when no signature is given', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const chain = builder()
      .withIntegrityCheck()
      .withSignatureCheck({ keys: [signer.publicKey] })
      .build();
    await expect(chain.verify({ pluginPath })).resolves.toMatchObject({
      isValid: false,
      verdict: 'unsigned',
    });
    await writeSignatures(pluginPath, [await signer.sign(pluginPath)]);
    await expect(chain.verify({ pluginPath })).resolves.toMatchObject({ isValid: true });
  });

  it('W-39: refuses a plugin whose signature file says nothing', async () => {
    const pluginPath = pluginFolder();
    const chain = fullChain(new TrustStoreImpl({ now })).build();
    putFile(pluginPath, 'truthound.sig.json', '[]');
    await expect(chain.verify({ pluginPath })).resolves.toMatchObject({ isValid: false, verdict: 'invalid' });
    putFile(pluginPath, 'truthound.sig.json', '{"formatVersion":1,"envelopes":[]}');
    await expect(chain.verify({ pluginPath })).resolves.toMatchObject({
      isValid: false,
      verdict: 'unsigned',
    });
  });

  it('stops at the step that objects, and says which file, what was expected, what was seen and what to do', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    putFile(pluginPath, 'dist/index.js', 'evil');
    const chain = builder()
      .withIntegrityCheck()
      .withSignatureCheck({ keys: [signer.publicKey] })
      .build();
    const { steps } = await chain.verify({ pluginPath, signature });
    expect(steps[0]).toMatchObject({ step: 'integrity', status: 'failed', file: 'dist/index.js' });
    expect(steps[0]?.expected).toMatch(/^[0-9a-f]{64}$/);
    expect(steps[0]?.seen).toMatch(/^[0-9a-f]{64}$/);
    expect(steps[0]?.remedy).toMatch(/restore the plugin/);
    expect(steps.slice(1).map(({ status }) => status)).toEqual(['skipped', 'skipped']);
  });

  it('names a link among the files', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    symlinkSync('/etc/passwd', join(pluginPath, 'passwd'));
    const chain = builder()
      .withIntegrityCheck()
      .withSignatureCheck({ keys: [signer.publicKey] })
      .build();
    const result = await chain.verify({ pluginPath, signature });
    expect(result).toMatchObject({ isValid: false, verdict: 'invalid' });
    expect(result.steps[0]).toMatchObject({ status: 'failed', file: 'passwd' });
  });

  it('cannot say valid without a signature step', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme' });
    const chain = builder().withIntegrityCheck().withExpirationCheck().withTrustCheck(store).build();
    const result = await chain.verify({ pluginPath, signature });
    expect(result).toMatchObject({ isValid: false, signers: [], files: [], signerId: undefined });
    expect(result.steps.at(-1)).toMatchObject({
      status: 'failed',
      remedy: 'add withSignatureCheck() to the chain',
    });
  });

  it('checks signatures before any other step looks, wherever the step stands', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const seen: unknown[] = [];
    const chain = builder()
      .withCustomHandler({
        name: 'watch',
        verify: ({ statement }) => {
          seen.push(statement);
          return [];
        },
      })
      .withSignatureCheck({ keys: [signer.publicKey] })
      .build();
    await chain.verify({ pluginPath, signature: { ...signature, signature: new Uint8Array(64) } });
    expect(seen).toEqual([{}]);
  });

  it('never changes: a builder can be extended in two ways', async () => {
    const basis = builder().withIntegrityCheck();
    const [left, right] = [basis.withExpirationCheck().build(), basis.withSignatureCheck().build()];
    expect([basis.build().steps, left.steps, right.steps]).toEqual([
      ['integrity', 'threshold'],
      ['integrity', 'expiration', 'threshold'],
      ['integrity', 'signature', 'threshold'],
    ]);
    expect(Object.isFrozen(left)).toBe(true);
  });

  it('refuses to be built empty, with a step twice, or with a threshold below 1', () => {
    expect(() => builder().build()).toThrow(SignatureError);
    expect(() => builder().withIntegrityCheck().withIntegrityCheck()).toThrow(
      /already has a step "integrity"/,
    );
    for (const count of [0, -1, 1.5, NaN]) expect(() => builder().withThreshold(count)).toThrow(RangeError);
  });

  it('W-42: carries nothing from one run to the next', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const chain = builder()
      .withIntegrityCheck()
      .withExpirationCheck()
      .withSignatureCheck({ keys: [signer.publicKey] })
      .build();
    const good = await signer.sign(pluginPath);
    const old = await signer.sign(pluginPath, { now: inDays(-400) });
    const results = await Promise.all(
      [good, old, good, old].map((signature) => chain.verify({ pluginPath, signature })),
    );
    expect(results.map(({ isValid, warnings, errors }) => [isValid, warnings.length, errors.length])).toEqual(
      [
        [true, 0, 0],
        [false, 0, 1],
        [true, 0, 0],
        [false, 0, 1],
      ],
    );
    expect(results[1]?.errors[0]).toBeInstanceOf(SignatureExpiredError);
  });

  it('rejects with the caller’s reason when it is cancelled', async () => {
    const reason = new Error('enough');
    const chain = builder().withIntegrityCheck().build();
    await expect(
      chain.verify({ pluginPath: pluginFolder(), signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });
});

describe('expiry', () => {
  test.each<
    [
      string,
      { readonly signedDaysAgo: number; readonly validityDays?: number; readonly maxAgeDays?: number },
      string,
    ]
  >([
    ['just signed', { signedDaysAgo: 0 }, 'verified'],
    ['signed three minutes ahead of our clock', { signedDaysAgo: -3 / 1440 }, 'verified'],
    ['W-37: signed tomorrow', { signedDaysAgo: -1 }, 'invalid'],
    ['W-37: signed six minutes ahead', { signedDaysAgo: -6 / 1440 }, 'invalid'],
    ['on its last day', { signedDaysAgo: 29.9, validityDays: 30 }, 'verified'],
    ['at its end', { signedDaysAgo: 30, validityDays: 30 }, 'expired'],
    ['without end', { signedDaysAgo: 4000, validityDays: Infinity }, 'verified'],
    ['within the policy’s age', { signedDaysAgo: 29.9, maxAgeDays: 30 }, 'verified'],
    ['W-38: past the policy’s age', { signedDaysAgo: 30, maxAgeDays: 30 }, 'expired'],
    ['with no age limit', { signedDaysAgo: 300, maxAgeDays: 0 }, 'verified'],
  ])('a signature %s', async (_, { signedDaysAgo, validityDays = 365, maxAgeDays = 0 }, verdict) => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath, { now: inDays(-signedDaysAgo), validityDays });
    const chain = builder()
      .withExpirationCheck({ maxAgeDays })
      .withSignatureCheck({ keys: [signer.publicKey] })
      .build();
    await expect(chain.verify({ pluginPath, signature })).resolves.toMatchObject({
      verdict,
      isValid: verdict === 'verified',
    });
  });

  it('refuses a negative age', () => {
    expect(() => builder().withExpirationCheck({ maxAgeDays: -1 })).toThrow(RangeError);
  });
});

describe('trust', () => {
  it('W-29: refuses an unknown signer with a typed error, not with a warning', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner('mallory');
    const chain = fullChain(new TrustStoreImpl({ now })).build();
    const result = await chain.verify({ pluginPath, signature: await signer.sign(pluginPath) });
    expect(result).toMatchObject({
      isValid: false,
      verdict: 'untrusted',
      trustLevel: TrustLevel.UNKNOWN,
      signerId: undefined,
    });
    expect(result.errors[0]).toBeInstanceOf(UntrustedSignerError);
    expect(result.steps.find(({ status }) => status === 'failed')?.remedy).toMatch(/trust add/);
  });

  it('W-29: asks for a trusted signer where the policy does', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme', trustLevel: TrustLevel.VERIFIED });
    const basis = builder().withIntegrityCheck().withSignatureCheck();
    const loose = basis.withTrustCheck(store).build();
    const firm = basis.withTrustCheck(store, { requiredTrustLevel: TrustLevel.TRUSTED }).build();
    await expect(loose.verify({ pluginPath, signature })).resolves.toMatchObject({
      isValid: true,
      trustLevel: 'verified',
    });
    await expect(firm.verify({ pluginPath, signature })).resolves.toMatchObject({
      isValid: false,
      verdict: 'untrusted',
    });
  });

  it('binds a name to its key: another trusted key cannot sign under it', async () => {
    const pluginPath = pluginFolder();
    const [acme, other] = [await createSigner('acme'), await createSigner('acme')];
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: acme.publicKey, signerId: 'acme' });
    await store.addTrustedKey({ key: other.publicKey, signerId: 'other' });
    const result = await fullChain(store)
      .build()
      .verify({ pluginPath, signature: await other.sign(pluginPath) });
    expect(result).toMatchObject({ isValid: false, verdict: 'untrusted' });
    expect(result.errors[0]?.message).toMatch(/its key belongs to "other"/);
  });

  test.each([
    [['csv'], true],
    [['c*'], true],
    [['*'], true],
    [['*v'], true],
    [['xml', 'c*v'], true],
    [['xml'], false],
    [['csv-*'], false],
    [['c*vv'], false],
  ])('lets a key for the plugins %j sign "csv": %s', async (pluginIds, isValid) => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme', pluginIds });
    const result = await fullChain(store)
      .build()
      .verify({ pluginPath, signature: await signer.sign(pluginPath) });
    expect(result.isValid).toBe(isValid);
  });

  it('pins a secret to its algorithm', async () => {
    const pluginPath = pluginFolder();
    const { secret } = await generateKeyPair('HMAC_SHA256');
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: secret, signerId: 'acme', algorithm: 'HMAC_SHA256' });
    const sign = (algorithm: 'HMAC_SHA256' | 'HMAC_SHA512'): Promise<unknown> =>
      new SigningServiceImpl({ algorithm, signerId: 'acme', now })
        .sign({ pluginPath, privateKey: secret })
        .then((signature) => fullChain(store).build().verify({ pluginPath, signature }));
    await expect(sign('HMAC_SHA256')).resolves.toMatchObject({ isValid: true });
    await expect(sign('HMAC_SHA512')).resolves.toMatchObject({ isValid: false, verdict: 'invalid' });
  });

  it('refuses a revoked key, and with a cut-off only what it signed from then on', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const [old, fresh] = [await signer.sign(pluginPath, { now: inDays(-10) }), await signer.sign(pluginPath)];
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme' });
    const chain = fullChain(store).build();
    await store.revokeCertificate({ keyId: signer.keyId, reason: 'laptop lost', since: inDays(-5) });
    await expect(chain.verify({ pluginPath, signature: old })).resolves.toMatchObject({ isValid: true });
    await expect(chain.verify({ pluginPath, signature: fresh })).resolves.toMatchObject({
      verdict: 'revoked',
      trustLevel: 'revoked',
    });
    await store.revokeCertificate({ keyId: signer.keyId, reason: 'laptop lost long ago' });
    await expect(chain.verify({ pluginPath, signature: old })).resolves.toMatchObject({ verdict: 'revoked' });
  });

  test.each([
    ['its hash', (hash: string) => ({ digest: hash })],
    ['its version', () => ({ pluginId: 'csv', fromVersion: '1.0.0', beforeVersion: '1.2.4' })],
    ['all its versions', () => ({ pluginId: 'csv' })],
  ])('refuses a plugin that was revoked by %s', async (_, subject) => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath);
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme' });
    const chain = fullChain(store).build();
    await store.revokeCertificate({ pluginId: 'csv', fromVersion: '1.2.4', reason: 'a later version' });
    await expect(chain.verify({ pluginPath, signature })).resolves.toMatchObject({ isValid: true });
    await store.revokeCertificate({ ...subject(signature.metadata.pluginHash), reason: 'leaks rows' });
    const result = await chain.verify({ pluginPath, signature });
    expect(result).toMatchObject({ isValid: false, verdict: 'revoked' });
    expect(result.errors[0]?.message).toMatch(/leaks rows/);
  });

  it('refuses an older release than one that was accepted', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme' });
    const chain = builder()
      .withIntegrityCheck()
      .withSignatureCheck()
      .withTrustCheck(store, { refuseRollback: true })
      .build();
    const [older, newer] = [
      await signer.sign(pluginPath, { sequence: 4 }),
      await signer.sign(pluginPath, { sequence: 5 }),
    ];
    await store.acceptSequence('csv', 5);
    await store.acceptSequence('csv', 3);
    await expect(chain.verify({ pluginPath, signature: newer })).resolves.toMatchObject({ isValid: true });
    const result = await chain.verify({ pluginPath, signature: older });
    expect(result.errors[0]?.message).toMatch(/sequence 4 after 5/);
  });
});

describe('W-38: a threshold', () => {
  it('counts distinct signers with keys of their own', async () => {
    const pluginPath = pluginFolder();
    const [acme, reviewers] = [await createSigner('acme'), await createSigner('reviewers')];
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: acme.publicKey, signerId: 'acme' });
    await store.addTrustedKey({ key: reviewers.publicKey, signerId: 'reviewers' });
    const chain = fullChain(store).withThreshold(2).build();
    const [first, again, second] = [
      await acme.sign(pluginPath),
      await acme.sign(pluginPath, { metadata: { n: 2 } }),
      await reviewers.sign(pluginPath),
    ];
    await expect(chain.verify({ pluginPath, signatures: [first] })).resolves.toMatchObject({
      isValid: false,
      verdict: 'untrusted',
    });
    await expect(chain.verify({ pluginPath, signatures: [first, first, again] })).resolves.toMatchObject({
      isValid: false,
    });
    const result = await chain.verify({ pluginPath, signatures: [first, second] });
    expect(result).toMatchObject({
      isValid: true,
      signers: [{ signerId: 'acme' }, { signerId: 'reviewers' }],
    });
  });

  it('does not count two keys of one signer twice', async () => {
    const pluginPath = pluginFolder();
    const [one, two] = [await createSigner('acme'), await createSigner('acme')];
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: one.publicKey, signerId: 'acme' });
    await store.addTrustedKey({ key: two.publicKey, signerId: 'acme' });
    const signatures = [await one.sign(pluginPath), await two.sign(pluginPath)];
    await expect(
      fullChain(store).withThreshold(2).build().verify({ pluginPath, signatures }),
    ).resolves.toMatchObject({ isValid: false });
  });

  it('does not count one key under two names twice', async () => {
    const pluginPath = pluginFolder();
    const { publicKey, privateKey } = await generateKeyPair('ED25519');
    const sign = (signerId: string): Promise<unknown> =>
      new SigningServiceImpl({ signerId, now }).sign({ pluginPath, privateKey });
    const signatures = (await Promise.all([sign('acme'), sign('reviewers')])) as never[];
    const chain = builder()
      .withIntegrityCheck()
      .withSignatureCheck({ keys: [publicKey] });
    await expect(chain.build().verify({ pluginPath, signatures })).resolves.toMatchObject({ isValid: true });
    await expect(chain.withThreshold(2).build().verify({ pluginPath, signatures })).resolves.toMatchObject({
      isValid: false,
    });
  });

  it('counts all secrets once', async () => {
    const pluginPath = pluginFolder();
    const store = new TrustStoreImpl({ now });
    const signatures = [];
    for (const signerId of ['acme', 'reviewers']) {
      const { secret } = await generateKeyPair('HMAC_SHA256');
      await store.addTrustedKey({ key: secret, signerId });
      signatures.push(
        await new SigningServiceImpl({ algorithm: 'HMAC_SHA256', signerId, now }).sign({
          pluginPath,
          privateKey: secret,
        }),
      );
    }
    await expect(
      fullChain(store).withThreshold(2).build().verify({ pluginPath, signatures }),
    ).resolves.toMatchObject({ isValid: false });
    await expect(fullChain(store).build().verify({ pluginPath, signatures })).resolves.toMatchObject({
      isValid: true,
    });
  });

  it('is reached beside signatures that do not count, which are named in warnings', async () => {
    const pluginPath = pluginFolder();
    const [acme, stranger] = [await createSigner('acme'), await createSigner('stranger')];
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: acme.publicKey, signerId: 'acme' });
    const signatures = [await stranger.sign(pluginPath), await acme.sign(pluginPath)];
    const result = await fullChain(store).build().verify({ pluginPath, signatures });
    expect(result).toMatchObject({ isValid: true, signers: [{ signerId: 'acme' }] });
    expect(result.warnings.join()).toMatch(/"stranger"/);
  });

  it.each([
    [1, '1 of 2 signatures does not count'],
    [2, '2 of 3 signatures do not count'],
  ])('says of %d strangers that %s', async (count, notCounting) => {
    const pluginPath = pluginFolder();
    const acme = await createSigner('acme');
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: acme.publicKey, signerId: 'acme' });
    const strangers = await Promise.all(Array.from({ length: count }, () => createSigner('stranger')));
    const signatures = await Promise.all([acme, ...strangers].map((signer) => signer.sign(pluginPath)));
    const { steps } = await fullChain(store).build().verify({ pluginPath, signatures });
    const details = steps.map(({ detail }) => detail).join('\n');
    expect(details).toContain(notCounting);
    expect(details).not.toMatch(/\b1 signatures\b/);
  });

  it('goes by the current time where none is given', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const chain = new VerificationChainBuilder()
      .withExpirationCheck()
      .withSignatureCheck({ keys: [signer.publicKey] })
      .build();
    const verdict = async (madeAt: Date): Promise<boolean> => {
      const signature = await signer.sign(pluginPath, { now: madeAt, validityDays: 30 });
      return (await chain.verify({ pluginPath, signatures: [signature] })).isValid;
    };
    await expect(verdict(new Date())).resolves.toBe(true);
    await expect(verdict(new Date('2020-01-01'))).resolves.toBe(false);
  });

  it('is not reached beside a false signature: somebody tampered', async () => {
    const pluginPath = pluginFolder();
    const acme = await createSigner('acme');
    const chain = builder()
      .withIntegrityCheck()
      .withSignatureCheck({ keys: [acme.publicKey] })
      .build();
    const good = await acme.sign(pluginPath);
    const signatures = [good, { ...good, signature: new Uint8Array(64) }];
    await expect(chain.verify({ pluginPath, signatures })).resolves.toMatchObject({
      isValid: false,
      verdict: 'invalid',
    });
  });
});

describe('a custom handler', () => {
  it('sees the verified statement and the files, and can object', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const signature = await signer.sign(pluginPath, { metadata: { channel: 'beta' } });
    const chain = builder()
      .withIntegrityCheck()
      .withSignatureCheck({ keys: [signer.publicKey] })
      .withCustomHandler({
        name: 'channel',
        verify({ statement, files, context }) {
          const { channel } = statement['metadata'] as { readonly channel: string };
          return channel === context['channel'] && files.length === 2
            ? []
            : [new SignatureError(`the channel is ${channel}`)];
        },
      })
      .build();
    await expect(
      chain.verify({ pluginPath, signature, context: { channel: 'beta' } }),
    ).resolves.toMatchObject({ isValid: true });
    const result = await chain.verify({ pluginPath, signature, context: { channel: 'stable' } });
    expect(result).toMatchObject({ isValid: false });
    expect(result.steps.find(({ step }) => step === 'channel')).toMatchObject({
      status: 'failed',
      detail: 'the channel is beta',
    });
  });

  it('that throws makes the plugin invalid, never valid', async () => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const chain = builder()
      .withSignatureCheck({ keys: [signer.publicKey] })
      .withCustomHandler({
        name: 'broken',
        verify() {
          throw new Error('no network');
        },
      })
      .build();
    const result = await chain.verify({ pluginPath, signature: await signer.sign(pluginPath) });
    expect(result).toMatchObject({ isValid: false, verdict: 'error' });
    expect(result.errors[0]?.message).toMatch(/the step "broken" failed: no network/);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['throws a text', () => throwing('offline'), /the step "odd" failed: offline/],
    ['answers nothing', () => undefined, /must answer a list of errors/],
    ['answers true', () => true, /must answer a list of errors/],
  ])('that %s makes the plugin invalid', async (_name, answer, reason) => {
    const pluginPath = pluginFolder();
    const signer = await createSigner();
    const chain = builder()
      .withSignatureCheck({ keys: [signer.publicKey] })
      .withCustomHandler({ name: 'odd', verify: answer as () => [] })
      .build();
    const result = await chain.verify({ pluginPath, signature: await signer.sign(pluginPath) });
    expect(result.isValid).toBe(false);
    expect(result.errors[0]?.message).toMatch(reason);
  });

  it.each([
    ['no name', { verify: () => [] }],
    ['an empty name', { name: '', verify: () => [] }],
    ['no function', { name: 'x' }],
  ])('has a name and a function, not %s', (_name, handler) => {
    expect(() => builder().withCustomHandler(handler as never)).toThrow(TypeError);
  });
});

/** Not every thrown thing is an Error. */
function throwing(thrown: unknown): never {
  throw thrown;
}

describe('misuse', () => {
  it('is a TypeError: stores and signatures that are none, options that exclude each other', async () => {
    expect(() => builder().withTrustCheck({} as never)).toThrow(TypeError);
    expect(() => builder().withChainCheck({} as never)).toThrow(TypeError);
    const pluginPath = pluginFolder();
    const signature = await (await createSigner()).sign(pluginPath);
    const chain = builder().withSignatureCheck().build();
    await expect(chain.verify({ pluginPath, signature, signatures: [signature] })).rejects.toThrow(TypeError);
  });

  it('of a signature without its statement is invalid', async () => {
    const pluginPath = pluginFolder();
    const signature = await (await createSigner()).sign(pluginPath);
    const chain = builder().withIntegrityCheck().withSignatureCheck().build();
    for (const part of ['payload', 'keyId', 'signature'] as const) {
      const result = await chain.verify({ pluginPath, signature: { ...signature, [part]: undefined } });
      expect(result).toMatchObject({ isValid: false, signers: [], files: [] });
    }
    const unknown = { ...signature, algorithm: 'ROT13' as never };
    expect((await chain.verify({ pluginPath, signature: unknown })).verdict).toBe('invalid');
  });
});

describe('a pattern of plugin ids', () => {
  it.each([
    ['csv', 'csv', true],
    ['csv', 'csv2', false],
    ['*', 'anything', true],
    ['c*v', 'csv', true],
    ['c*v', 'cv', true],
    ['cs*sv', 'csv', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c', false],
    ['a*b*b', 'a-b', false],
  ])('%s and %s: %s', (pattern, text, fits) => {
    expect(matchesPattern(pattern, text)).toBe(fits);
  });
});
