import { ReloadError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { askVersion, beginCall } from '../support/calls.ts';
import { PLUGIN, createSetup } from '../support/create-setup.ts';

const strategy = ReloadStrategy.IMMEDIATE;

describe('IMMEDIATE', () => {
  it('cuts off calls in flight as soon as the new version serves', async () => {
    const setup = createSetup();
    const call = await beginCall(setup);
    const reload = setup.manager.reload(PLUGIN, { strategy });
    await setup.clock.settle();

    const outcome = await call.outcome;
    const error = 'error' in outcome ? outcome.error : undefined;
    expect(error).toBeInstanceOf(ReloadError);
    expect(error).toMatchObject({ step: 'interrupted' });
    expect(error?.message).toContain('the reload was IMMEDIATE');
    expect(await askVersion(setup)).toBe('2.0.0');
    expect(await setup.clock.until(reload)).toMatchObject({ success: true, drained: 0, aborted: 1 });
  });

  it('cuts off nothing when the new version is not healthy', async () => {
    const setup = createSetup({ v2: { health: () => ({ isHealthy: false }) } });
    const call = await beginCall(setup);
    const result = await setup.clock.until(setup.manager.reload(PLUGIN, { strategy }));
    expect(result).toMatchObject({ success: false, aborted: 0 });
    setup.loader.all[0]?.finish();
    expect(await call.outcome).toEqual({ answer: '1.0.0' });
  });
});
