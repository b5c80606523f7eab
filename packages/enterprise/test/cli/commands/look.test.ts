import { execFileSync } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ask, speak } from '../spoken.ts';
import { Desk } from '../truthound.ts';

describe('list', () => {
  it('lists what is found and what cannot be used, as text and as JSON', async () => {
    await using desk = await Desk.create();
    await desk.plugin('plugins/base');
    await desk.plugin('plugins/top', {
      truthound: { dependencies: { base: '^1.0.0' } },
      description: 'On top',
    });
    const folder = desk.path('plugins');
    expect(await ask(['list', '--plugins', folder])).toEqual({
      exitCode: 0,
      data: {
        plugins: [
          { id: 'base', version: '1.0.0', path: desk.path('plugins/base'), dependencies: [] },
          {
            id: 'top',
            version: '1.0.0',
            description: 'On top',
            path: desk.path('plugins/top'),
            dependencies: ['base'],
          },
        ],
        problems: [],
      },
    });
    await desk.plugin('plugins/lost', { version: 'one' });
    const { exitCode, stdout } = await speak(['list', '--plugins', folder]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^ID +VERSION +NEEDS +FOLDER\nbase +1\.0\.0 +- /);
    expect(stdout).toMatch(/not usable: .*lost\n.*version must be a version as SemVer/);
  });

  it('says so where there is none', async () => {
    await using desk = await Desk.create();
    await desk.write('plugins/.keep', '');
    expect(await speak(['list', '--plugins', desk.path('plugins')])).toMatchObject({
      stdout: 'no plugins\n',
    });
  });
});

describe('info', () => {
  it('shows what a plugin is, needs, asks for and would get', async () => {
    await using desk = await Desk.create();
    await desk.plugin('plugins/base');
    await desk.plugin('plugins/top', {
      truthound: {
        dependencies: { base: '^1.0.0' },
        permissions: { network: true, host: ['kv.get'], reasons: { network: 'fetches rates' } },
      },
    });
    const { data } = await ask(['info', desk.path('plugins/top')]);
    expect(data).toMatchObject({
      id: 'top',
      manifest: { dependencies: { base: { range: '^1.0.0', type: 'required' } } },
      dependents: [],
      claimedSignatures: [],
      policy: 'standard',
      effectivePolicy: { allowNetwork: false },
      denied: [{ permission: 'network', asked: 'the network', reason: 'allowNetwork is false' }],
    });
    const { stdout } = await speak(['info', 'base', '--plugins', desk.path('plugins')]);
    expect(stdout).toMatch(/^base 1\.0\.0\n/);
    expect(stdout).toMatch(/needed by\n {4}top\n/);
  });

  it('shows names of strangers without letting them move the cursor', async () => {
    await using desk = await Desk.create();
    await desk.plugin('plugins/odd', { description: 'red \u001b[31m and back\u202e' });
    const { stdout } = await speak(['info', desk.path('plugins/odd')]);
    expect(stdout).toContain('red \\u001b[31m and back\\u202e');
  });
});

describe('check', () => {
  it('finds everything at once', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('bad', {
      engines: { truthound: 'soon' },
      exports: { '.': './index.js', './csv': { import: './csv.js', default: '../outside.js' } },
      truthound: {
        permissions: {
          network: true,
          subprocess: true,
          read: ['/etc', './data'],
          write: ['/tmp/x'],
          modules: ['net', 'fs'],
        },
      },
    });
    await desk.write('bad/.env', 'SECRET=1');
    await desk.write('bad/native/addon.node', 'x');
    await symlink('/etc/hostname', desk.path('bad/link'));
    const { exitCode, data } = await ask(['check', path]);
    expect(exitCode).toBe(1);
    expect(data).toMatchObject({
      isValid: false,
      id: 'bad',
      version: '1.0.0',
      policy: 'standard',
      path,
      faults: [
        { path: 'engines.truthound' },
        { path: 'exports["./csv"].import', problem: expect.stringContaining('is not there') as string },
        {
          path: 'exports["./csv"].default',
          problem: expect.stringContaining('out of the package') as string,
        },
        { path: 'link', problem: expect.stringContaining('truthound pack') as string },
        { path: 'native/addon.node' },
      ],
      warnings: [{ path: '.env', problem: 'looks like a file of secrets' }],
      denied: [
        { permission: 'network', asked: 'the network', reason: 'allowNetwork is false' },
        { permission: 'subprocess', asked: 'starting processes', reason: 'allowSubprocess is false' },
        { permission: 'read', asked: '/etc', reason: 'it is not in allowedPaths' },
        { permission: 'write', asked: '/tmp/x', reason: 'allowFileWrite is false' },
        { permission: 'modules', asked: 'net', reason: 'it is in blockedModules' },
      ],
      fileCount: 4,
      unsignable: [{ path: 'link' }],
      nativeAddons: ['native/addon.node'],
    });
    const { stdout } = await speak(['check', path]);
    for (const part of [
      '5 faults',
      'engines.truthound is no version range',
      'denied by the policy "standard"',
    ])
      expect(stdout).toContain(part);
  });

  it('finds names that signing refuses, and an entry that is not exported', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('odd', { truthound: { entry: './csv' } });
    await desk.write('odd/aux.js', '');
    const { data } = await ask(['check', path]);
    expect(data).toMatchObject({
      faults: [
        { path: 'exports', problem: 'does not name "./csv", which is the plugin\'s entry' },
        { path: 'aux.js', problem: expect.stringContaining('device on Windows') as string },
      ],
    });
  });

  it('knows "main" and the default entry of packages without exports', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('old', { exports: undefined, main: './lib.js' });
    expect(await ask(['check', path])).toMatchObject({ exitCode: 1, data: { faults: [{ path: 'main' }] } });
    await desk.plugin('old', { exports: undefined });
    expect(await ask(['check', path])).toMatchObject({ exitCode: 0, data: { faults: [] } });
    await desk.plugin('old', { exports: undefined, truthound: { entry: './csv' } });
    expect(await ask(['check', path])).toMatchObject({ data: { faults: [{ path: 'truthound.entry' }] } });
  });

  it('lists the faults of a manifest with their paths, and a file that is no JSON', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('bad', {
      truthound: { permissions: { netwrok: true }, isolation: 'vault' },
    });
    const { data } = await ask(['check', path]);
    expect((data as { faults: { path: string }[] }).faults.map((fault) => fault.path)).toEqual(
      expect.arrayContaining(['truthound.permissions.netwrok', 'truthound.isolation']),
    );
    await desk.write('bad/package.json', '{');
    expect(await speak(['check', path])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is not JSON') as string,
    });
  });

  it('shows sizes, the largest file first', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('big');
    await desk.write('big/table.bin', 'x'.repeat(3 * 1024 * 1024));
    await desk.write('big/small.bin', 'x'.repeat(2048));
    const { stdout } = await speak(['check', path]);
    expect(stdout).toMatch(/3\.0 MiB {2}table\.bin\n +2\.0 KiB {2}small\.bin/);
  });
});

describe('graph', () => {
  it.each([
    ['mermaid', /^(?:flowchart|graph) /],
    ['dot', /^digraph /],
    ['svg', /^<svg /],
  ])('draws as %s', async (format, start) => {
    await using desk = await Desk.create();
    await desk.plugin('plugins/base');
    await desk.plugin('plugins/top', { truthound: { dependencies: { base: '^1.0.0' } } });
    await desk.plugin('plugins/lost', { version: 'one' });
    const args = ['graph', '--plugins', desk.path('plugins'), '--format', format];
    const { stdout, stderr, exitCode } = await speak(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(start);
    expect(stderr).toMatch(/left out: .*lost/);
    expect((await ask(args)).data).toEqual({
      format,
      plugins: ['base', 'top'],
      text: expect.stringMatching(start) as string,
    });
  });
});

describe('docs', () => {
  const code =
    '/** Doubles.\\n * @param {number} n - what */\nexport const twice = (n) => 2 * n;\nthrow new Error("I ran");';

  it.each([
    ['markdown', 'markdown', /^# plain 1\.0\.0\n/],
    ['md', 'markdown', /^# plain 1\.0\.0\n/],
    ['html', 'html', /^<!doctype html>/i],
    ['json', 'json', /^\{\n {2}"id": "plain"/],
  ])('W-75: writes a plugin’s documentation as %s, and runs none of it', async (asked, format, start) => {
    await using desk = await Desk.create();
    const folder = await desk.plugin('plain');
    await desk.write('plain/index.js', code);
    const { stdout, stderr, exitCode } = await speak(['docs', folder, '--format', asked]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(start);
    expect(stdout).toMatch(/twice/);
    const out = desk.path('written/by/docs');
    const answer = await ask(['docs', 'plain', '--plugins', desk.root, '--format', asked, '--out', out]);
    const text = await readFile(out, 'utf8');
    expect(text.trimEnd()).toBe(stdout.trimEnd());
    expect(answer.data).toEqual({ id: 'plain', version: '1.0.0', format, file: out, text });
  });

  it('keeps the cursor of a terminal where it is, and the text of a file as it is', async () => {
    await using desk = await Desk.create();
    const folder = await desk.plugin('plain', { description: 'clears \u001b[2J the screen' });
    expect((await speak(['docs', folder], { isTTY: true })).stdout).not.toContain('\u001b[2J');
    expect((await ask(['docs', folder])).data).toMatchObject({
      text: expect.stringContaining('\u001b') as string,
    });
  });
});

describe('doctor', () => {
  it('tells what a sandbox confirmed, and exits by whether STANDARD holds', async () => {
    const { exitCode, data } = await ask(['doctor']);
    const diagnosis = data as {
      isStandardEnforced: boolean;
      reason?: string;
      unenforced: string[];
      enforcement: Record<string, { status: string }>;
      containers: { name: string; status: string }[];
    };
    const missing = Object.entries(diagnosis.enforcement)
      .filter(([, { status }]) => status === 'partial' || status === 'unavailable')
      .map(([name]) => name);
    expect(diagnosis.unenforced).toEqual(missing);
    expect(diagnosis.isStandardEnforced).toBe(diagnosis.reason === undefined);
    expect(exitCode).toBe(diagnosis.isStandardEnforced ? 0 : 1);
    expect(diagnosis.containers.map(({ name }) => name)).toEqual(['docker', 'podman']);
    const { stdout } = await speak(['doctor'], { isTTY: true });
    for (const name of Object.keys(diagnosis.enforcement)) expect(stdout).toContain(name);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('names every command for %s', async (shell) => {
    const { stdout } = await speak(['completion', shell]);
    for (const name of ['init', 'check', 'run', 'doctor', 'sign', 'trust']) expect(stdout).toContain(name);
    expect(stdout).toMatch(shell === 'fish' ? /-l best-effort/ : /--best-effort/);
  });

  it('completes commands and options in a real bash', async () => {
    const { stdout } = await speak(['completion', 'bash']);
    const complete = (words: string): string =>
      execFileSync(
        'bash',
        [
          '--norc',
          '-c',
          `${stdout}\n${words}; COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _truthound; echo "\${COMPREPLY[@]}"`,
        ],
        {
          encoding: 'utf8',
        },
      ).trim();
    expect(complete('COMP_WORDS=(truthound do)')).toBe('docs doctor');
    expect(complete('COMP_WORDS=(truthound run --uns)')).toBe('--unsigned');
  });
});
