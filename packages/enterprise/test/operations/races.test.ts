import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DependencyError, LifecycleState, PluginNotFoundError } from '@truthound/protocols';
import { describe, expect, it, vi } from 'vitest';
import { EnterprisePluginManager, ManagerDisposedError } from '../../src/index.ts';
import { countingEngine } from '../support/counting-engine.ts';
import { manage, next } from '../support/manage.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { Workshop } from '../support/workshop.ts';

/** Resolves when the lifecycle begins to load a plugin. */
function loadBegins(manager: EnterprisePluginManager): Promise<void> {
  return new Promise((resolve) => {
    manager.lifecycle.on('before-load', () => {
      resolve();
    });
  });
}

/** The processes of this one, as the kernel lists them. */
async function listChildren(): Promise<string> {
  const file = `/proc/self/task/${String(process.pid)}/children`;
  return (await readFile(file, 'utf8').catch(() => '')).trim();
}

const settle = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('a plugin that is loaded', () => {
  it('and unloaded before it has begun is not loaded, and its load says so', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    const begun = loadBegins(manager);
    const loading = settle(manager.load('ponger'));
    await begun;
    await manager.unload('ponger');
    expect(((await loading) as Error).message).toMatch(/was unloaded while it was being loaded/);
    expect(manager.getPlugin('ponger').state).toBe(LifecycleState.DISCOVERED);
    expect((await manager.load('ponger')).state).toBe(LifecycleState.ACTIVE);
  });

  it.each([
    ['unloaded', (manager: EnterprisePluginManager) => manager.unload('hanging')],
    ['disposed of with its manager', (manager: EnterprisePluginManager) => manager[Symbol.asyncDispose]()],
  ])('and %s while its module hangs leaves no process behind', async (_how, stop) => {
    await using workshop = await Workshop.create();
    await workshop.plugin('hanging', { code: 'await new Promise(() => { setInterval(() => {}, 1000); });' });
    let starts = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      starts = resolve;
    });
    const engine = countingEngine(() => {
      starts();
    });
    await using manager = await manage(workshop, {}, engine);
    const loading = settle(manager.load('hanging'));
    await started;
    await stop(manager);
    expect(await loading).toBeInstanceOf(Error);
    expect(manager.getPlugin('hanging').state).toBe(LifecycleState.UNLOADED);
    await manager[Symbol.asyncDispose]();
    await vi.waitFor(async () => {
      expect(await listChildren()).toBe('');
    });
  });

  it('and whose manager is disposed meanwhile leaves no process, and nothing can be loaded any more', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    const manager = await manage(workshop);
    const begun = loadBegins(manager);
    const loading = settle(manager.load('ponger'));
    await begun;
    await Promise.all([manager[Symbol.asyncDispose](), manager[Symbol.asyncDispose]()]);
    expect(await loading).toBeInstanceOf(ManagerDisposedError);
    expect(manager.lifecycle.getState('ponger')).not.toBe(LifecycleState.ACTIVE);
    await expect(manager.load('ponger')).rejects.toThrow(ManagerDisposedError);
    expect(await listChildren()).toBe('');
  });

  it('is kept by a discovery that no longer finds its folder, and forgotten by the next one after it was unloaded', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    const handle = await manager.load<{ ping(): string }>('ponger');
    await rm(workshop.pluginPath('ponger'), { recursive: true });
    await manager.discoverPlugins();
    expect(await handle.call('ping')).toBe('pong');
    await manager.unload('ponger');
    await manager.discoverPlugins();
    expect(manager.listPlugins()).toEqual([]);
    expect(() => handle.state).not.toThrow();
    await expect(handle.call('ping')).rejects.toThrow(PluginNotFoundError);
  });

  it('is not disturbed by a discovery meanwhile, nor asked for twice', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    const begun = loadBegins(manager);
    const loading = manager.load('ponger');
    await begun;
    await manager.discoverPlugins();
    const activating = manager.activate('ponger');
    const half = manager.load('ponger', { activate: false });
    await Promise.all([loading, activating, half]);
    expect(manager.getPlugin('ponger').state).toBe(LifecycleState.ACTIVE);
    const loads = manager.lifecycle
      .getHistory('ponger')
      .filter(({ toState }) => toState === LifecycleState.LOADING);
    expect(loads).toHaveLength(1);
  });

  it('takes over what was written to its folder since the discovery', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('base');
    await workshop.plugin('top');
    await using manager = await manage(workshop);
    await workshop.plugin('top', { version: '1.1.0', manifest: { dependencies: { base: '^1.0.0' } } });
    expect((await manager.load('top')).version).toBe('1.1.0');
    expect(manager.getPlugin('base').state).toBe(LifecycleState.ACTIVE);
  });

  it('does not start when its signal is aborted', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    await expect(
      manager.load('ponger', { signal: AbortSignal.abort(new Error('too late')) }),
    ).rejects.toThrow('too late');
    expect(manager.getPlugin('ponger').state).toBe(LifecycleState.DISCOVERED);
  });
});

describe('W-69: a load that fails', () => {
  it('unloads what it loaded for itself, and leaves what others need or asked for', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('private');
    await workshop.plugin('asked');
    await workshop.plugin('shared');
    await workshop.plugin('sound', { manifest: { dependencies: { shared: '*' } } });
    await workshop.plugin('broken', {
      manifest: { dependencies: { private: '*', asked: '*', shared: '*' } },
      code: 'export const activate = () => { throw new Error("no"); };',
    });
    await using manager = await manage(workshop);
    await manager.load('asked');
    await manager.load('sound');
    await expect(manager.load('broken')).rejects.toThrow('no');
    const states = Object.fromEntries(manager.listPlugins().map(({ id, state }) => [id, state]));
    expect(states).toEqual({
      asked: LifecycleState.ACTIVE,
      broken: LifecycleState.ERROR,
      private: LifecycleState.UNLOADED,
      shared: LifecycleState.ACTIVE,
      sound: LifecycleState.ACTIVE,
    });
  });

  it('W-68: fails those that require it with its reason, once each, while the others load', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('bad', { code: 'throw new Error("at the top")' });
    await workshop.plugin('needs-bad', { manifest: { dependencies: { bad: '*' } } });
    await workshop.plugin('likes-bad', {
      manifest: { dependencies: { bad: { range: '*', type: 'optional' } } },
    });
    await workshop.plugin('other');
    await using manager = await manage(workshop);
    const { succeeded, failed } = await manager.loadAll();
    expect(succeeded).toEqual(['likes-bad', 'other']);
    expect(failed.map(({ pluginId }) => pluginId)).toEqual(['bad', 'needs-bad']);
    expect(failed[1]?.error).toBeInstanceOf(DependencyError);
    expect(failed[1]?.error.message).toMatch(/requires "bad", which failed: .*at the top/);
    const unloaded: string[] = [];
    manager.lifecycle.on('after-unload', ({ id }) => unloaded.push(id));
    await manager.unloadAll();
    expect(unloaded.sort()).toEqual(['bad', 'likes-bad', 'other']);
  });

  it('with autoLoad is told as an event, since nobody waits for its answer', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('unsigned', { sign: false });
    await using manager = new EnterprisePluginManager({
      ...workshop.config({ autoLoad: true }),
      defaultSecurityPolicy: TEST_POLICY,
    });
    const told = next(manager, 'load-failed');
    await manager.discoverPlugins();
    expect(await told).toMatchObject({ pluginId: 'unsigned' });
  });
});

describe('a plugin that is unloaded', () => {
  it('while it is reloaded, ends unloaded', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop, { reload: { bakeTimeMs: 60_000 } });
    await manager.load('ponger');
    await workshop.plugin('ponger', { version: '1.1.0' });
    const switched = new Promise<void>((resolve) => {
      manager.lifecycle.on('on-reload', () => {
        resolve();
      });
    });
    const reloading = manager.reload('ponger');
    await manager.unload('ponger');
    const { success } = await reloading;
    if (success) await switched;
    expect(manager.getPlugin('ponger').state).toBe(LifecycleState.UNLOADED);
  });

  it('W-69: is unloaded although its own deactivate fails, with a warning', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('stubborn', {
      code: 'export const deactivate = () => { throw new Error("I stay"); };',
    });
    await using manager = await manage(workshop);
    await manager.load('stubborn');
    const warned = next(manager, 'warning');
    await manager.unload('stubborn');
    expect((await warned).error.message).toMatch(/I stay/);
    expect(manager.getPlugin('stubborn').state).toBe(LifecycleState.UNLOADED);
  });

  it('is held by a load that needs it, and cancels that load when told to cascade', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('base');
    await workshop.plugin('top', { manifest: { dependencies: { base: '*' } } });
    await using manager = await manage(workshop);
    const begun = loadBegins(manager);
    const loading = settle(manager.load('top'));
    await begun;
    await expect(manager.unload('base')).rejects.toThrow(/is used by "top"/);
    await manager.unload('base', { cascade: true });
    expect(await loading).toBeInstanceOf(DependencyError);
    expect(manager.listPlugins().some(({ state }) => state === LifecycleState.ACTIVE)).toBe(false);
  });
});

describe('W-66: the lists of plugins by state', () => {
  it('are the states themselves, after every move', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    await manager.load('ponger');
    expect(manager.lifecycle.getPluginsInState(LifecycleState.ACTIVE)).toEqual(['ponger']);
    await manager.deactivate('ponger');
    expect(manager.lifecycle.getPluginsInState(LifecycleState.ACTIVE)).toEqual([]);
    expect(manager.listPlugins()[0]?.state).toBe(LifecycleState.INACTIVE);
  });
});

describe('W-57: each operation of the manager', () => {
  it('goes through the lifecycle: events fire, history grows', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    await manager.load('ponger');
    await manager.deactivate('ponger');
    await manager.unload('ponger');
    expect(
      manager.lifecycle
        .getHistory('ponger')
        .map(({ toState }) => toState)
        .reverse(),
    ).toEqual([
      'loading',
      'loaded',
      'activating',
      'active',
      'deactivating',
      'inactive',
      'unloading',
      'unloaded',
    ]);
  });
});

describe('W-20 and W-39: plugin code', () => {
  it('W-20: runs in no place of the host, module and hooks included', async () => {
    await using workshop = await Workshop.create();
    const code =
      'const atLoad = process.pid; let atActivate; export const activate = () => { atActivate = process.pid; }; export const pids = () => [atLoad, atActivate, process.pid];';
    await workshop.plugin('ponger', { code });
    await using manager = await manage(workshop);
    const pids = (await (await manager.load('ponger')).call('pids')) as number[];
    expect(new Set(pids).size).toBe(1);
    expect(pids).not.toContain(process.pid);
  });

  it('W-39: is verified from every place of discovery; a signature file of nothing is none', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('empty', { sign: false });
    await workshop.write('empty', 'truthound.sig.json', '[]');
    await workshop.plugin('hosted', { sign: false });
    const hostRoot = join(workshop.root, 'host');
    const modules = join(hostRoot, 'node_modules');
    await workshop.write(
      '../host',
      'package.json',
      JSON.stringify({ dependencies: { good: '1', forged: '1' } }),
    );
    for (const id of ['good', 'forged']) {
      await workshop.write(
        '../host/node_modules/' + id,
        'package.json',
        JSON.stringify({ name: id, version: '1.0.0', type: 'module', exports: './index.js', truthound: {} }),
      );
      await workshop.write('../host/node_modules/' + id, 'index.js', 'export const ping = () => 1;');
      await workshop.signAt(join(modules, id));
    }
    await workshop.write('../host/node_modules/forged', 'index.js', 'export const ping = () => 2;');
    await using manager = await manage(workshop, { scanEntrypoints: true, hostRoot });
    const { succeeded, failed } = await manager.loadAll();
    expect(succeeded).toEqual(['good']);
    expect(failed.map(({ pluginId }) => pluginId)).toEqual(['empty', 'forged', 'hosted']);
  });
});
