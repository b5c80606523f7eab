import process from 'node:process';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { describeProcessHost } from '../../src/confinement/process-host.ts';
import { listGuestNodes, listGuestUsers } from '../kernel/guest-nodes.ts';
import { GROUPS, listActs, loadAct } from './acts.ts';
import { type HostUser, RUN_LIMIT_MS, type Run, runHost } from './run-host.ts';

vi.setConfig({ hookTimeout: RUN_LIMIT_MS + 10_000 });

const toHostUser = ({ uid }: { readonly uid?: number }): HostUser | undefined =>
  uid === undefined ? undefined : { uid, gid: uid };

const files = listActs();
const acts = await Promise.all(files.map(async (file) => ({ file, ...(await loadAct(file)) })));
/** Every user with every layer, for a machine of its own. */
const isThorough = process.env['TRUTHOUND_TEST_THOROUGH'] === '1';
const isSupported = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');

const hasBubblewrap = (await describeProcessHost().findBubblewrap()) !== undefined;

/** What is attacked by messages alone: neither who the host runs as nor what confines the guest makes a difference. */
const SAME_EVERYWHERE: readonly string[] = ['protocol'];

/** What keeps the guests: their own lockdown for every user, and bubblewrap where there is no other way to the kernel. */
const hosts = listGuestNodes().flatMap((node) => [
  ...listGuestUsers().map((user, index) => ({
    node,
    user,
    by: 'their own lockdown',
    isWrapped: false,
    without: index === 0 ? [] : SAME_EVERYWHERE,
  })),
  ...listGuestUsers()
    .slice(0, isThorough ? undefined : 1)
    .map((user) => ({ node, user, by: 'bubblewrap', isWrapped: true, without: SAME_EVERYWHERE })),
]);

describe.skipIf(!isSupported).each(hosts.filter(({ isWrapped }) => !isWrapped || hasBubblewrap))(
  'a host as $user.name, with guests on Node $node.version confined by $by',
  ({ node, user, isWrapped, without }) => {
    let run: Run;

    beforeAll(async () => {
      run = await runHost(toHostUser(user), { guestNode: node.path, isWrapped, without });
    });

    it('lives through all of it', () => {
      expect(run.end).toMatchObject({ done: true, stderr: '' });
      expect(run.end.uid).toBe(user.uid ?? process.getuid?.());
    });

    describe.each(GROUPS.filter((group) => !without.includes(group)))('%s', (group) => {
      it.each(acts.filter(({ file }) => file.startsWith(`${group}/`)))('$weakness $title', ({ file }) => {
        expect(run.results.get(file)).toEqual({ file, problems: [] });
      });
    });
  },
);

describe.skipIf(!isSupported)('without a sandbox', () => {
  let run: Run;

  beforeAll(async () => {
    run = await runHost(undefined, { proof: true });
  });

  it.each(acts.filter(({ provable }) => provable !== false))('succeeds: $title', ({ file }) => {
    expect(run.results.get(file)).toEqual({ file, problems: [] });
  });
});
