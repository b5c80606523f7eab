/** `scanEntrypoints`, with packages that npm has packed and installed into the host's node_modules. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LifecycleState, ManifestError } from '@truthound/protocols';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { manage } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

const execute = promisify(execFile);
// On Windows, npm is a script.
const shell = process.platform === 'win32';
const run = (file: string, args: readonly string[], cwd: string): Promise<{ readonly stdout: string }> =>
  execute(file, [...args], { cwd, shell });

let workshop: Workshop;
let hostRoot: string;

/** Answers the tarball's path. */
async function pack(id: string): Promise<string> {
  const { stdout } = await run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', workshop.root],
    workshop.pluginPath(id),
  );
  return join(workshop.root, stdout.trim());
}

const install = (...tarballs: readonly string[]): Promise<unknown> =>
  run(
    'npm',
    ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...tarballs],
    hostRoot,
  );

beforeAll(async () => {
  workshop = await Workshop.create();
  hostRoot = join(workshop.root, 'host');
  await mkdir(hostRoot);
  await writeFile(join(hostRoot, 'package.json'), JSON.stringify({ name: 'host', private: true }));
  // A host that only depends on a plugin by way of another package has not chosen it.
  await workshop.plugin('further-down');
  await workshop.plugin('library', {
    sign: false,
    packageJson: {
      truthound: undefined,
      dependencies: { 'further-down': `file:${await pack('further-down')}` },
    },
  });
  await workshop.plugin('scoped', {
    packageJson: { name: '@acme/scoped', exports: { '.': './index.js' } },
    code: 'export const ping = () => "pong of a package";',
  });
  await workshop.plugin('broken', { sign: false, manifest: { permissions: { everything: true } } });
  await install(await pack('library'), await pack('scoped'), await pack('broken'));
}, 240_000);

afterAll(() => workshop[Symbol.asyncDispose]());

describe('scanEntrypoints', { timeout: 120_000 }, () => {
  it('finds the plugins among the host’s own dependencies, verifies and runs them', async () => {
    await using manager = await manage(workshop, { pluginDirs: [], scanEntrypoints: true, hostRoot });
    expect(manager.listPlugins().map(({ id, path }) => [id, path])).toEqual([
      ['@acme/scoped', join(hostRoot, 'node_modules/@acme/scoped')],
    ]);
    const handle = await manager.load<{ ping(): string }>('@acme/scoped');
    expect(await handle.call('ping')).toBe('pong of a package');
    expect(handle.verification?.verdict).toBe('verified');
    expect(handle.state).toBe(LifecycleState.ACTIVE);
  });

  it('tells of a dependency that says it is a plugin and cannot be used', async () => {
    await using manager = await manage(workshop, { pluginDirs: [], scanEntrypoints: true, hostRoot });
    const [problem, ...others] = manager.discoveryProblems;
    expect(others).toEqual([]);
    expect(problem?.path).toBe(join(hostRoot, 'node_modules/broken'));
    expect(problem?.error).toBeInstanceOf(ManifestError);
    expect(problem?.error.message).toMatch(/permissions\.everything/);
  });

  it('refuses a folder and a dependency of one id, and looks at no dependency when it is off', async () => {
    await using both = await manage(workshop, { scanEntrypoints: true, hostRoot });
    expect(both.listPlugins().map(({ id }) => id)).toEqual(['further-down']);
    expect(both.discoveryProblems.map(({ error }) => error.message).join()).toMatch(/@acme\/scoped" is also/);
    await using off = await manage(workshop, { pluginDirs: [], hostRoot });
    expect(off.listPlugins()).toEqual([]);
  });
});
