import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { HotReloadManager } from '../../src/index.ts';
import { manage } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

/** Ids of the processes of this one, as the kernel lists them. */
async function listChildren(): Promise<readonly string[]> {
  const children = await readFile(`/proc/self/task/${String(process.pid)}/children`, 'utf8');
  return children.split(' ').filter((pid) => pid !== '');
}

describe.runIf(process.platform === 'linux')('a reload that gives up (skipped without /proc)', () => {
  it('leaves no process behind, at whatever moment of the start that is', { timeout: 240_000 }, async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(
      workshop,
      { standby: 0, instances: { ponger: 2 } },
      {
        createHotReload: (lifecycle, loader) =>
          new HotReloadManager(lifecycle, { loader, startTimeoutMs: 30_000, bakeTimeMs: 0 }),
      },
    );
    const handle = await manager.load('ponger');
    const before = await listChildren();
    expect(before).toHaveLength(2);
    const outcomes = new Set<boolean>();
    for (let round = 0; round < 16; round += 1) {
      await workshop.plugin('ponger', { version: `1.0.${String(round + 1)}` });
      // From "not yet verified" over "the process starts" to "its module is being loaded" and "serves".
      const signal = AbortSignal.timeout(20 + round * 60);
      outcomes.add((await manager.reload('ponger', { signal })).success);
      expect(await handle.call('ping')).toBe('pong');
    }
    expect(outcomes).toContain(false);
    await expect.poll(listChildren, { timeout: 30_000, interval: 200 }).toHaveLength(2);
  });
});
