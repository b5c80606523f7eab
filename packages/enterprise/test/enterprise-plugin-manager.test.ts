import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  DependencyError,
  LifecycleState,
  PluginExecutionError,
  SandboxTimeoutError,
  createPolicy,
} from '@truthound/protocols';
import { describe, expect, it, vi } from 'vitest';
import {
  EnterprisePluginManager,
  type EnterprisePluginManagerConfig,
  PluginNotActiveError,
} from '../src/index.ts';
import { TEST_POLICY } from './support/policy.ts';
import { SIGNER, Workshop } from './support/workshop.ts';

interface Ping {
  ping(): string;
}

async function manage(
  workshop: Workshop,
  config: EnterprisePluginManagerConfig = {},
): Promise<EnterprisePluginManager> {
  const manager = new EnterprisePluginManager({
    ...workshop.config(),
    defaultSecurityPolicy: TEST_POLICY,
    ...config,
  });
  await manager.discoverPlugins();
  return manager;
}

describe('loading', () => {
  it('verifies, isolates, activates and calls a signed plugin', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger', {
      code: 'export function ping() { return "pong from " + process.pid; }',
    });
    await using manager = await manage(workshop);
    const handle = await manager.load<Ping>('ponger');
    expect(await handle.call('ping')).toMatch(/^pong from \d+$/);
    expect(await handle.exports.ping()).not.toContain(String(process.pid));
    expect(handle.state).toBe(LifecycleState.ACTIVE);
    expect(handle.verification?.verdict).toBe('verified');
    expect(handle.verification?.signerId).toBe(SIGNER);
    expect(handle.enforcement.environment.status).toBe('enforced');
    expect((await handle.usage()).calls).toBe(2);
  });

  it('loads what a plugin depends on first, and lets it call that through the host', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('base', { code: 'export const double = (n) => 2 * n;' });
    await workshop.plugin('top', {
      manifest: { dependencies: { base: '^1.0.0' } },
      code: 'let plugins; export function activate(context) { plugins = context.plugins; } export const quadruple = async (n) => plugins.base.call("double", await plugins.base.call("double", n));',
    });
    await using manager = await manage(workshop);
    const order: string[] = [];
    manager.lifecycle.on('after-activate', ({ id }) => void order.push(id));
    const top = await manager.load('top');
    expect(order).toEqual(['base', 'top']);
    expect(await top.call('quadruple', 3)).toBe(12);
  });

  it('refuses a plugin that calls another one which it does not declare', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('secret', { code: 'export const read = () => "secret";' });
    await workshop.plugin('thief', {
      code: 'export const steal = async () => truthound.host["truthound.callPlugin"] ? "reached" : "nothing to call";',
    });
    await using manager = await manage(workshop);
    await manager.load('secret');
    expect(await (await manager.load('thief')).call('steal')).toBe('nothing to call');
  });

  it('gives a plugin the host functions that it asks for, and no others', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('asker', {
      manifest: { permissions: { host: ['kv.get'] } },
      code: 'export const names = () => Object.keys(truthound.host); export const get = (key) => truthound.host["kv.get"](key);',
    });
    const host = { 'kv.get': (key: string) => `value of ${key}`, 'kv.drop': () => 'dropped' };
    await using manager = await manage(workshop, { host });
    const asker = await manager.load('asker');
    expect(await asker.call('names')).toEqual(['kv.get']);
    expect(await asker.call('get', 'color')).toBe('value of color');
  });

  it('loads a plugin once when it is asked for twice at a time', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    const [first, second] = await Promise.all([manager.load<Ping>('ponger'), manager.load<Ping>('ponger')]);
    expect(first.state).toBe(LifecycleState.ACTIVE);
    expect(await second.call('ping')).toBe('pong');
    expect(
      manager.lifecycle.getHistory('ponger').filter(({ toState }) => toState === LifecycleState.LOADED),
    ).toHaveLength(1);
  });

  it('leaves nothing behind when a plugin fails to load, and loads it once it is mended', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('fragile', { code: 'throw new TypeError("broken at the top")' });
    await using manager = await manage(workshop);
    await expect(manager.load('fragile')).rejects.toThrow(/broken at the top/);
    expect(manager.getPlugin('fragile').state).toBe(LifecycleState.ERROR);
    await expect(manager.getPlugin('fragile').call('ping')).rejects.toThrow(PluginNotActiveError);
    await workshop.plugin('fragile');
    expect(await (await manager.load<Ping>('fragile')).call('ping')).toBe('pong');
  });

  it('hands the plugin’s own error to the caller, with its name and message', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('thrower', {
      code: 'export function fail() { throw new RangeError("out of paper"); }',
    });
    await using manager = await manage(workshop);
    const failure: unknown = await (
      await manager.load('thrower')
    )
      .call('fail')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PluginExecutionError);
    expect(failure).toMatchObject({
      remoteName: 'RangeError',
      remoteMessage: 'out of paper',
      pluginId: 'thrower',
    });
    expect((failure as Error).stack).toMatch(/index\.js:1:\d+/);
  });

  it('does not let callers reach the functions that the host keeps for itself', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('stateful', {
      code: 'export const dispose = () => "state"; export const ping = () => "pong";',
    });
    await using manager = await manage(workshop);
    const handle = await manager.load('stateful');
    expect(Object.keys(handle.exports)).toEqual(['ping']);
    await expect(handle.call('dispose')).rejects.toThrow(/called by the host itself/);
  });

  it('reports a plugin that crashes, and takes no more calls for it', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('crasher', { code: 'export const crash = () => process.exit(3);' });
    await using manager = await manage(workshop);
    const failed = new Promise<string>((resolve) => {
      manager.lifecycle.on('on-error', (_plugin, _event, { error }) => {
        resolve(String(error?.message));
      });
    });
    const handle = await manager.load('crasher');
    await expect(handle.call('crash')).rejects.toThrow(/exit code 3/);
    expect(await failed).toMatch(/exit code 3/);
    expect(handle.state).toBe(LifecycleState.ERROR);
    expect(manager.listPlugins()[0]?.error?.message).toMatch(/exit code 3/);
  });

  it('keeps a plugin to the time of its own policy', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('slow', { code: 'export const spin = () => { for (;;); };' });
    await using manager = await manage(workshop, {
      policies: { slow: createPolicy({ base: TEST_POLICY, maxExecutionTimeSec: 0.3 }) },
    });
    await expect((await manager.load('slow')).call('spin')).rejects.toThrow(SandboxTimeoutError);
  });
});

describe('W-40: discovery', () => {
  it('runs no plugin code', async () => {
    await using workshop = await Workshop.create();
    const canary = join(workshop.root, 'canary');
    await workshop.plugin('eager', {
      code: `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(canary)}, '');`,
      sign: false,
    });
    await using manager = await manage(workshop);
    expect(manager.listPlugins()).toHaveLength(1);
    expect(existsSync(canary)).toBe(false);
  });
});

describe('unloading', () => {
  it('W-67: refuses while others use the plugin, and cascades when told to', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('base');
    await workshop.plugin('top', { manifest: { dependencies: { base: '*' } } });
    await using manager = await manage(workshop);
    await manager.load('top');
    await expect(manager.unload('base')).rejects.toThrow(DependencyError);
    expect(manager.getPlugin('base').state).toBe(LifecycleState.ACTIVE);
    await manager.unload('base', { cascade: true });
    expect(manager.listPlugins().map(({ state }) => state)).toEqual([
      LifecycleState.UNLOADED,
      LifecycleState.UNLOADED,
    ]);
  });

  it('deactivates, activates and loads again', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    const handle = await manager.load<Ping>('ponger');
    await manager.deactivate('ponger');
    await expect(handle.call('ping')).rejects.toThrow(PluginNotActiveError);
    await manager.activate('ponger');
    expect(await handle.call('ping')).toBe('pong');
    await manager.unload('ponger');
    expect(handle.state).toBe(LifecycleState.UNLOADED);
    await manager.load('ponger');
    expect(await handle.call('ping')).toBe('pong');
  });
});

describe('reloading', () => {
  it('W-61: serves the new version’s code, with no call lost', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger', { code: 'export const ping = () => "one";' });
    await using manager = await manage(workshop, { reload: { bakeTimeMs: 0 } });
    const handle = await manager.load<Ping>('ponger');
    await workshop.plugin('ponger', { version: '1.1.0', code: 'export const ping = () => "two";' });
    const stop = new AbortController();
    const answers = new Set<unknown>();
    const calling = (async () => {
      while (!stop.signal.aborted) answers.add(await handle.call('ping'));
    })();
    const result = await manager.reload('ponger');
    stop.abort();
    await calling;
    expect(result).toMatchObject({
      success: true,
      previousVersion: '1.0.0',
      newVersion: '1.1.0',
      aborted: 0,
    });
    expect(answers).toEqual(new Set(['one', ...(answers.has('two') ? ['two'] : [])]));
    expect(await handle.call('ping')).toBe('two');
    expect(handle.version).toBe('1.1.0');
  });

  it.each([
    ['its signature does not fit', { sign: false }],
    ['its module throws', { code: 'throw new Error("no")' }],
    ['its activate throws', { code: 'export const activate = () => { throw new Error("no"); };' }],
    [
      'it says it is not healthy',
      { code: 'export const health = () => ({ isHealthy: false, reason: "no" });' },
    ],
    ['it needs a plugin that is missing', { manifest: { dependencies: { absent: '*' } } }],
    ['it wants more permissions', { manifest: { permissions: { network: true } } }],
  ])('W-60: leaves the old version serving when %s', async (_reason, recipe) => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop, { reload: { bakeTimeMs: 0 } });
    const handle = await manager.load<Ping>('ponger');
    await workshop.plugin('ponger', { version: '2.0.0', ...recipe });
    const result = await manager.reload('ponger');
    expect(result.success).toBe(false);
    expect(result.error).toBeInstanceOf(Error);
    expect(await handle.call('ping')).toBe('pong');
    expect(handle.version).toBe('1.0.0');
    expect(handle.state).toBe(LifecycleState.ACTIVE);
  });

  it('W-65: reloads by itself when a watched file changes', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger', { code: 'export const ping = () => "one";' });
    await using manager = await manage(workshop, { watchForChanges: true, reload: { bakeTimeMs: 0 } });
    const handle = await manager.load<Ping>('ponger');
    await workshop.plugin('ponger', { version: '1.0.1', code: 'export const ping = () => "two";' });
    await vi.waitFor(() => {
      expect(handle.version).toBe('1.0.1');
    }, 45_000);
    expect(await handle.call('ping')).toBe('two');
  });

  it('goes back to the old version, and stays active, when the new one crashes while it is watched', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop, { reload: { bakeTimeMs: 5000 } });
    const handle = await manager.load<Ping>('ponger');
    const code =
      'export const activate = () => { setTimeout(() => process.exit(9), 300); }; export const ping = () => "crashing";';
    await workshop.plugin('ponger', { version: '1.1.0', code });
    expect(await manager.reload('ponger')).toMatchObject({ success: false, rolledBack: true });
    expect(handle.state).toBe(LifecycleState.ACTIVE);
    expect(await handle.call('ping')).toBe('pong');
  });

  it('hands the state of the old version to the new one', async () => {
    await using workshop = await Workshop.create();
    const code =
      'let count = 0; export const activate = (_context, { previousState }) => { count = previousState ?? 0; }; export const dispose = () => count; export const next = () => ++count;';
    await workshop.plugin('counter', { code });
    await using manager = await manage(workshop, { reload: { bakeTimeMs: 0 } });
    const handle = await manager.load('counter');
    await handle.call('next');
    await handle.call('next');
    await workshop.plugin('counter', { version: '1.0.1', code: `${code} // second` });
    expect(await manager.reload('counter')).toMatchObject({ success: true });
    expect(await handle.call('next')).toBe(3);
  });
});

describe('configuration', () => {
  it('refuses an unknown option by name', () => {
    expect(
      () => new EnterprisePluginManager({ requireSignatures: true } as EnterprisePluginManagerConfig),
    ).toThrow(/requireSignatures is not a known option/);
  });

  it('loads unsigned plugins where no signature is required', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('unsigned', { sign: false });
    await using manager = await manage(workshop, { requireSignature: false });
    const handle = await manager.load<Ping>('unsigned');
    expect(await handle.call('ping')).toBe('pong');
    expect(handle.verification).toBeUndefined();
  });

  it('loads everything on discovery with autoLoad, and leaves it inactive without autoActivate', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('first');
    await workshop.plugin('second');
    await using manager = await manage(workshop, { autoLoad: true, autoActivate: false });
    expect(manager.listPlugins().map(({ state }) => state)).toEqual([
      LifecycleState.LOADED,
      LifecycleState.LOADED,
    ]);
  });

  it('names the known plugins when one is asked for that is none', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop);
    await expect(manager.load('pinger')).rejects.toThrow(/plugin "pinger" was not found: known are ponger/);
  });
});
