import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DependencyGraph, solve } from '@truthound/dependencies';
import { EnterprisePluginManager, type EnterprisePluginManagerConfig } from '@truthound/enterprise';
import { LifecycleManager } from '@truthound/lifecycle';
import {
  type LifecyclePlugin,
  LifecycleState,
  PluginManifest,
  STANDARD,
  createPolicy,
} from '@truthound/protocols';
import { parseConstraint } from '@truthound/versioning';
import type { SampleFolder } from './sample-folder.ts';

type Sample = (folder: SampleFolder) => Promise<unknown>;

/** A manager over the plugins of the folder, which need no signature. */
async function manage(
  folder: SampleFolder,
  options: EnterprisePluginManagerConfig = {},
): Promise<EnterprisePluginManager> {
  const manager = new EnterprisePluginManager({
    pluginDirs: [join(folder.path, 'plugins')],
    scanEntrypoints: false,
    cacheDir: join(folder.path, 'snapshots'),
    requireSignature: false,
    defaultSecurityPolicy: createPolicy({
      base: STANDARD,
      requiredSignatures: 0,
      enforcement: 'best-effort',
    }),
    ...options,
  });
  await manager.discoverPlugins();
  return manager;
}

function graphOf(plugins: Readonly<Record<string, readonly string[]>>): DependencyGraph {
  const graph = new DependencyGraph();
  for (const [pluginId, needs] of Object.entries(plugins)) {
    const dependencies = Object.fromEntries(needs.map((id) => [id, 'required' as const]));
    graph.addNode({ pluginId, version: '1.0.0', dependencies });
  }
  return graph;
}

/** Codes of plugins, their versions, dependencies and lives, each with code that ends in such an error. */
export const PLUGIN_SAMPLES: Readonly<Record<string, Sample>> = {
  ERR_VALIDATION: async () =>
    Promise.resolve(createPolicy(Object.fromEntries([['allowedModules', 'node:fs']]))),
  ERR_VALIDATION_RANGE: async () => Promise.resolve(createPolicy({ maxMemoryMb: 0 })),
  ERR_MANIFEST: async () => {
    const truthound = { permissions: { newtork: true } };
    return Promise.resolve(
      PluginManifest.parse({ name: 'csv', version: '1.0.0', truthound }, 'package.json'),
    );
  },
  ERR_PLUGIN_NOT_FOUND: async (folder) => {
    await folder.plugin('csv');
    await using manager = await manage(folder);
    await manager.load('cvs');
  },
  ERR_PLUGIN_EXECUTION: async (folder) => {
    await folder.plugin('csv', 'export const read = (text) => text.rows.length;');
    await using manager = await manage(folder);
    await (await manager.load<{ read(text: string): number }>('csv')).call('read', 'a,b');
  },
  ERR_PLUGIN_NOT_ACTIVE: async (folder) => {
    await folder.plugin('csv', 'export const read = () => 1;');
    await using manager = await manage(folder);
    await manager.getPlugin<{ read(): number }>('csv').call('read');
  },
  ERR_PLUGIN_HELD: async (folder) => {
    await folder.plugin('csv');
    await using manager = await manage(folder, { safeMode: true });
    await manager.load('csv');
  },
  ERR_MANAGER_DISPOSED: async (folder) => {
    await folder.plugin('csv');
    const manager = await manage(folder);
    await manager[Symbol.asyncDispose]();
    await manager.load('csv');
  },
  ERR_LOCK_DRIFT: async (folder) => {
    const plugin = await folder.plugin('csv');
    const lockPath = join(folder.path, 'truthound.lock');
    await using writer = await manage(folder, { lockPath });
    await writer.writeLock();
    await writeFile(join(plugin, 'index.js'), 'export const changed = true;');
    await using manager = await manage(folder, { lockPath, frozen: true });
    await manager.load('csv');
  },
  ERR_INVALID_TRANSITION: async () => {
    const manager = new LifecycleManager();
    await manager.transition({ id: 'csv' }, { toState: LifecycleState.RELOADING });
  },
  ERR_LIFECYCLE_TIMEOUT: async () => {
    const manager = new LifecycleManager({ stepTimeoutMs: 50 });
    const activate = (): Promise<void> => new Promise(() => undefined);
    const plugin: LifecyclePlugin = { id: 'csv', activate };
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE });
  },
  ERR_RELOAD: async (folder) => {
    const plugin = await folder.plugin('csv', 'export const read = () => 1;');
    await using manager = await manage(folder);
    await manager.load('csv');
    await writeFile(
      join(plugin, 'index.js'),
      'export const activate = () => { throw new Error("no input"); };',
    );
    throw (await manager.reload('csv')).error ?? new Error('the reload succeeded');
  },
  ERR_VERSION_FORMAT: async () => Promise.resolve(parseConstraint('^1.0.0, latest')),
  ERR_DEPENDENCY: async (folder) => {
    await folder.plugin('encodings');
    await folder.plugin('csv', '', { truthound: { dependencies: { encodings: '*' } } });
    await using manager = await manage(folder);
    await manager.load('csv');
    await manager.unload('encodings');
  },
  ERR_DEPENDENCY_CYCLE: async () => Promise.resolve(graphOf({ a: ['b'], b: ['a'] }).getLoadOrder()),
  ERR_DEPENDENCY_MISSING: async () => Promise.resolve(graphOf({ csv: ['encodings'] }).getLoadOrder()),
  ERR_VERSION_CONFLICT: async (folder) => {
    await folder.plugin('encodings');
    await folder.plugin('csv', '', { truthound: { dependencies: { encodings: '^2.0.0' } } });
    await using manager = await manage(folder);
    await manager.load('csv');
  },
  ERR_SOLVER_LIMIT: async () =>
    Promise.resolve(
      solve(
        { app: parseConstraint('*') },
        [
          { id: 'app', version: '2.0.0', dependencies: { lib: 'required' } },
          { id: 'app', version: '1.0.0', dependencies: {} },
        ],
        { maxSteps: 1 },
      ),
    ),
};
