/**
 * Podman without root, as the user that TRUTHOUND_ROOTLESS_USER names: one with subordinate ids
 * (/etc/subuid) and a home of its own. `.ci/container-engines` makes one.
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { RUN_LIMIT_MS, type HostUser, runHost } from '../hostile/run-host.ts';
import type { RootlessAnswer } from '../support/rootless-host.ts';

vi.setConfig({ testTimeout: RUN_LIMIT_MS + 10_000 });

function findUser(): HostUser | undefined {
  const name = process.env['TRUTHOUND_ROOTLESS_USER'];
  if (name === undefined || process.getuid?.() !== 0) return undefined;
  const [, , uid, gid, , home = '/'] = execFileSync('getent', ['passwd', name], { encoding: 'utf8' }).split(
    ':',
  );
  return { uid: Number(uid), gid: Number(gid), env: { HOME: home, XDG_RUNTIME_DIR: `${home}/run` } };
}

const user = findUser();

/** Of what is the container's own; what is the guest's own lockdown is attacked everywhere else. */
const GROUPS: readonly string[] =
  process.env['TRUTHOUND_TEST_THOROUGH'] === '1'
    ? ['files', 'network', 'processes', 'resources']
    : ['network', 'processes'];

describe.skipIf(user === undefined)('Podman without root', () => {
  it('runs guests, and says what of a policy it cannot keep', () => {
    const { env = {}, ...ids } = user ?? {};
    const script = new URL('../support/rootless-host.ts', import.meta.url).pathname;
    const text = execFileSync(process.execPath, ['--conditions=@truthound/source', '--no-warnings', script], {
      ...ids,
      cwd: '/',
      encoding: 'utf8',
      env: { ...guestEnvironment(), ...env },
    });
    const told = JSON.parse(text) as RootlessAnswer;
    expect(told).toMatchObject({ isUsable: true, answer: 42 });
    // With version 1 of cgroups an ordinary user's engine can limit nothing by them.
    expect(told.refusal === undefined).toBe(told.missing.length === 0);
    expect(told.missing.filter((name) => !told.refusal?.includes(name))).toEqual([]);
  });

  it.each(GROUPS)('keeps what its report says against every act of %s', async (group) => {
    const run = await runHost(user, { runtime: 'podman', only: `${group}/`, isCpuUnlimited: true });
    expect(run.end).toMatchObject({ done: true, stderr: '' });
    expect([...run.results.values()].filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(run.results.size).toBeGreaterThan(5);
  });
});

function guestEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TRUTHOUND_SOURCE_GUEST } = process.env;
  return { PATH, TRUTHOUND_SOURCE_GUEST };
}
