import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { describeProcessHost } from '../../src/confinement/process-host.ts';
import { listGuestNodes, listGuestUsers } from '../kernel/guest-nodes.ts';
import { GROUPS, listActs, loadAct } from './acts.ts';
import type { ActResult, RunRequest } from './run-acts.ts';
import { LEAKED_DESCRIPTOR, SECRET } from './scene.ts';

// All acts run in one go, on machines that may be busy.
const RUN_LIMIT_MS = 300_000;
vi.setConfig({ hookTimeout: RUN_LIMIT_MS + 10_000 });

const files = listActs();
const acts = await Promise.all(files.map(async (file) => ({ file, ...(await loadAct(file)) })));
/** Every user with every layer, for a machine of its own. */
const isThorough = process.env['TRUTHOUND_TEST_THOROUGH'] === '1';
const isSupported = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');

const hasBubblewrap = (await describeProcessHost().findBubblewrap()) !== undefined;

interface Run {
  readonly results: ReadonlyMap<string, ActResult>;
  readonly end: {
    readonly done?: true;
    readonly uid?: number;
    readonly signal?: string;
    readonly stderr: string;
  };
}

/** Runs the host under attack, with a descriptor open that it does not know of. */
async function runHost(uid: number | undefined, request: RunRequest): Promise<Run> {
  const secretFile = join(fs.mkdtempSync(join(os.tmpdir(), 'leaked-')), 'secret.txt');
  fs.writeFileSync(secretFile, SECRET);
  const descriptor = fs.openSync(secretFile, 'r');
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  for (let index = 3; index < LEAKED_DESCRIPTOR; index += 1) stdio.push('ignore');
  const host = spawn(
    process.execPath,
    [
      '--conditions=@truthound/source',
      '--no-warnings',
      fileURLToPath(new URL('run-acts.ts', import.meta.url)),
      JSON.stringify(request),
    ],
    {
      stdio: [...stdio, descriptor],
      timeout: RUN_LIMIT_MS,
      killSignal: 'SIGKILL',
      env: { PATH: process.env['PATH'], HOST_SECRET: SECRET },
      ...(uid === undefined ? {} : { uid, gid: uid, cwd: '/' }),
    },
  );
  fs.closeSync(descriptor);
  let stdout = '';
  let stderr = '';
  host.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  host.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [, signal] = (await once(host, 'close')) as [number | null, string | null];
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ActResult & { readonly done?: true });
  const end = lines.find(({ done }) => done === true) as { done: true; uid: number } | undefined;
  return {
    results: new Map(lines.map((line) => [line.file, line])),
    end: { ...end, ...(signal === null ? {} : { signal }), stderr },
  };
}

/** What keeps the guests: their own lockdown for every user, and bubblewrap where there is no other way to the kernel. */
const hosts = listGuestNodes().flatMap((node) => [
  ...listGuestUsers().map((user) => ({ node, user, by: 'their own lockdown', isWrapped: false })),
  ...listGuestUsers()
    .slice(0, isThorough ? undefined : 1)
    .map((user) => ({ node, user, by: 'bubblewrap', isWrapped: true })),
]);

describe.skipIf(!isSupported).each(hosts.filter(({ isWrapped }) => !isWrapped || hasBubblewrap))(
  'a host as $user.name, with guests on Node $node.version confined by $by',
  ({ node, user, isWrapped }) => {
    let run: Run;

    beforeAll(async () => {
      run = await runHost(user.uid, { guestNode: node.path, isWrapped });
    });

    it('lives through all of it', () => {
      expect(run.end).toMatchObject({ done: true, stderr: '' });
      expect(run.end.uid).toBe(user.uid ?? process.getuid?.());
    });

    describe.each(GROUPS)('%s', (group) => {
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
