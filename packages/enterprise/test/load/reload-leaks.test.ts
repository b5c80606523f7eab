import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { queryObjects } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { HotReloadManager } from '../../src/index.ts';
import { SandboxedInstance } from '../../src/loading/sandboxed-instance.ts';
import { manage } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

/** A thousand reloads take minutes: `TRUTHOUND_LOAD_TEST=full`, or `wide` for a hundred. */
const WISH = process.env['TRUTHOUND_LOAD_TEST'] ?? 'short';
const RELOADS = { short: 12, wide: 100, full: 1_000 }[WISH] ?? 12;

/** Replaced processes end in their own time. */
const POLL = { timeout: 30_000, interval: 200 };

/** What must not grow. Asking V8 for objects collects garbage first, so memory is what is held. */
interface Holdings {
  readonly instances: number;
  /** Open handles by kind. */
  readonly handles: Readonly<Record<string, number>>;
  readonly processes: number;
  readonly descriptors: number;
  readonly listeners: number;
  readonly heapMb: number;
}

async function measure(): Promise<Holdings> {
  const instances = queryObjects(SandboxedInstance, { format: 'count' });
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    // Timers come and go with what waits; sockets, pipes and processes must not.
    if (kind !== 'Timeout' && kind !== 'Immediate') handles[kind] = (handles[kind] ?? 0) + 1;
  }
  const children = await readFile(`/proc/self/task/${String(process.pid)}/children`, 'utf8');
  return {
    instances,
    handles,
    processes: children.split(' ').filter((pid) => pid !== '').length,
    descriptors: (await readdir('/proc/self/fd')).length,
    listeners: process
      .eventNames()
      .map((name) => process.listenerCount(name))
      .reduce((sum, count) => sum + count, 0),
    heapMb: process.memoryUsage().heapUsed / 1e6,
  };
}

describe.runIf(process.platform === 'linux')('what the host holds (skipped without /proc)', () => {
  it(
    `W-64: is the same after ${String(RELOADS)} reloads of a real plugin as after three`,
    { timeout: WISH === 'short' ? 120_000 : 7_200_000 },
    async () => {
      await using workshop = await Workshop.create();
      const publish = (version: number): Promise<string> =>
        workshop.plugin('ponger', {
          version: `1.0.${String(version)}`,
          code: `export const ping = () => ${String(version)};`,
        });
      await publish(0);
      // A guest that waits for the next plugin would be one process more.
      await using manager = await manage(
        workshop,
        { standby: 0 },
        {
          // It is about what stays, not about how long a start takes on a busy machine.
          createHotReload: (lifecycle, loader) =>
            new HotReloadManager(lifecycle, { loader, startTimeoutMs: 300_000, bakeTimeMs: 0 }),
        },
      );
      const handle = await manager.load('ponger');
      const reload = async (version: number): Promise<void> => {
        await publish(version);
        expect((await manager.reload('ponger')).error).toBeUndefined();
        expect(await handle.call('ping')).toBe(version);
      };
      for (let version = 1; version <= 3; version += 1) await reload(version);
      await expect.poll(async () => (await measure()).processes, POLL).toBe(1);
      const before = await measure();
      for (let version = 4; version <= RELOADS + 3; version += 1) await reload(version);
      await expect.poll(async () => (await measure()).processes, POLL).toBe(before.processes);
      const after = await measure();
      console.log(`after 3 reloads, and after ${String(RELOADS)} more:`, before, after);

      expect(after).toMatchObject({
        instances: before.instances,
        handles: before.handles,
        processes: before.processes,
        listeners: before.listeners,
        descriptors: before.descriptors,
      });
      // A host that imports each version anew keeps about a megabyte of each.
      expect(after.heapMb - before.heapMb).toBeLessThan(3 + RELOADS / 100);
      expect((await readdir(join(workshop.root, 'snapshots'))).length).toBeLessThan(20);
    },
  );
});
