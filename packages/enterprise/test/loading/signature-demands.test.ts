import {
  SignatureError,
  SignatureExpiredError,
  TrustLevel,
  UntrustedSignerError,
  createPolicy,
} from '@truthound/protocols';
import { SigningServiceImpl, generateKeyPair, writeSignatures } from '@truthound/signing';
import { describe, expect, it } from 'vitest';
import { manage } from '../support/manage.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { Workshop } from '../support/workshop.ts';

interface Signer {
  readonly signerId: string;
  readonly level?: TrustLevel;
  readonly signedAt?: Date;
}

const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

/** A plugin with one signature by each signer. */
async function signedBy(workshop: Workshop, id: string, signers: readonly Signer[]): Promise<void> {
  const pluginPath = await workshop.plugin(id, { sign: false });
  const signatures = [];
  for (const { signerId, level = TrustLevel.TRUSTED, signedAt = new Date() } of signers) {
    const { publicKey, privateKey } = await generateKeyPair('ED25519');
    await workshop.store.addTrustedKey({ key: publicKey, signerId, trustLevel: level });
    const service = new SigningServiceImpl({ signerId, validityDays: 3650, now: () => signedAt });
    signatures.push(await service.sign({ pluginPath, privateKey }));
  }
  await writeSignatures(pluginPath, signatures);
}

describe('what a policy demands of signatures', () => {
  it('requiredSignatures: so many distinct signers, or the plugin does not start', async () => {
    await using workshop = await Workshop.create();
    await signedBy(workshop, 'by-two', [{ signerId: 'ada' }, { signerId: 'bob' }]);
    await signedBy(workshop, 'by-one', [{ signerId: 'cleo' }]);
    // Two keys of one person are not two persons.
    await signedBy(workshop, 'by-one-twice', [{ signerId: 'dora' }, { signerId: 'dora' }]);
    await using manager = await manage(workshop, {
      defaultSecurityPolicy: createPolicy({ base: TEST_POLICY, requiredSignatures: 2 }),
    });
    const handle = await manager.load<{ ping(): string }>('by-two');
    expect(await handle.call('ping')).toBe('pong');
    expect(handle.verification?.signers.map(({ signerId }) => signerId).toSorted()).toEqual(['ada', 'bob']);
    for (const id of ['by-one', 'by-one-twice'])
      await expect(manager.load(id)).rejects.toThrow(/1 distinct signer with a key of its own.*2 needed/);
    await expect(manager.load('by-one')).rejects.toThrow(SignatureError);
  });

  it('signatureMaxAgeDays: an older signature does not count, and 0 is no limit', async () => {
    await using workshop = await Workshop.create();
    await signedBy(workshop, 'older', [{ signerId: 'ada', signedAt: daysAgo(91) }]);
    await signedBy(workshop, 'newer', [{ signerId: 'bob', signedAt: daysAgo(89) }]);
    const limited = createPolicy({ base: TEST_POLICY, signatureMaxAgeDays: 90 });
    await using manager = await manage(workshop, { defaultSecurityPolicy: limited });
    await expect(manager.load('older')).rejects.toThrow(SignatureExpiredError);
    const handle = await manager.load<{ ping(): string }>('newer');
    expect(await handle.call('ping')).toBe('pong');
    const unlimited = createPolicy({ base: TEST_POLICY, signatureMaxAgeDays: 0 });
    await using other = await manage(workshop, { defaultSecurityPolicy: unlimited });
    expect(await (await other.load<{ ping(): string }>('older')).call('ping')).toBe('pong');
  });

  it('requireTrustedSigner: a signer who is known is not one who is trusted', async () => {
    await using workshop = await Workshop.create();
    await signedBy(workshop, 'by-known', [{ signerId: 'known', level: TrustLevel.VERIFIED }]);
    const demanding = createPolicy({ base: TEST_POLICY, requireTrustedSigner: true });
    await using manager = await manage(workshop, { defaultSecurityPolicy: demanding });
    await expect(manager.load('by-known')).rejects.toThrow(UntrustedSignerError);
    const content = createPolicy({ base: TEST_POLICY, requireTrustedSigner: false });
    await using other = await manage(workshop, { defaultSecurityPolicy: content });
    const handle = await other.load<{ ping(): string }>('by-known');
    expect(handle.verification?.trustLevel).toBe(TrustLevel.VERIFIED);
    expect(await handle.call('ping')).toBe('pong');
  });
});
