import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STANDARD, TrustLevel, createPolicy } from '@truthound/protocols';
import { ProcessSandboxEngine } from '@truthound/sandbox';
import {
  SigningServiceImpl,
  TrustStoreImpl,
  VerificationChainBuilder,
  createCrl,
  generateCertificate,
  generateKeyPair,
  issueCertificate,
  parseCertificate,
  validateCertificateChain,
  writeSignatures,
} from '@truthound/signing';
import type { SampleFolder } from './sample-folder.ts';

type Sample = (folder: SampleFolder) => Promise<unknown>;

const MADE = new Date('2026-01-01T00:00:00Z');
const LATER = new Date('2028-01-01T00:00:00Z');

async function run(call: () => unknown, options: Parameters<typeof createPolicy>[0] = {}): Promise<unknown> {
  await using engine = new ProcessSandboxEngine();
  const sandbox = await engine.createSandbox('csv', createPolicy({ base: STANDARD, ...options }));
  return await engine.execute(sandbox, call);
}

interface Signed {
  readonly pluginPath: string;
  readonly publicKey: string;
}

async function sign(folder: SampleFolder): Promise<Signed> {
  const pluginPath = await folder.plugin('csv');
  const { publicKey, privateKey } = await generateKeyPair('ED25519');
  const service = new SigningServiceImpl({ signerId: 'acme', now: () => MADE });
  await writeSignatures(pluginPath, [await service.sign({ pluginPath, privateKey })]);
  return { pluginPath, publicKey };
}

/** Verifies as a host does, and throws what the result says first. */
async function verify(pluginPath: string, keys: readonly string[], now: Date = MADE): Promise<void> {
  const store = new TrustStoreImpl({ now: () => now });
  for (const key of keys)
    await store.addTrustedKey({ key, signerId: 'acme', trustLevel: TrustLevel.TRUSTED });
  const chain = new VerificationChainBuilder({ now: () => now })
    .withIntegrityCheck()
    .withExpirationCheck()
    .withSignatureCheck()
    .withTrustCheck(store)
    .build();
  const { errors } = await chain.verify({ pluginPath });
  throw errors[0] ?? new Error('the plugin is valid');
}

async function chainOf(check: {
  readonly at: Date;
  readonly isRooted?: boolean;
  readonly isRevoked?: boolean;
}): Promise<never> {
  const root = await generateCertificate({
    subject: 'Acme Root',
    isCa: true,
    validityDays: 900,
    now: () => MADE,
  });
  const { publicKey } = await generateKeyPair('ED25519');
  const leaf = issueCertificate({
    issuerCertificate: root.certificate,
    issuerKey: root.privateKey,
    subject: 'acme',
    publicKey,
    validityDays: 365,
    now: () => MADE,
  });
  const revoked = [
    { serial: parseCertificate(leaf.certificate).serial, revokedAt: MADE, reason: 'keyCompromise' },
  ] as const;
  const { errors } = validateCertificateChain({
    leaf: leaf.certificate,
    roots: check.isRooted === false ? [] : [root.certificate],
    at: check.at,
    crls:
      check.isRevoked === true
        ? [
            createCrl({
              issuerCertificate: root.certificate,
              issuerKey: root.privateKey,
              revoked,
              number: 1,
              thisUpdate: MADE,
            }),
          ]
        : [],
  });
  throw errors[0] ?? new Error('the chain is valid');
}

/** Codes of isolation, signing and trust, each with code that ends in such an error. */
export const SECURITY_SAMPLES: Readonly<Record<string, Sample>> = {
  ERR_SANDBOX: () => run(() => process.exit(3)),
  ERR_SANDBOX_TIMEOUT: () =>
    run(
      () => {
        for (;;);
      },
      { maxExecutionTimeSec: 1 },
    ),
  ERR_SANDBOX_RESOURCE: () => run(() => 'x'.repeat(2 ** 28)),
  ERR_SANDBOX_VIOLATION: () => run(() => import('node:child_process')),
  ERR_TRUTHOUND_MODULE_DENIED: async () => {
    const seen = await run(() =>
      import('node:child_process').catch((error: unknown) => ({
        message: String(Reflect.get(Object(error), 'message')),
        code: String(Reflect.get(Object(error), 'code')),
      })),
    );
    const { message, code } = seen as { message: string; code: string };
    throw Object.assign(new Error(message), { code });
  },
  ERR_SIGNATURE: async (folder) => {
    const pluginPath = await folder.plugin('csv');
    const { privateKey } = await generateKeyPair('RSA_SHA256');
    await new SigningServiceImpl({ signerId: 'acme' }).sign({ pluginPath, privateKey });
  },
  ERR_SIGNATURE_MISSING: async (folder) => verify(await folder.plugin('csv'), []),
  ERR_SIGNATURE_EXPIRED: async (folder) => {
    const { pluginPath, publicKey } = await sign(folder);
    await verify(pluginPath, [publicKey], LATER);
  },
  ERR_SIGNATURE_TAMPER: async (folder) => {
    const { pluginPath, publicKey } = await sign(folder);
    await writeFile(join(pluginPath, 'index.js'), 'export const changed = true;');
    await verify(pluginPath, [publicKey]);
  },
  ERR_SIGNATURE_INVALID: async (folder) => {
    const { pluginPath, publicKey } = await sign(folder);
    await writeFile(join(pluginPath, 'truthound.sig.json'), '[]');
    await verify(pluginPath, [publicKey]);
  },
  ERR_SIGNER_UNTRUSTED: async (folder) => {
    const { pluginPath } = await sign(folder);
    await verify(pluginPath, []);
  },
  ERR_CERTIFICATE_EXPIRED: () => chainOf({ at: new Date('2027-06-01') }),
  ERR_CERTIFICATE_REVOKED: () => chainOf({ at: new Date('2026-01-02'), isRevoked: true }),
  ERR_CERTIFICATE_NOT_FOUND: () => chainOf({ at: MADE, isRooted: false }),
  ERR_CERTIFICATE_INVALID: async () => {
    await new TrustStoreImpl().addTrustedCertificate({ cert: 'not a certificate' });
  },
  ERR_TRUST_STORE: async (folder) => {
    const persistPath = join(folder.path, 'trust.json');
    await writeFile(persistPath, '{', { mode: 0o600 });
    new TrustStoreImpl({ persistPath }).getTrustLevel('acme');
  },
};
