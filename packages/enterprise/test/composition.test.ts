import { HotReloadManager } from '@truthound/hot-reload';
import { LifecycleManager, RestartSupervisor } from '@truthound/lifecycle';
import { type TrustStore, ValidationError } from '@truthound/protocols';
import { snapshotPlugin } from '@truthound/signing';
import { describe, expect, it } from 'vitest';
import {
  DependencyResolver,
  EnterprisePluginManager,
  LifecycleState,
  type ManagerParts,
  ProcessSandboxEngine,
  parseConstraint,
} from '../src/index.ts';
import { manage } from './support/manage.ts';
import { Workshop } from './support/workshop.ts';

/** Keeps the interface, and nothing else of our store. */
function foreignStore(): TrustStore {
  const refuse = (): never => {
    throw new Error('not asked');
  };
  const names: readonly (keyof TrustStore)[] = ['isTrusted', 'getTrustLevel', 'setSignerTrust'];
  return Object.fromEntries(names.map((name) => [name, refuse])) as unknown as TrustStore;
}

describe('the parts of a manager', () => {
  it('can each be replaced by one that keeps the interface, and are what does the work', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('base', { sign: false });
    await workshop.plugin('top', { sign: false, manifest: { dependencies: { base: '^1.0.0' } } });
    const used = new Set<string>();
    const storeDir = `${workshop.root}/own-store`;
    const lifecycle = new LifecycleManager();
    const parts: ManagerParts = {
      lifecycle,
      trustStore: foreignStore(),
      verifier: {
        async verify({ pluginPath }) {
          used.add('verifier');
          const { path, digest } = await snapshotPlugin({ pluginPath, storeDir });
          return { snapshotPath: path, digest, verification: undefined };
        },
      },
      createEngine(level) {
        used.add(`engine for ${level}`);
        return new ProcessSandboxEngine();
      },
      parseRange(text) {
        used.add('ranges');
        return parseConstraint(text);
      },
      createResolver(options) {
        used.add('resolver');
        return new DependencyResolver(options);
      },
      createHotReload(controller, loader) {
        used.add('hot reload');
        return new HotReloadManager(controller, { loader });
      },
      createSupervisor(options) {
        used.add('supervisor');
        return new RestartSupervisor(options);
      },
    };
    await using manager = await manage(workshop, {}, parts);
    const handle = await manager.load<{ ping(): string }>('top');
    expect(await handle.call('ping')).toBe('pong');
    expect(lifecycle.getPluginsInState(LifecycleState.ACTIVE)).toHaveLength(2);
    expect(manager.trustStore).toBe(parts.trustStore);
    expect([...used].toSorted()).toEqual([
      'engine for process',
      'hot reload',
      'ranges',
      'resolver',
      'supervisor',
      'verifier',
    ]);
  });

  it('are refused where they cannot work together: a trust store that the verification cannot ask', () => {
    const create = (): unknown => new EnterprisePluginManager({}, { trustStore: foreignStore() });
    expect(create).toThrow(ValidationError);
    expect(create).toThrow(/trustStore cannot be asked .*listRoots.*give a verifier/);
  });
});
