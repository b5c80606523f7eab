import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ValidationError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { LockDriftError, PluginLock, type PluginLock as Lock } from '../../src/index.ts';
import { manage } from '../support/manage.ts';
import { SIGNER, Workshop } from '../support/workshop.ts';

const lockPathOf = (workshop: Workshop): string => join(workshop.root, 'truthound.lock');

async function lockAll(workshop: Workshop): Promise<string> {
  await using manager = await manage(workshop, { lockPath: lockPathOf(workshop) });
  await manager.writeLock();
  return await readFile(lockPathOf(workshop), 'utf8');
}

describe('truthound.lock', () => {
  it('records version, digest, signers and permissions of each plugin, and runs none of them', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('zeta', { code: 'throw new Error("I ran")' });
    await workshop.plugin('alpha', {
      manifest: { permissions: { host: ['log', 'kv.get'], reasons: { host: 'why' } } },
    });
    const text = await lockAll(workshop);
    const lock = PluginLock.parse(text);
    expect(Object.keys(lock.plugins)).toEqual(['alpha', 'zeta']);
    expect(lock.plugins['alpha']).toMatchObject({
      version: '1.0.0',
      signers: [{ signerId: SIGNER }],
      permissions: { host: ['kv.get', 'log'], network: false },
    });
    expect(lock.plugins['alpha']?.permissions).not.toHaveProperty('reasons');
    expect(text.endsWith('}\n')).toBe(true);
    expect(text).not.toMatch(/\r|\\/);
    expect(text).not.toContain(workshop.root);
  });

  it('is the same text whatever the order of what it is made from, and reads with other line ends', () => {
    const one = {
      version: '1.0.0',
      digest: 'a'.repeat(64),
      signers: [],
      permissions: {
        network: false,
        subprocess: false,
        read: [],
        write: [],
        modules: undefined,
        host: [],
        env: [],
      },
    };
    const forward: Lock = { formatVersion: 1, plugins: { a: one, b: one } };
    const backward: Lock = { plugins: { b: one, a: one }, formatVersion: 1 };
    expect(PluginLock.format(forward)).toBe(PluginLock.format(backward));
    expect(PluginLock.parse(PluginLock.format(forward).replaceAll('\n', '\r\n'))).toEqual(
      PluginLock.parse(PluginLock.format(forward)),
    );
  });

  it('names every fault, and a merge conflict as what it is', () => {
    const broken = { formatVersion: 2, plugins: { a: { version: 1, digest: 'x', signers: [{}], more: 1 } } };
    expect(() => PluginLock.parse(JSON.stringify(broken))).toThrow(ValidationError);
    for (const fault of ['formatVersion', 'version', 'digest', 'signers', 'permissions', 'more'])
      expect(() => PluginLock.parse(JSON.stringify(broken))).toThrow(fault);
    expect(() => PluginLock.parse('<<<<<<< ours\n{}\n=======\n')).toThrow(/merge conflict/);
    expect(() => PluginLock.parse('{')).toThrow(/is not JSON/);
  });

  it('frozen: loads what is recorded, and names what drifted', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('steady');
    await workshop.plugin('drifting');
    const lockPath = lockPathOf(workshop);
    await lockAll(workshop);
    const code = 'export const ping = () => "new";';
    await workshop.plugin('drifting', {
      version: '1.1.0',
      code,
      manifest: { permissions: { network: true } },
    });
    await workshop.plugin('added');
    await using manager = await manage(workshop, { lockPath, frozen: true });
    const { succeeded, failed } = await manager.loadAll();
    expect(succeeded).toEqual(['steady']);
    const errors = Object.fromEntries(failed.map(({ pluginId, error }) => [pluginId, error]));
    expect(errors['drifting']).toBeInstanceOf(LockDriftError);
    const { drifts } = errors['drifting'] as LockDriftError;
    expect(drifts).toHaveLength(3);
    expect(drifts.join()).toMatch(
      /version is 1\.1\.0, and 1\.0\.0 is locked.*digest.*permission "network" is true/,
    );
    expect(errors['added']?.message).toMatch(/it is not in the lock file/);
    expect((await manager.checkLock()).map(({ pluginId }) => pluginId)).toEqual(['added', 'drifting']);
  });

  it('frozen: notices another signer of the same files, and refuses a reload to what is not recorded', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    const lockPath = lockPathOf(workshop);
    await lockAll(workshop);
    await using manager = await manage(workshop, { lockPath, frozen: true });
    await manager.load('ponger');
    await workshop.plugin('ponger', { version: '1.0.1' });
    const result = await manager.reload('ponger');
    expect(result.success).toBe(false);
    expect(result.error?.message).toMatch(/is not as .*truthound\.lock records it/);
    await workshop.plugin('ponger', { sign: false });
    await workshop.sign('ponger', await workshop.addSigner('another'), 'another');
    expect((await manager.checkLock())[0]?.drifts.join()).toMatch(
      /signers has beyond the lock: another.*lacks/,
    );
  });

  it('frozen: loads nothing without a lock file, and reports what is locked and gone', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    const lockPath = lockPathOf(workshop);
    await using manager = await manage(workshop, { lockPath, frozen: true });
    await expect(manager.load('ponger')).rejects.toThrow(/does not exist: lock the plugins first/);
    const lock = await manager.writeLock();
    const { ponger } = lock.plugins;
    const withGhost = { ...lock, plugins: { ...lock.plugins, ghost: ponger! } };
    await writeFile(lockPath, PluginLock.format(withGhost));
    expect(await manager.checkLock()).toEqual([
      { pluginId: 'ghost', drifts: ['it is locked and was not found'] },
    ]);
  });

  it('is not written when a plugin cannot be verified', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('unsigned', { sign: false });
    await using manager = await manage(workshop, { lockPath: lockPathOf(workshop) });
    await expect(manager.writeLock()).rejects.toThrow(/"unsigned" cannot be locked: .*not signed/);
    await expect(readFile(lockPathOf(workshop))).rejects.toThrow(/ENOENT/);
  });
});
