import { beforeAll, describe, expect, it, vi } from 'vitest';
import { GROUPS, listActs, loadAct } from '../hostile/acts.ts';
import { listGuestNodes } from '../kernel/guest-nodes.ts';
import { RUN_LIMIT_MS, type Run, runHost } from '../hostile/run-host.ts';
import { containerRuntimes } from '../support/container-runtimes.ts';

vi.setConfig({ hookTimeout: RUN_LIMIT_MS + 10_000 });

/** Attacked by messages alone: what confines the guest makes no difference, and processes are attacked so. */
const WITHOUT: readonly string[] = ['protocol'];

const acts = await Promise.all(listActs().map(async (file) => ({ file, ...(await loadAct(file)) })));

const places = containerRuntimes.flatMap((runtime) =>
  listGuestNodes().map(({ path, version }) => ({ runtime, path, version })),
);

describe.skipIf(places.length === 0).each(places)(
  'a host with guests on Node $version in containers of $runtime',
  ({ runtime, path }) => {
    let run: Run;

    beforeAll(async () => {
      run = await runHost(undefined, { runtime, guestNode: path, without: WITHOUT });
    });

    it('lives through all of it', () => {
      expect(run.end).toMatchObject({ done: true, stderr: '' });
    });

    describe.each(GROUPS.filter((group) => !WITHOUT.includes(group)))('%s', (group) => {
      it.each(acts.filter(({ file }) => file.startsWith(`${group}/`)))('$weakness $title', ({ file }) => {
        expect(run.results.get(file)).toEqual({ file, problems: [] });
      });
    });
  },
);
