import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CertificateRevokedError, TrustLevel } from '@truthound/protocols';
import {
  type GeneratedCertificate,
  type SignatureInfo,
  SigningServiceImpl,
  TrustStoreImpl,
  type VerificationChain,
  VerificationChainBuilder,
  generateCertificate,
  generateKeyPair,
  issueCertificate,
  parseCertificate,
} from '../../src/index.ts';
import { NOW, createSigner, pluginFolder } from '../plugin-folder.ts';

const now = (): Date => NOW;
const DAY_MS = 86_400_000;
const notBefore = new Date(NOW.getTime() - 30 * DAY_MS);

interface Pki {
  readonly root: GeneratedCertificate;
  readonly intermediate: string;
  readonly leaf: string;
  readonly privateKey: string;
}

async function createPki(
  signerId = 'acme',
  leafOptions: { readonly extendedKeyUsage?: readonly string[] } = {},
): Promise<Pki> {
  const root = await generateCertificate({ subject: 'Root', isCa: true, notBefore });
  const [middle, leaf] = [await generateKeyPair('ED25519'), await generateKeyPair('ED25519')];
  const intermediate = issueCertificate({
    issuerCertificate: root.certificate,
    issuerKey: root.privateKey,
    subject: 'Intermediate',
    publicKey: middle.publicKey,
    isCa: true,
    pathLength: 0,
    notBefore,
  });
  const issued = issueCertificate({
    issuerCertificate: intermediate.certificate,
    issuerKey: middle.privateKey,
    subject: signerId,
    publicKey: leaf.publicKey,
    notBefore,
    validityDays: 60,
    ...leafOptions,
  });
  return {
    root,
    intermediate: intermediate.certificate,
    leaf: issued.certificate,
    privateKey: leaf.privateKey,
  };
}

function sign(pluginPath: string, pki: Pki, signerId = 'acme', signedAt = NOW): Promise<SignatureInfo> {
  return new SigningServiceImpl({ signerId, now: () => signedAt }).sign({
    pluginPath,
    privateKey: pki.privateKey,
    certificate: `${pki.leaf}${pki.intermediate}`,
  });
}

function chainFor(store: TrustStoreImpl, at = NOW): VerificationChain {
  return new VerificationChainBuilder({ now: () => at })
    .withIntegrityCheck()
    .withExpirationCheck()
    .withSignatureCheck()
    .withTrustCheck(store)
    .withChainCheck(store)
    .build();
}

describe('a signer with a certificate', () => {
  it('is trusted through a path to a root, at the root’s level', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    for (const trustLevel of [TrustLevel.TRUSTED, TrustLevel.VERIFIED]) {
      const store = new TrustStoreImpl({ now });
      await store.addTrustedCertificate({ cert: pki.root.certificate, trustLevel });
      const result = await chainFor(store).verify({ pluginPath, signature: await sign(pluginPath, pki) });
      expect(result).toMatchObject({ isValid: true, trustLevel, signerId: 'acme' });
    }
  });

  it('is trusted by its own certificate in the store', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedCertificate({ cert: pki.leaf });
    await expect(
      chainFor(store).verify({ pluginPath, signature: await sign(pluginPath, pki) }),
    ).resolves.toMatchObject({ isValid: true });
  });

  it('is unknown without a root, and the answer says why', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const result = await chainFor(new TrustStoreImpl({ now })).verify({
      pluginPath,
      signature: await sign(pluginPath, pki),
    });
    expect(result).toMatchObject({ isValid: false, verdict: 'untrusted', signers: [] });
    expect(result.errors[0]?.message).toMatch(/no path to a trusted root/);
  });

  it('is unknown when the chain has no step that traces certificates', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const chain = new VerificationChainBuilder({ now }).withIntegrityCheck().withSignatureCheck().build();
    await expect(chain.verify({ pluginPath, signature: await sign(pluginPath, pki) })).resolves.toMatchObject(
      { isValid: false },
    );
  });

  it('W-30: gains nothing from a trusted certificate of somebody else that is pasted in', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedCertificate({ cert: pki.root.certificate });
    const mallory = await createSigner('mallory');
    const signature = await mallory.sign(pluginPath);
    const pasted = {
      ...signature,
      certificateChain: [parseCertificate(pki.leaf).pem, parseCertificate(pki.intermediate).pem],
    };
    const result = await chainFor(store).verify({ pluginPath, signature: pasted });
    expect(result).toMatchObject({ isValid: false, verdict: 'invalid', signers: [] });
    await expect(
      new SigningServiceImpl({ signerId: 'acme', now }).sign({
        pluginPath,
        privateKey: mallory.privateKey,
        certificate: pki.leaf,
      }),
    ).rejects.toThrow(/for another key/);
  });

  it('W-30: cannot call itself by another name than its certificate', async () => {
    const pki = await createPki('acme');
    await expect(sign(pluginFolder(), pki, 'admin')).rejects.toThrow(/the certificate is for "acme"/);
  });

  it('W-30: needs a certificate for code signing', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki('acme', { extendedKeyUsage: ['serverAuth'] });
    const store = new TrustStoreImpl({ now });
    await store.addTrustedCertificate({ cert: pki.root.certificate });
    const result = await chainFor(store).verify({ pluginPath, signature: await sign(pluginPath, pki) });
    expect(result).toMatchObject({ isValid: false, verdict: 'untrusted' });
  });

  it('W-31: is refused when any certificate of the path is revoked', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const signature = await sign(pluginPath, pki);
    for (const revoked of [pki.leaf, pki.intermediate, pki.root.certificate]) {
      const { certId, serial, keyId } = parseCertificate(revoked);
      for (const subject of [{ certId }, { serial }, { keyId }]) {
        const store = new TrustStoreImpl({ now });
        await store.addTrustedCertificate({ cert: pki.root.certificate });
        await store.revokeCertificate({ ...subject, reason: 'key compromised' });
        const result = await chainFor(store).verify({ pluginPath, signature });
        expect({ subject, isValid: result.isValid, signers: result.signers }).toEqual({
          subject,
          isValid: false,
          signers: [],
        });
      }
    }
  });

  it('W-31: a revoked certificate gives a typed error and the verdict "revoked"', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedCertificate({ cert: pki.root.certificate });
    const { certId } = parseCertificate(pki.leaf);
    await store.revokeCertificate({ certId, reason: 'key compromised' });
    const result = await chainFor(store).verify({ pluginPath, signature: await sign(pluginPath, pki) });
    expect(result).toMatchObject({ verdict: 'revoked', trustLevel: TrustLevel.REVOKED });
    expect(result.errors[0]).toBeInstanceOf(CertificateRevokedError);
  });

  it('W-35: is refused once its certificate has expired', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedCertificate({ cert: pki.root.certificate });
    const later = new Date(NOW.getTime() + 31 * DAY_MS);
    await expect(
      chainFor(store, later).verify({ pluginPath, signature: await sign(pluginPath, pki) }),
    ).resolves.toMatchObject({ isValid: false });
  });

  it('is capped by the level that its name has', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedCertificate({ cert: pki.root.certificate });
    await store.setSignerTrust('acme', TrustLevel.VERIFIED);
    const signature = await sign(pluginPath, pki);
    await expect(chainFor(store).verify({ pluginPath, signature })).resolves.toMatchObject({
      isValid: true,
      trustLevel: 'verified',
    });
    await store.setSignerTrust('acme', TrustLevel.REVOKED);
    await expect(chainFor(store).verify({ pluginPath, signature })).resolves.toMatchObject({
      isValid: false,
      verdict: 'revoked',
    });
  });

  it('is refused by a chain without a trust step too, once its key is revoked', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedCertificate({ cert: pki.root.certificate });
    const chain = new VerificationChainBuilder({ now }).withSignatureCheck().withChainCheck(store).build();
    const signature = await sign(pluginPath, pki);
    expect((await chain.verify({ pluginPath, signature })).isValid).toBe(true);
    await store.revokeCertificate({ keyId: signature.keyId, reason: 'lost' });
    expect((await chain.verify({ pluginPath, signature })).verdict).toBe('revoked');
  });

  it('is refused where no step traces its certificate, and told what is missing', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedCertificate({ cert: pki.root.certificate });
    const signature = await sign(pluginPath, pki);
    const chain = new VerificationChainBuilder({ now }).withSignatureCheck().withTrustCheck(store).build();
    const result = await chain.verify({ pluginPath, signature });
    expect(result.verdict).toBe('untrusted');
    expect(result.errors[0]?.message).toContain('add withChainCheck');
    const bare = new VerificationChainBuilder({ now }).withSignatureCheck().build();
    expect((await bare.verify({ pluginPath, signature })).verdict).toBe('untrusted');
  });

  it('that is also known by its key does not depend on its certificate', async () => {
    const pluginPath = pluginFolder();
    const pki = await createPki();
    const store = new TrustStoreImpl({ now });
    await store.addTrustedKey({ key: createPublicKey(pki.privateKey), signerId: 'acme' });
    const result = await chainFor(store).verify({ pluginPath, signature: await sign(pluginPath, pki) });
    expect(result).toMatchObject({ isValid: true, trustLevel: 'trusted' });
    expect(result.warnings.join()).toMatch(/no path to a trusted root/);
  });
});
