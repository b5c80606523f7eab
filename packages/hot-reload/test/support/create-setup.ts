import { HotReloadManager, type HotReloadOptions } from '../../src/index.ts';
import { FakeLifecycle } from './fake-lifecycle.ts';
import { FakeLoader } from './fake-loader.ts';
import { type FakeBehaviour, createBehaviour } from './fake-plugin.ts';
import { VirtualClock } from './virtual-clock.ts';

/** The plugin that the tests reload. */
export const PLUGIN = 'csv';

/** Version 1.0.0 serving, version 2.0.0 "on disk", and a manager over fakes with a clock of its own. */
export interface Setup {
  readonly v1: FakeBehaviour;
  readonly v2: FakeBehaviour;
  readonly loader: FakeLoader;
  readonly lifecycle: FakeLifecycle;
  readonly clock: VirtualClock;
  readonly manager: HotReloadManager;
  readonly warnings: readonly Error[];
}

export interface SetupOptions {
  readonly v1?: Partial<FakeBehaviour>;
  readonly v2?: Partial<FakeBehaviour>;
  readonly instanceCount?: number;
  readonly options?: Partial<HotReloadOptions>;
}

export function createSetup({ v1, v2, instanceCount = 1, options }: SetupOptions = {}): Setup {
  const old = createBehaviour('1.0.0', v1);
  const next = createBehaviour('2.0.0', v2);
  const loader = new FakeLoader(PLUGIN, old, instanceCount);
  loader.onDisk = next;
  const lifecycle = new FakeLifecycle(PLUGIN);
  const clock = new VirtualClock();
  const warnings: Error[] = [];
  const manager = new HotReloadManager(lifecycle, {
    loader,
    clock,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  return { v1: old, v2: next, loader, lifecycle, clock, manager, warnings };
}
