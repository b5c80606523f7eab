/** The way from an empty folder to a running plugin, typed into a real terminal. The screens of the documentation come from here. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasTmux } from './terminal-session.ts';
import { Desk, canRunSources } from './truthound.ts';
import { UserShell } from './user-shell.ts';

const screenFile = (name: string): string =>
  fileURLToPath(new URL(`../../../../docs/screens/${name}.txt`, import.meta.url));

describe.runIf(hasTmux && canRunSources)('in a real terminal (skipped without tmux), a new user', () => {
  it('makes, tests, checks, ships, verifies, runs and draws a plugin', { timeout: 240_000 }, async () => {
    await using desk = await Desk.create();
    using shell = await UserShell.open(desk);
    const done = async (line: string): Promise<string> => {
      const { exitCode, screen } = await shell.run(line);
      expect({ exitCode, screen }).toMatchObject({ exitCode: 0 });
      return screen;
    };
    await expect(await done('truthound init hello')).toMatchFileSnapshot(screenFile('init'));
    const tested = await done('cd hello && npm test; cd ..');
    expect(tested).toMatch(/pass 1$/m);
    expect(tested).toMatch(/fail 0$/m);
    await expect(await done('truthound check hello')).toMatchFileSnapshot(screenFile('check'));
    await done('truthound pack hello --out plugins/hello');
    await done('truthound keygen --out signing.key');
    await expect(
      await done('truthound sign plugins/hello --signer ada --key signing.key'),
    ).toMatchFileSnapshot(screenFile('sign'));
    await done('truthound trust add --store trust.json --public-key signing.key.pub --signer ada');
    await expect(await done('truthound verify plugins/hello --store trust.json')).toMatchFileSnapshot(
      screenFile('verify'),
    );
    const call = `truthound run plugins/hello greet '{"name":"Ada"}' --store trust.json --best-effort`;
    expect(await done(call)).toMatch(/^Hello, Ada!$/m);
    await done('truthound graph --svg --out graph.svg');
    expect(await readFile(desk.path('graph.svg'), 'utf8')).toMatch(/^<svg .*hello/s);

    // What was signed is what runs: after an edit, nothing does.
    await writeFile(desk.path('plugins/hello/src/index.ts'), 'export const greet = () => "changed";\n');
    const changed = await shell.run(call);
    expect(changed.exitCode).toBe(1);
    expect(changed.screen).toContain('src/index.ts');
    expect(changed.screen).not.toMatch(/^changed$/m);
    await expect(changed.screen).toMatchFileSnapshot(screenFile('run-after-an-edit'));
  });

  it('works on a plugin with dev: an edit, a fault, and its mending', { timeout: 120_000 }, async () => {
    await using desk = await Desk.create();
    using shell = await UserShell.open(desk);
    await shell.run('truthound init hello');
    const entry = desk.path('hello/src/index.ts');
    const code = await readFile(entry, 'utf8');
    shell.start(`truthound dev hello greet '{"name":"Ada"}'`);
    await shell.shows('answer hello Hello, Ada!');
    await writeFile(entry, code.replace("en: 'Hello'", "en: 'Welcome'"));
    await shell.shows('answer hello Welcome, Ada!');
    await writeFile(entry, "throw new Error('not done yet');\n");
    await shell.shows('the version before serves on');
    await writeFile(entry, code.replace("en: 'Hello'", "en: 'Good day'"));
    await shell.shows('answer hello Good day, Ada!');
    // Colours, as it is a terminal.
    expect(shell.colors).toContain('\u001b[');
    shell.press('C-c');
    await shell.shows(/\[0\] \$\s*$/);
    await expect(shell.screen).toMatchFileSnapshot(screenFile('dev'));
  });

  it(
    'watches plugins with top, asks doctor, and completes with the tab key',
    { timeout: 120_000 },
    async () => {
      await using desk = await Desk.create();
      await desk.plugin('plugins/first');
      await desk.plugin('plugins/second');
      using shell = await UserShell.open(desk);
      shell.start('truthound top --unsigned --best-effort --interval 0.2');
      await shell.shows(/ID +STATE +MEMORY MB.*\nfirst +active +\d.*\nsecond +active +\d/s);
      shell.press('C-c');
      await shell.shows(/\[0\] \$\s*$/);

      const { exitCode, screen } = await shell.run('truthound doctor');
      expect(screen).toMatch(/the policy STANDARD is (not )?enforced on this machine/);
      expect(exitCode).toBe(screen.includes('STANDARD is enforced') ? 0 : 1);
      expect(screen).toMatch(/^network +\S+ by /m);

      shell.start('bash --norc --noprofile -i');
      await shell.shows(/--noprofile -i\n\[0\] \$/);
      shell.type('source <(truthound completion bash)');
      shell.press('Enter');
      shell.type('truthound comp');
      shell.press('Tab');
      await shell.shows('truthound completion ');
    },
  );
});
