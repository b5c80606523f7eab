import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ask, speak } from '../spoken.ts';
import { Desk } from '../truthound.ts';

describe('lock', () => {
  it('records what is installed, and refuses drift from it', async () => {
    await using desk = await Desk.create();
    await desk.plugin('plugins/hello');
    const args = ['lock', '--plugins', desk.path('plugins'), '--lock', desk.path('my.lock'), '--unsigned'];
    const written = await ask(args);
    expect(written).toMatchObject({
      exitCode: 0,
      data: {
        file: desk.path('my.lock'),
        lock: { formatVersion: 1, plugins: { hello: { version: '1.0.0', signers: [] } } },
      },
    });
    expect(JSON.parse(await readFile(desk.path('my.lock'), 'utf8'))).toEqual(
      (written.data as { lock: object }).lock,
    );
    expect((await speak(args)).stdout).toMatch(
      /^wrote .*my\.lock\nID +VERSION +DIGEST +SIGNED BY\nhello +1\.0\.0 /,
    );
    expect(await ask([...args, '--frozen'])).toEqual({ exitCode: 0, data: { isAsLocked: true, drifts: [] } });

    await desk.plugin('plugins/hello', { version: '1.1.0' });
    await desk.plugin('plugins/new');
    const { exitCode, stdout } = await speak([...args, '--frozen']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('hello\n  its version is 1.1.0, and 1.0.0 is locked');
    expect(stdout).toContain('new\n  it is not in the lock file');
    expect(stdout).toContain('lock again without --frozen');
  });

  it('refuses to lock nothing, and what is not signed', async () => {
    await using desk = await Desk.create();
    await desk.write('plugins/.keep', '');
    const args = ['lock', '--plugins', desk.path('plugins'), '--lock', desk.path('my.lock')];
    expect(await speak(args)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no plugins to lock') as string,
    });
    await desk.plugin('plugins/hello');
    const { exitCode, stderr } = await speak(args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/plugin "hello" cannot be locked: .*not signed/);
    await desk.plugin('plugins/other');
    const both = await speak(args);
    expect(both.exitCode).toBe(1);
    for (const id of ['hello', 'other']) expect(both.stderr).toContain(`plugin "${id}" cannot be locked`);
  });

  it('lets "run --frozen" run what is recorded, and nothing else', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('plugins/hello');
    const lock = ['--lock', desk.path('my.lock'), '--unsigned'];
    await speak(['lock', '--plugins', desk.path('plugins'), ...lock]);
    const run = ['run', path, 'greet', '"Ada"', '--frozen', '--best-effort', ...lock];
    expect(await speak(run)).toMatchObject({ exitCode: 0, stdout: 'Hello, Ada!\n' });
    await desk.write('plugins/hello/index.js', 'export const greet = () => "changed";');
    expect(await ask(run)).toMatchObject({ exitCode: 1, data: { error: { code: 'ERR_LOCK_DRIFT' } } });
  });
});

describe('audit', () => {
  it('shows what was recorded, and proves that it is whole', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('plugins/hello');
    const file = desk.path('audit.jsonl');
    const run = ['run', path, 'greet', '"Ada"', '--unsigned', '--best-effort', '--audit', file];
    expect((await speak(run)).exitCode).toBe(0);
    const { exitCode, data } = await ask(['audit', file, '--event', 'loaded']);
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ file, isIntact: true, shown: [{ event: 'loaded', pluginId: 'hello' }] });
    const { entries, head } = data as { entries: number; head: string };
    expect((await ask(['audit', file, '--plugin', 'nobody'])).data).toMatchObject({ entries, shown: [] });
    expect((await ask(['audit', file, '--last', '1'])).data).toMatchObject({
      shown: [{ sequence: entries }],
    });
    const { stdout } = await speak(['audit', file, '--head', head]);
    expect(stdout).toContain(`intact: ${entries} entries, head ${head}\nNO  AT `);

    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, lines.slice(0, -2).concat('').join('\n'));
    expect(await ask(['audit', file, '--head', head])).toMatchObject({
      exitCode: 1,
      data: { isIntact: false },
    });
    await writeFile(file, lines.join('\n').replace('hello', 'hallo'));
    const broken = await speak(['audit', file]);
    expect(broken.exitCode).toBe(1);
    expect(broken.stdout).toMatch(/^NOT INTACT from line 1 on: .*changed\n$/);
  });
});
