import { setImmediate } from 'node:timers/promises';
import { type ReloadResult, ReloadStrategy } from '@truthound/protocols';
import { type EnterprisePluginManager, HotReloadManager } from '../../src/index.ts';
import { manage } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';
import { CallLedger, type LedgerReport } from './call-ledger.ts';
import { type Flaw, flawOf, publish } from './flawed-versions.ts';

export interface LoadPlan {
  readonly plugins: number;
  /** Callers over all plugins, each with one call at a time and none between. */
  readonly callers: number;
  /** Reloads of each plugin. */
  readonly reloads: number;
  /** One in so many versions is broken. */
  readonly brokenEvery: number;
  /** Limit of each step, also of an answer about health: what a version that hangs costs. */
  readonly startTimeoutMs: number;
  /** How long new versions are watched: long enough for this machine to notice that one has crashed. */
  readonly bakeTimeMs: number;
  /** Instances of each plugin, so that ROLLING has something to roll. */
  readonly instances: number;
}

/** One reload, and what it should have been. */
export interface LoadedReload {
  readonly pluginId: string;
  readonly round: number;
  readonly flaw: Flaw;
  readonly result: ReloadResult;
  /** The version that serves when it is over, and the one that should. */
  readonly serving: string;
  readonly expected: string;
}

export interface LoadReport {
  readonly ledger: LedgerReport;
  readonly reloads: readonly LoadedReload[];
  readonly seconds: number;
  /** Plugins that had to be restarted or were put into quarantine. */
  readonly supervised: readonly string[];
}

const STRATEGIES = [ReloadStrategy.GRACEFUL, ReloadStrategy.IMMEDIATE, ReloadStrategy.ROLLING];

/** Calls plugins at full speed while each is reloaded again and again, and counts what became of the calls. */
export async function reloadUnderLoad(plan: LoadPlan): Promise<LoadReport> {
  await using workshop = await Workshop.create();
  const ids = Array.from({ length: plan.plugins }, (_, index) => `plugin-${String(index)}`);
  for (const id of ids) await publish(workshop, id, 1, 'none');
  const ledger = new CallLedger();
  await using manager = await manage(
    workshop,
    {
      host: { 'ledger.ran': ledger.ran },
      instances: Object.fromEntries(ids.map((id) => [id, plan.instances])),
    },
    {
      createHotReload: (lifecycle, loader) =>
        new HotReloadManager(lifecycle, {
          loader,
          startTimeoutMs: plan.startTimeoutMs,
          healthTimeoutMs: plan.startTimeoutMs,
          bakeTimeMs: plan.bakeTimeMs,
        }),
    },
  );
  const supervised: string[] = [];
  manager.on('supervision', (event) => supervised.push(JSON.stringify(event)));
  for (const id of ids) await manager.load(id);

  const stop = new AbortController();
  const start = performance.now();
  const callers = Array.from({ length: plan.callers }, (_, index) =>
    call(manager, ids[index % ids.length]!, ledger, stop.signal),
  );
  const reloads = await Promise.all(ids.map((id) => reloadAgain(manager, workshop, id, plan)));
  stop.abort();
  await Promise.all(callers);
  const seconds = (performance.now() - start) / 1_000;
  return { ledger: ledger.report(), reloads: reloads.flat(), seconds, supervised };
}

async function call(
  manager: EnterprisePluginManager,
  id: string,
  ledger: CallLedger,
  stop: AbortSignal,
): Promise<void> {
  const handle = manager.getPlugin(id);
  while (!stop.aborted) {
    const token = ledger.open();
    try {
      ledger.answered(token, await handle.call('work', token));
    } catch (error) {
      ledger.failed(token, error);
      // A call that is refused at once must not keep the event loop from what would make it work again.
      await setImmediate();
    }
  }
}

async function reloadAgain(
  manager: EnterprisePluginManager,
  workshop: Workshop,
  id: string,
  { reloads: count, brokenEvery }: LoadPlan,
): Promise<readonly LoadedReload[]> {
  const reloads: LoadedReload[] = [];
  let expected = '1.0.1';
  for (let round = 2; round < count + 2; round += 1) {
    const flaw = flawOf(round, brokenEvery);
    await publish(workshop, id, round, flaw);
    const strategy = STRATEGIES[round % STRATEGIES.length]!;
    const result = await manager.reload(id, { strategy });
    if (result.success) expected = `1.0.${String(round)}`;
    reloads.push({ pluginId: id, round, flaw, result, serving: manager.getPlugin(id).version, expected });
  }
  return reloads;
}
