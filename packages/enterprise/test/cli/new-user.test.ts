import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { TerminalSession, hasTmux } from './terminal-session.ts';
import { COMMAND, Desk, type Finished, canRunSources } from './truthound.ts';

function expectDone({ exitCode, stdout, stderr }: Finished): string {
  expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0 });
  return stdout;
}

describe.runIf(canRunSources)('a new user (skipped where Node cannot run the sources)', () => {
  it('gets a plugin whose tests pass as generated, and which loads (W-77)', async () => {
    await using desk = await Desk.create();
    expectDone(await desk.truthound('init', 'hello', '--dir', 'plugins/hello'));
    const tested = await desk.run(
      [process.execPath, '--test', 'test/**/*.test.ts'],
      desk.path('plugins/hello'),
    );
    expect(expectDone(tested)).toMatch(/pass 1\b/);
    const packageJson = JSON.parse(await readFile(desk.path('plugins/hello/package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(packageJson.scripts['test']).toBe('node --test "test/**/*.test.ts"');
    expectDone(await desk.truthound('check', 'plugins/hello'));
    const answer = await desk.truthound(
      'run',
      'hello',
      'greet',
      '{"name":"Ada","language":"de"}',
      '--unsigned',
      '--best-effort',
    );
    expect(expectDone(answer)).toBe('Hallo, Ada!\n');
  });

  it.skipIf(hasTmux)(
    'packs, signs, trusts, verifies, runs and draws (with tmux: real-terminal.test.ts)',
    async () => {
      await using desk = await Desk.create();
      expectDone(await desk.truthound('init', 'hello'));
      expectDone(await desk.truthound('pack', 'hello', '--out', 'plugins/hello'));
      expectDone(await desk.truthound('keygen', '--out', 'signing.key'));
      expectDone(await desk.truthound('sign', 'plugins/hello', '--signer', 'ada', '--key', 'signing.key'));
      const trust = ['--store', 'trust.json', '--public-key', 'signing.key.pub', '--signer', 'ada'];
      expectDone(await desk.truthound('trust', 'add', ...trust));
      const verified = await desk.truthound('verify', 'plugins/hello', '--store', 'trust.json');
      expect(expectDone(verified)).toMatch(/^valid \(verified\)/);
      const call = [
        'run',
        'plugins/hello',
        'greet',
        '{"name":"Ada"}',
        '--store',
        'trust.json',
        '--best-effort',
      ];
      expect(expectDone(await desk.truthound(...call))).toBe('Hello, Ada!\n');
      expectDone(await desk.truthound('graph', '--svg', '--out', 'graph.svg'));
      expect(await readFile(desk.path('graph.svg'), 'utf8')).toMatch(/^<svg .*hello/s);

      await writeFile(desk.path('plugins/hello/src/index.ts'), 'export const greet = () => "changed";\n');
      const changed = await desk.truthound(...call);
      expect(changed).toMatchObject({ exitCode: 1, stdout: '' });
      expect(changed.stderr).toContain('src/index.ts');
    },
  );

  it.runIf(hasTmux).each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
  ])('sees colours in a terminal unless %o says otherwise', async (env, isColored) => {
    await using desk = await Desk.create();
    await desk.plugin('plain');
    const options = { cwd: desk.root, home: desk.root, env };
    using session = new TerminalSession([...COMMAND, 'check', 'plain'], options);
    await session.shows('exit code 0');
    expect(session.screen()).toContain('plain 1.0.0  ok: it can be signed and loaded');
    expect(session.screen({ colors: true }).includes('\u001b[')).toBe(isColored);
  });
});
