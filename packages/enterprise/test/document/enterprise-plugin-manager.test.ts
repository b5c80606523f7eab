/** The document's section "Enterprise Plugin Manager", line by line in TypeScript. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  EnterprisePluginManager,
  EnterprisePluginManagerConfig,
  IsolationLevel,
  LifecycleState,
  SecurityPolicy,
  ValidationError,
  createEnterpriseManager,
} from '../../src/index.ts';
import { keepsStandard } from '../support/keeps-standard.ts';
import { Workshop } from '../support/workshop.ts';

interface MyPlugin {
  read(text: string): string[];
}

const isStandardKept = await keepsStandard();

let workshop: Workshop;
let home: string;
beforeEach(async () => {
  workshop = await Workshop.create();
  home = process.cwd();
  await workshop.plugin('my-plugin', { code: 'export const read = (text) => text.split(",");' });
  process.chdir(workshop.root);
  vi.stubEnv('XDG_CACHE_HOME', join(workshop.root, 'cache'));
  await rename(join(workshop.root, 'trust.json'), join(workshop.root, 'trust_store.json'));
  await mkdir(join(workshop.root, 'cache'));
});
afterEach(async () => {
  process.chdir(home);
  vi.unstubAllEnvs();
  await workshop[Symbol.asyncDispose]();
});

describe('the section "Enterprise Plugin Manager"', () => {
  it.runIf(isStandardKept)('runs as written (skipped where STANDARD cannot be kept)', async () => {
    const printed: string[] = [];
    const print = (line: string): void => {
      printed.push(line);
    };
    const config = EnterprisePluginManagerConfig.create({
      // Plugin discovery
      pluginDirs: ['./plugins'],
      scanEntrypoints: true,
      autoLoad: false,
      autoActivate: true,
      // Security
      defaultSecurityPolicy: SecurityPolicy.STANDARD,
      requireSignature: true,
      trustStorePath: './trust_store.json',
      // Hot Reload
      enableHotReload: true,
      watchForChanges: true,
      // Versioning & Dependencies
      strictVersionCheck: true,
      strictDependencies: true,
      allowMissingOptional: true,
    });
    await using manager = new EnterprisePluginManager(config);

    // Discover plugins
    const discovered = await manager.discoverPlugins();
    expect(discovered.map(({ id }) => id)).toEqual(['my-plugin']);

    // List available plugins
    const plugins = manager.listPlugins();
    for (const plugin of plugins) print(`${plugin.id}: ${plugin.version} (${plugin.state})`);
    expect(printed).toEqual(['my-plugin: 1.0.0 (discovered)']);

    // Load a plugin
    await manager.load('my-plugin');
    expect(manager.getPlugin('my-plugin').state).toBe(LifecycleState.ACTIVE);

    // Activate is included in load() by default, or use:
    await manager.activate('my-plugin');

    // Get loaded plugin
    const plugin = manager.getPlugin<MyPlugin>('my-plugin');
    expect(await plugin.call('read', 'a,b')).toEqual(['a', 'b']);
    expect(plugin.verification?.verdict).toBe('verified');
    expect(plugin.enforcement.network.status).toBe('enforced');

    // Deactivate and unload
    await manager.deactivate('my-plugin');
    expect(plugin.state).toBe(LifecycleState.INACTIVE);
    await manager.unload('my-plugin');
    expect(plugin.state).toBe(LifecycleState.UNLOADED);
  });

  it('takes a security level by name, and refuses one that does not exist', async () => {
    await using manager = createEnterpriseManager({ securityLevel: 'development', requireSignature: false });
    await manager.discoverPlugins();
    const plugin = await manager.load('my-plugin');
    expect(plugin.policy.isolationLevel).toBe(IsolationLevel.NONE);
    expect(() => createEnterpriseManager({ securityLevel: 'lax' as never })).toThrow(ValidationError);
  });
});
