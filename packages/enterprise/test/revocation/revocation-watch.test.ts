import { LifecycleState, TrustLevel } from '@truthound/protocols';
import { TrustStoreImpl } from '@truthound/signing';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PluginNotActiveError } from '../../src/index.ts';
import { manage, next } from '../support/manage.ts';
import { SIGNER, Workshop } from '../support/workshop.ts';

describe('a plugin that is trusted no more', () => {
  it('is stopped while it runs, with its calls in flight and those that require it, and says why', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('base', { code: 'export const hang = () => new Promise(() => {});' });
    await workshop.plugin('top', { manifest: { dependencies: { base: '*' } } });
    await workshop.plugin('liking', {
      manifest: { dependencies: { base: { range: '*', type: 'optional' } } },
    });
    await using manager = await manage(workshop);
    await manager.loadAll();
    const base = manager.getPlugin('base');
    const digest = String((await workshop.signatures('base'))[0]?.metadata.pluginHash);
    const hanging = base.call('hang').catch((error: unknown) => error);
    const told = next(manager, 'revoked');
    await manager.trustStore.revokeCertificate({ digest, reason: 'it mines coins' });
    expect(await told).toMatchObject({ pluginId: 'base', version: '1.0.0', dependents: ['top'] });
    expect(await hanging).toBeInstanceOf(Error);
    expect(base.state).toBe(LifecycleState.ERROR);
    expect(base.info.error?.message).toMatch(/it mines coins/);
    await expect(base.call('hang')).rejects.toThrow(PluginNotActiveError);
    expect(manager.getPlugin('top').state).toBe(LifecycleState.UNLOADED);
    expect(manager.getPlugin('top').info.error?.message).toMatch(/requires "base", which is trusted no more/);
    expect(manager.getPlugin('liking').state).toBe(LifecycleState.ACTIVE);
    await expect(manager.load('base')).rejects.toThrow(/it mines coins/);
  });

  it('is stopped when another process changes the trust store’s file', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop, { trustCheckIntervalMs: 10 });
    await manager.load('ponger');
    const told = next(manager, 'revoked');
    const elsewhere = new TrustStoreImpl({ persistPath: join(workshop.root, 'trust.json') });
    await elsewhere.setSignerTrust(SIGNER, TrustLevel.REVOKED);
    expect((await told).pluginId).toBe('ponger');
  });

  it('is not restarted as if it had crashed', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    const supervision: string[] = [];
    manager.on('supervision', ({ type }) => supervision.push(type));
    await manager.load('ponger');
    const told = next(manager, 'revoked');
    await manager.trustStore.setSignerTrust(SIGNER, TrustLevel.REVOKED);
    await told;
    expect(supervision).toEqual([]);
  });
});

describe('a change of trust', () => {
  it('leaves alone what is still verified, and what needs no signature', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    await manager.load('ponger');
    await manager.trustStore.revokeCertificate({ digest: 'a'.repeat(64), reason: 'another plugin' });
    await manager.verifyLoaded();
    expect(manager.getPlugin('ponger').state).toBe(LifecycleState.ACTIVE);
    await using lax = await manage(workshop, { requireSignature: false });
    await lax.load('ponger');
    await lax.trustStore.setSignerTrust(SIGNER, TrustLevel.REVOKED);
    await lax.verifyLoaded();
    expect(lax.getPlugin('ponger').state).toBe(LifecycleState.ACTIVE);
  });
});
