/** Weaknesses of the original that no other file is about, by number. */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LifecycleState, SandboxTimeoutError, TrustLevel, createPolicy } from '@truthound/protocols';
import { SigningServiceImpl, generateKeyPair, writeSignatures } from '@truthound/signing';
import { describe, expect, it } from 'vitest';
import { manage } from './support/manage.ts';
import { TEST_POLICY } from './support/policy.ts';
import { Workshop } from './support/workshop.ts';

describe('W-70: a plugin’s id', () => {
  it('is its manifest’s, whatever its folder is called, and is one plugin’s only', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('some-folder', { manifest: { id: 'real-id' } });
    await workshop.plugin('trusted');
    await workshop.plugin('shadow', { manifest: { id: 'trusted' } });
    await using manager = await manage(workshop);
    expect(manager.listPlugins().map(({ id }) => id)).toEqual(['real-id']);
    const handle = await manager.load<{ ping(): string }>('real-id');
    expect(await handle.call('ping')).toBe('pong');
    await manager.unload('real-id');
    expect(handle.state).toBe(LifecycleState.UNLOADED);
    await expect(manager.load('trusted')).rejects.toThrow(/"trusted" was not found/);
    expect(manager.discoveryProblems).toHaveLength(2);
  });
});

describe('W-71: a plugin of several modules', () => {
  it('may import its own files and packages, in both module systems, and none of them counts as a plugin', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('package', {
      sign: false,
      code: 'import { half } from "./lib/half.js"; import inner from "inner"; export const quarter = (n) => inner.half(half(n));',
    });
    await workshop.write('package', 'lib/half.js', 'export const half = (n) => n / 2;');
    await workshop.write(
      'package',
      'node_modules/inner/package.json',
      '{ "name": "inner", "version": "1.0.0" }',
    );
    await workshop.write('package', 'node_modules/inner/index.js', 'exports.half = (n) => n / 2;');
    await workshop.sign('package');
    await workshop.plugin('missing-import', { code: 'import "./not-there.js";' });
    await using manager = await manage(workshop);
    expect(manager.listPlugins().map(({ id }) => id)).toEqual(['missing-import', 'package']);
    expect(await (await manager.load<{ quarter(n: number): number }>('package')).call('quarter', 8)).toBe(2);
    await expect(manager.load('missing-import')).rejects.toThrow(/not-there\.js/);
  });
});

describe('W-72: names and versions', () => {
  it.each([
    ['a trailing line end', { name: 'good\n' }, /name/],
    ['500 characters', { name: 'a'.repeat(500) }, /name/],
    ['capitals', { name: 'Good' }, /name/],
    ['a version in words', { version: 'latest' }, /version/],
    ['half a version', { version: '1.0' }, /version/],
  ])('%s: refused', async (_what, packageJson, message) => {
    await using workshop = await Workshop.create();
    await workshop.plugin('folder', { packageJson, sign: false });
    await using manager = await manage(workshop);
    expect(manager.listPlugins()).toEqual([]);
    expect(manager.discoveryProblems[0]?.error.message).toMatch(message);
  });
});

describe('W-73: activation', () => {
  it('of a loaded plugin activates it, and loading it once more does not go back', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop, { autoActivate: false });
    const handle = await manager.load('ponger');
    expect(handle.state).toBe(LifecycleState.LOADED);
    await manager.load('ponger');
    expect(handle.state).toBe(LifecycleState.LOADED);
    await manager.activate('ponger');
    expect(handle.state).toBe(LifecycleState.ACTIVE);
    await manager.load('ponger', { activate: false });
    expect(handle.state).toBe(LifecycleState.ACTIVE);
  });
});

describe('W-74: hooks', () => {
  it('that are asynchronous are awaited, and one that fails keeps nothing from the others', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('slow', {
      code: 'let ready = false; export const activate = async () => { await new Promise((resolve) => setTimeout(resolve, 20)); ready = true; }; export const isReady = () => ready;',
    });
    await using manager = await manage(workshop);
    const told: string[] = [];
    manager.lifecycle.on('after-load', () => {
      throw new Error('a listener fails');
    });
    manager.lifecycle.on('after-load', async ({ id }) => {
      await Promise.resolve();
      told.push(id);
    });
    const handle = await manager.load<{ isReady(): boolean }>('slow');
    expect(await handle.call('isReady')).toBe(true);
    expect(told).toEqual(['slow']);
  });

  it('of a plugin that never end have a limit of time', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('endless', { code: 'export const activate = () => { for (;;); };' });
    const policies = { endless: createPolicy({ base: TEST_POLICY, maxExecutionTimeSec: 0.3 }) };
    await using manager = await manage(workshop, { policies });
    await expect(manager.load('endless')).rejects.toThrow(SandboxTimeoutError);
    expect(manager.getPlugin('endless').state).toBe(LifecycleState.ERROR);
  });
});

describe('signatures that say the right thing about the wrong one', () => {
  it('are refused: expired, of a revoked signer, too few signers, and of a plugin with a link', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('expired', { sign: false });
    const { publicKey, privateKey } = await generateKeyPair('ED25519');
    await workshop.store.addTrustedKey({ key: publicKey, signerId: 'old', trustLevel: TrustLevel.TRUSTED });
    const past = new SigningServiceImpl({
      signerId: 'old',
      validityDays: 1,
      now: () => new Date('2020-01-01'),
    });
    const pluginPath = workshop.pluginPath('expired');
    await writeSignatures(pluginPath, [await past.sign({ pluginPath, privateKey })]);
    await workshop.plugin('linked');
    await symlink('/etc/passwd', join(workshop.pluginPath('linked'), 'data'));
    await workshop.plugin('lonely-signer');
    await workshop.plugin('revoked', { sign: false });
    await workshop.sign('revoked', await workshop.addSigner('fallen'), 'fallen');
    await workshop.store.setSignerTrust('fallen', TrustLevel.REVOKED);
    await using manager = await manage(workshop, {
      policies: { 'lonely-signer': createPolicy({ base: TEST_POLICY, requiredSignatures: 2 }) },
    });
    const { succeeded, failed } = await manager.loadAll();
    expect(succeeded).toEqual([]);
    const messages = Object.fromEntries(failed.map(({ pluginId, error }) => [pluginId, error.message]));
    expect(messages['expired']).toMatch(/expired/);
    expect(messages['linked']).toMatch(/data/);
    expect(messages['lonely-signer']).toMatch(/2 needed/);
    expect(messages['revoked']).toMatch(/revoked/i);
  });
});
