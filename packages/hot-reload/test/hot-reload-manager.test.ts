import { PluginNotFoundError, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { PLUGIN, createSetup } from './support/create-setup.ts';

describe('HotReloadManager.reload', () => {
  it('W-61: puts the version on disk in the place of the one that serves', async () => {
    const { manager, loader, clock } = createSetup();
    const result = await clock.until(manager.reload(PLUGIN));

    expect(result).toEqual({
      success: true,
      pluginId: PLUGIN,
      strategy: ReloadStrategy.GRACEFUL,
      reloadTimeMs: 500,
      previousVersion: '1.0.0',
      newVersion: '2.0.0',
      rolledBack: false,
      drained: 0,
      aborted: 0,
      error: undefined,
    });
    const call = loader.call();
    loader.serving[0]!.finish();
    expect(await call).toBe('2.0.0');
  });

  it('W-61: fails for a plugin that nobody knows', async () => {
    const { manager, clock } = createSetup();
    const result = await clock.until(manager.reload('unknown'));
    expect(result.success).toBe(false);
    expect(result.error).toBeInstanceOf(PluginNotFoundError);
  });
});
