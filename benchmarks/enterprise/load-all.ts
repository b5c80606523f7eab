import { EnterprisePluginManager, LifecycleState } from '@truthound/enterprise';
import type { PluginFolders } from './plugins.ts';
import { StepClock, type StepTimes } from './step-clock.ts';

/** One run from nothing to every plugin active. */
export interface LoadRun {
  readonly wallMs: number;
  readonly hostCpuMs: number;
  readonly guestCpuMs: number;
  readonly steps: StepTimes;
}

/** Discovers, verifies, loads and activates all plugins of a folder, under STANDARD as it is. */
export async function loadAll(
  folders: PluginFolders,
  cacheDir: string,
  parallelLoads: number,
): Promise<LoadRun> {
  const clock = new StepClock();
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  const config = {
    pluginDirs: [folders.pluginDir],
    scanEntrypoints: false,
    trustStorePath: folders.trustStorePath,
    cacheDir,
    watchForChanges: false,
    parallelLoads,
    telemetry: clock.telemetry,
  };
  await using manager = new EnterprisePluginManager(config, clock.parts);
  clock.watch(manager);
  await clock.measure('discover', () => manager.discoverPlugins());
  const { failed } = await manager.loadAll();
  const wallMs = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpuBefore);
  const [failure] = failed;
  if (failure !== undefined) throw failure.error;
  const plugins = manager.listPlugins();
  if (plugins.some(({ state }) => state !== LifecycleState.ACTIVE))
    throw new Error('not every plugin is active');
  const usages = await Promise.all(plugins.map(({ id }) => manager.getPlugin(id).usage()));
  const hostCpuMs = (user + system) / 1000;
  const guestCpuMs = usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds * 1000, 0);
  return { wallMs, hostCpuMs, guestCpuMs, steps: clock.times };
}
