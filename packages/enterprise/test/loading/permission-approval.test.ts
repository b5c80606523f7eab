import { LifecycleState, ReloadError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { PluginHeldError } from '../../src/index.ts';
import { manage, next } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

interface Crasher {
  version(): number;
  crash(): void;
}

const code = (version: number): string =>
  `export const version = () => ${String(version)}; export const crash = () => process.exit(3);`;
const WIDER = { version: '2.0.0', code: code(2), manifest: { permissions: { network: true } } };
const AT_ONCE = { initialDelayMs: 0, maxDelayMs: 0, maxRestarts: 1 };
const ASKED = ['it wants to use the network'];

describe('an update that wants more than what ran before', () => {
  it('is held by a reload while the old version serves, and let through once it is approved', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('growing', { code: code(1) });
    const asked: unknown[] = [];
    let isApproved = false;
    const approveWiderPermissions = (pluginId: string, changes: readonly string[]): Promise<boolean> => {
      asked.push([pluginId, changes]);
      return Promise.resolve(isApproved);
    };
    await using manager = await manage(workshop, { reload: { bakeTimeMs: 0, approveWiderPermissions } });
    const handle = await manager.load<Crasher>('growing');
    await workshop.plugin('growing', WIDER);
    const refused = await manager.reload('growing');
    expect(refused.success).toBe(false);
    expect(refused.error).toBeInstanceOf(ReloadError);
    expect(refused.error?.message).toContain(ASKED[0]);
    expect([handle.version, await handle.call('version')]).toEqual(['1.0.0', 1]);
    isApproved = true;
    const decided = next(manager, 'permission-decision');
    expect(await manager.reload('growing')).toMatchObject({ success: true, newVersion: '2.0.0' });
    expect(await decided).toEqual({ pluginId: 'growing', changes: ASKED, isApproved: true });
    expect(asked).toEqual([
      ['growing', ASKED],
      ['growing', ASKED],
    ]);
    expect(handle.policy.allowNetwork).toBe(false);
    // What was approved once is not asked again.
    await workshop.plugin('growing', { ...WIDER, version: '2.0.1' });
    expect(await manager.reload('growing')).toMatchObject({ success: true });
    expect(asked).toHaveLength(2);
  });

  it('does not slip in with the restart after a crash', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('growing', { code: code(1) });
    await using manager = await manage(workshop, { restart: AT_ONCE });
    const handle = await manager.load<Crasher>('growing');
    await workshop.plugin('growing', WIDER);
    const quarantined = new Promise<void>((resolve) => {
      manager.on('supervision', ({ type }) => {
        if (type === 'quarantined') resolve();
      });
    });
    await handle.call('crash').catch(() => undefined);
    await quarantined;
    expect(handle.state).toBe(LifecycleState.ERROR);
    expect(manager.quarantined[0]?.lastError).toMatch(/wants more than what ran before.*use the network/s);
  });

  it('does not slip in with an unload and a load; one that wants no more does', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('growing', { code: code(1) });
    await using manager = await manage(workshop);
    await manager.load('growing');
    await manager.unload('growing');
    await workshop.plugin('growing', WIDER);
    const held = await manager.load('growing').catch((error: unknown) => error);
    expect(held).toBeInstanceOf(PluginHeldError);
    expect((held as Error).message).toMatch(/reload\.approveWiderPermissions.*use the network/s);
    await workshop.plugin('growing', { version: '2.0.0', code: code(2) });
    expect(await (await manager.load<Crasher>('growing')).call('version')).toBe(2);
  });

  it('that waits for an answer is given up with its load', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('growing', { code: code(1) });
    let ask = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const approveWiderPermissions = (): Promise<boolean> => {
      ask();
      return new Promise(() => undefined);
    };
    await using manager = await manage(workshop, { reload: { approveWiderPermissions } });
    await manager.load('growing');
    await manager.unload('growing');
    await workshop.plugin('growing', WIDER);
    const stop = new AbortController();
    const loading = manager.load('growing', { signal: stop.signal });
    await asked;
    stop.abort(new Error('the shift is over'));
    await expect(loading).rejects.toThrow(/the shift is over/);
  });
});
