import type { ReloadError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { askVersion } from './support/calls.ts';
import { PLUGIN, createSetup } from './support/create-setup.ts';

const CHANGES = ['network: it may reach any host', 'module: it may import node:http'];

describe('An update that wants more', () => {
  it('is held, with the difference printed, where nobody approves', async () => {
    const setup = createSetup({ v2: { widerPermissions: CHANGES } });
    const result = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect((result.error as ReloadError).step).toBe('permissions');
    expect(result.error?.message).toContain(
      '2.0.0 wants more than 1.0.0, and approveWiderPermissions did not approve',
    );
    for (const change of CHANGES) expect(result.error?.message).toContain(`\n  - ${change}`);
    expect(setup.loader.all).toHaveLength(1);
    expect(await askVersion(setup)).toBe('1.0.0');
  });

  it('goes on once it is approved', async () => {
    const asked: unknown[] = [];
    const approveWiderPermissions = async (...question: unknown[]) => {
      asked.push(question);
      return true;
    };
    const setup = createSetup({ v2: { widerPermissions: CHANGES }, options: { approveWiderPermissions } });
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: true });
    expect(asked).toEqual([[PLUGIN, CHANGES]]);
  });

  it('starts nothing before the answer', async () => {
    let answer: (isApproved: boolean) => void = () => undefined;
    const approveWiderPermissions = () =>
      new Promise<boolean>((resolve) => {
        answer = resolve;
      });
    const setup = createSetup({ v2: { widerPermissions: CHANGES }, options: { approveWiderPermissions } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.advance(3_600_000);
    expect(setup.loader.all).toHaveLength(1);
    expect(await askVersion(setup)).toBe('1.0.0');
    answer(true);
    expect(await setup.clock.until(reload)).toMatchObject({ success: true });
  });

  it.each([false, 'yes', 1, undefined])('takes %j for no', async (answer) => {
    const approveWiderPermissions = () => answer as boolean;
    const setup = createSetup({ v2: { widerPermissions: CHANGES }, options: { approveWiderPermissions } });
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: false });
  });

  it('is held when asking fails', async () => {
    const approveWiderPermissions = () => Promise.reject(new Error('mail server is down'));
    const setup = createSetup({ v2: { widerPermissions: CHANGES }, options: { approveWiderPermissions } });
    const { error } = await setup.clock.until(setup.manager.reload(PLUGIN));
    expect((error as ReloadError).step).toBe('permissions');
    expect(error?.message).toContain('mail server is down');
    expect(error?.message).toContain(CHANGES[0]);
  });

  it('is given up when the reload is aborted while it is held', async () => {
    const approveWiderPermissions = () => new Promise<boolean>(() => undefined);
    const setup = createSetup({ v2: { widerPermissions: CHANGES }, options: { approveWiderPermissions } });
    const reload = setup.manager.reload(PLUGIN);
    await setup.clock.settle();
    await setup.manager.abort(PLUGIN, new Error('host is stopping'));
    expect(((await reload).error as ReloadError).step).toBe('aborted');
    expect(setup.loader.freedPreparations).toBe(1);
  });

  it('asks nobody when it wants nothing more', async () => {
    const approveWiderPermissions = () => {
      throw new Error('must not be asked');
    };
    const setup = createSetup({ options: { approveWiderPermissions } });
    expect(await setup.clock.until(setup.manager.reload(PLUGIN))).toMatchObject({ success: true });
  });
});
