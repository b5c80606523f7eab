/**
 * A host with a manager and plugins that are called all the time, while faults are injected. Started by `soak.ts`, which
 * kills it or asks it to end.
 *
 * @module
 */
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { EnterprisePluginManager, STANDARD, createPolicy } from '@truthound/enterprise';
import { CallLedger } from './call-ledger.ts';
import { FAULTS } from './faults.ts';
import { type Holdings, takeStock } from './holdings.ts';
import { type SoakFolder, StateFile } from './soak-folder.ts';

/** What a host is started with. */
export interface HostTask {
  readonly folder: SoakFolder;
  readonly pluginIds: readonly string[];
  readonly ledgerFile: string;
  /** Which faults, in order: names of `FAULTS`, and a number to choose by. */
  readonly schedule: readonly (readonly [name: string, choice: number])[];
  /** Part of the versions that it publishes. */
  readonly generation: number;
}

/** What a host tells. */
export type HostMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'fault'; readonly name: string; readonly problem: string | undefined }
  | { readonly type: 'ended'; readonly before: Holdings; readonly after: Holdings };

const CALLERS_PER_PLUGIN = 2;
const SETTLE_MS = 30_000;
const RECOVERY_MS = 60_000;

const task = JSON.parse(process.argv[2] ?? '') as HostTask;
const { folder, pluginIds, schedule, generation } = task;
const ledger = new CallLedger(task.ledgerFile);
const stop = new AbortController();
process.on('message', () => stop.abort());
// At its own end, or when who started it is gone: nobody would ever end it then.
process.on('disconnect', () => process.exit());

const tell = (message: HostMessage): unknown => process.send?.(message);

function createManager(): EnterprisePluginManager {
  return new EnterprisePluginManager({
    pluginDirs: [folder.plugins],
    scanEntrypoints: false,
    trustStorePath: join(folder.state, StateFile.TRUST),
    lockPath: join(folder.state, StateFile.LOCK),
    auditLogPath: join(folder.state, StateFile.AUDIT),
    cacheDir: join(folder.state, StateFile.SNAPSHOTS),
    watchForChanges: false,
    standby: 0,
    host: { 'ledger.ran': ledger.ran },
    restart: { initialDelayMs: 100, maxDelayMs: 1_000, maxRestarts: 1_000 },
    defaultSecurityPolicy: createPolicy({
      base: STANDARD,
      enforcement: 'best-effort',
      maxCpuPercent: Infinity,
    }),
  });
}

async function call(manager: EnterprisePluginManager, pluginId: string): Promise<void> {
  const handle = manager.getPlugin(pluginId);
  while (!stop.signal.aborted) {
    const token = ledger.open();
    try {
      ledger.answered(token, await handle.call('work', token));
    } catch (error) {
      ledger.failed(token, error);
      await setTimeout(50);
    }
    await setImmediate();
  }
}

async function injectFaults(manager: EnterprisePluginManager): Promise<void> {
  for (const [index, [name, choice]] of schedule.entries()) {
    await setTimeout(500 + (choice % 1_500), undefined, { signal: stop.signal }).catch(() => undefined);
    if (stop.signal.aborted) return;
    const pluginId = pluginIds[choice % pluginIds.length] ?? '';
    const nextVersion = `1.${generation}.${index + 1}`;
    const problem = await FAULTS[name]?.({ manager, folder, pluginId, choice, nextVersion }).catch(
      (error: unknown) => `${name}: ${String(error)}`,
    );
    tell({ type: 'fault', name, problem });
  }
}

async function recovers(manager: EnterprisePluginManager, pluginId: string): Promise<boolean> {
  const end = performance.now() + RECOVERY_MS;
  while (performance.now() < end) {
    const token = ledger.open();
    try {
      ledger.answered(token, await manager.getPlugin(pluginId).call('work', token));
      return true;
    } catch (error) {
      ledger.failed(token, error);
      await setTimeout(200);
    }
  }
  return false;
}

/** Guests that were told to end do so in their own time. */
async function settle(expected: Holdings | undefined): Promise<Holdings> {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const holdings = takeStock(folder.scratch);
    const isBack =
      holdings.processes <= (expected?.processes ?? 0) &&
      holdings.scratchFolders <= (expected?.scratchFolders ?? 0) &&
      holdings.descriptors <= (expected?.descriptors ?? Infinity);
    if (isBack || performance.now() > end) return holdings;
    await setTimeout(250);
  }
}

// Once through everything, so that what is loaded and kept for good is not taken for a leak.
{
  await using manager = createManager();
  await manager.discoverPlugins();
  await manager.loadAll();
}
const before = await settle(undefined);
{
  await using manager = createManager();
  await manager.discoverPlugins();
  await manager.loadAll();
  await manager.writeLock();
  const histories = new Map<string, string[]>(pluginIds.map((id) => [id, []]));
  manager.on('supervision', (event) => {
    if ('pluginId' in event) histories.get(event.pluginId)?.push(JSON.stringify(event).slice(0, 300));
  });
  // A trust store that changes under a wrong clock stops what that clock finds expired: as documented, and for good.
  const stopped = new Set<string>();
  manager.on('revoked', ({ pluginId, error }) => {
    stopped.add(pluginId);
    histories.get(pluginId)?.push(`stopped: ${String(error).slice(0, 200)}`);
    tell({ type: 'fault', name: 'stopped by its signature', problem: undefined });
  });
  manager.on('load-failed', ({ pluginId, error }) => {
    histories.get(pluginId)?.push(String(error).slice(0, 200));
  });
  tell({ type: 'ready' });
  const callers = pluginIds.flatMap((id) =>
    Array.from({ length: CALLERS_PER_PLUGIN }, () => call(manager, id)),
  );
  await injectFaults(manager);
  if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
  await Promise.all(callers);
  // Whatever was done to a plugin, it serves again; what was stopped, once it is loaded.
  for (const id of stopped) await manager.load(id);
  for (const id of pluginIds)
    if (!(await recovers(manager, id)))
      tell({
        type: 'fault',
        name: 'end',
        problem: `"${id}" never came back: it is ${manager.getPlugin(id).state}, after ${(histories.get(id) ?? []).slice(-6).join('; ')}`,
      });
}
tell({ type: 'ended', before, after: await settle(before) });
process.disconnect();
