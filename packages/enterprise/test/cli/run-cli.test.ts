import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/cli/exit-code.ts';
import { SIGNING_COMMANDS, isSigningCommand } from '../../src/cli/signing-commands.ts';
import { speak } from './spoken.ts';

describe('help', () => {
  it('lists all commands and exit codes, without an error', async () => {
    const { exitCode, stdout } = await speak(['--help']);
    expect(exitCode).toBe(0);
    for (const name of ['init <name>', 'run <plugin> <export> [args...]', ...Object.keys(SIGNING_COMMANDS)])
      expect(stdout).toContain(name);
    expect(stdout).toContain('2 wrong usage');
  });

  it.each([
    'init',
    'check',
    'pack',
    'list',
    'info',
    'graph',
    'docs',
    'run',
    'dev',
    'top',
    'doctor',
    'lock',
    'audit',
    'completion',
  ])('shows examples and --json for %s', async (name) => {
    const { exitCode, stdout } = await speak([name, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/--json .*answer in JSON/);
    expect(stdout).toMatch(/Examples:\n {2}\$ \S/);
  });

  it('is wrong usage to give no command, and help is what comes', async () => {
    const { exitCode, stderr } = await speak([]);
    expect(exitCode).toBe(ExitCode.usage);
    expect(stderr).toContain('Commands:');
  });

  it('tells its version', async () => {
    expect((await speak(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('documentation', () => {
  it('gives the exit codes that the program has (W-76)', async () => {
    const page = await readFile(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    expect(documented).toEqual(Object.values(ExitCode));
  });

  it.each([...Object.keys(SIGNING_COMMANDS), 'init', 'dev', 'top', 'lock', 'audit'])(
    'describes %s',
    async (name) => {
      const page = await readFile(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');
      expect(page).toContain(`truthound ${name}`);
    },
  );
});

describe('signing commands', () => {
  it('are told from others by their first word alone', () => {
    expect(isSigningCommand(['sign', 'x'])).toBe(true);
    expect(isSigningCommand(['check', 'sign'])).toBe(false);
    expect(isSigningCommand(['toString'])).toBe(false);
    expect(isSigningCommand([])).toBe(false);
  });
});
