import { existsSync } from 'node:fs';
import { readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ask, speak } from '../spoken.ts';
import { Desk } from '../truthound.ts';

const LENIENT = ['--unsigned', '--best-effort'];

describe('init', () => {
  it('makes a plugin with a scoped name where it is told to, once', async () => {
    await using desk = await Desk.create();
    const args = ['init', '@acme/csv', '--dir', desk.path('csv')];
    const { data } = await ask(args);
    expect(data).toEqual({
      name: '@acme/csv',
      path: desk.path('csv'),
      files: [
        'package.json',
        'tsconfig.json',
        'src/index.ts',
        'test/index.test.ts',
        'README.md',
        '.gitignore',
      ],
    });
    expect(await speak(args)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is not empty') as string,
    });
  });
});

describe('pack', () => {
  it('brings the npm dependencies along, two versions of one included, and no more than is needed', async () => {
    await using desk = await Desk.create();
    const source = await desk.plugin('plugin', {
      files: ['index.js', 'data/*.json'],
      dependencies: { a: '1.0.0', b: '1.0.0' },
      optionalDependencies: { nowhere: '1.0.0' },
      peerDependencies: { nobody: '1.0.0' },
      peerDependenciesMeta: { nobody: { optional: true } },
      devDependencies: { builder: '1.0.0' },
    });
    const pkg = (folder: string, content: object): Promise<string> =>
      desk.write(`${folder}/package.json`, { version: '1.0.0', ...content });
    await pkg('plugin/node_modules/a', { name: 'a' });
    await pkg('plugin/node_modules/b', { name: 'b', dependencies: { a: '2.0.0' } });
    await pkg('plugin/node_modules/b/node_modules/a', { name: 'a', version: '2.0.0' });
    await pkg('plugin/node_modules/builder', { name: 'builder' });
    await desk.write('plugin/node_modules/a/index.d.ts', '');
    await desk.write('plugin/data/table.json', '{}');
    await desk.write('plugin/secret.txt', '');
    await desk.write('plugin/test/index.test.js', '');
    const { data } = await ask(['pack', source, '--out', desk.path('plugin/out/plugin')]);
    expect(data).toMatchObject({
      id: 'plugin',
      faults: [],
      packages: [
        { name: 'plugin', path: '' },
        { name: 'a', version: '1.0.0', path: 'node_modules/a' },
        { name: 'b', version: '1.0.0', path: 'node_modules/b' },
        { name: 'a', version: '2.0.0', path: 'node_modules/b/node_modules/a' },
      ],
    });
    expect((await readdir(desk.path('plugin/out/plugin'), { recursive: true })).sort()).toEqual([
      'data',
      'data/table.json',
      'index.js',
      'node_modules',
      'node_modules/a',
      'node_modules/a/package.json',
      'node_modules/b',
      'node_modules/b/node_modules',
      'node_modules/b/node_modules/a',
      'node_modules/b/node_modules/a/package.json',
      'node_modules/b/package.json',
      'package.json',
    ]);
  });

  it('refuses a link that leads out of the package, and leaves nothing behind', async () => {
    await using desk = await Desk.create();
    const source = await desk.plugin('plugin');
    await desk.write('stranger.txt', 'a secret');
    await symlink(desk.path('stranger.txt'), desk.path('plugin/data.txt'));
    const { exitCode, stderr } = await speak(['pack', source, '--out', desk.path('out')]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/data\.txt is a link that leaves its package, to .*stranger\.txt/);
    expect(existsSync(desk.path('out'))).toBe(false);
  });

  it('puts real files in the place of links inside the package, and tells of faults that stay', async () => {
    await using desk = await Desk.create();
    const source = await desk.plugin('plugin', { exports: { '.': './index.js', './more': './more.js' } });
    await symlink('index.js', desk.path('plugin/alias.js'));
    const { exitCode, stdout, stderr } = await speak(['pack', source, '--out', desk.path('out')]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('0 npm packages');
    expect(await readFile(desk.path('out/alias.js'), 'utf8')).toContain('greet');
    expect(stderr).toContain('the packed plugin has faults');
  });

  it('refuses what is no plugin', async () => {
    await using desk = await Desk.create();
    const source = await desk.plugin('plugin', { truthound: { isolation: 'vault' } });
    expect(await speak(['pack', source, '--out', desk.path('out')])).toMatchObject({ exitCode: 1 });
  });
});

describe('run', () => {
  it('prints texts as they are, other values as Node shows them, streams item by item', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('plugins/values');
    await desk.write(
      'plugins/values/index.js',
      `export const text = () => 'line\\u001b[31m';
       export const map = () => new Map([['a', 1n]]);
       export async function* stream() { yield 1; yield { two: new Set([2]) }; }
       export const nothing = () => undefined;`,
    );
    const say = async (name: string, ...more: string[]): Promise<string> =>
      (await speak(['run', path, name, ...LENIENT, ...more])).stdout;
    expect(await say('text')).toBe('line\\u001b[31m\n');
    expect(await say('map')).toBe("Map(1) { 'a' => 1n }\n");
    expect(JSON.parse(await say('map', '--json'))).toEqual({ result: [['a', '1']] });
    expect(await say('stream')).toBe('1\n{ two: Set(1) { 2 } }\n');
    expect(await say('stream', '--json')).toBe('{"item":1}\n{"item":{"two":[2]}}\n');
    expect(JSON.parse(await say('nothing', '--json'))).toEqual({ result: null });
  });

  it('loads what the plugin depends on, offers it "log", and shows logs and denied acts on standard error', async () => {
    await using desk = await Desk.create();
    await desk.plugin('plugins/base');
    const path = await desk.plugin('plugins/top', {
      truthound: { dependencies: { base: '^1.0.0' }, permissions: { host: ['log'] } },
    });
    await desk.write(
      'plugins/top/index.js',
      `let plugin;
       export const activate = (context) => { plugin = context; };
       export async function work() {
         console.log('working');
         await plugin.host.log('told the host');
         await import('node:child_process').catch(() => undefined);
         return plugin.plugins.base.call('greet', 'Ada');
       }`,
    );
    const { exitCode, stdout, stderr } = await speak(['run', path, 'work', ...LENIENT]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Hello, Ada!\n' });
    for (const part of [
      'signatures are not asked for',
      'working',
      '[host] told the host',
      'denied',
      'child_process',
    ])
      expect(stderr).toContain(part);
  });

  it('ends a call that is interrupted with exit code 130', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('plugins/slow');
    await desk.write(
      'plugins/slow/index.js',
      'export async function* wait() { yield "started"; await new Promise(() => setInterval(() => {}, 1000)); }',
    );
    const interrupt = new AbortController();
    const { exitCode, stdout } = await speak(['run', path, 'wait', ...LENIENT], {
      signal: interrupt.signal,
      onOutput: () => {
        interrupt.abort(new Error('stopped by SIGINT'));
      },
    });
    expect(stdout).toBe('started\n');
    expect(exitCode).toBe(130);
  });

  it('keeps nothing from one call to the next, and takes the folders of plugins from the command line (W-76)', async () => {
    await using desk = await Desk.create();
    await desk.plugin('elsewhere/counter');
    await desk.write('elsewhere/counter/index.js', 'let n = 0; export const count = () => ++n;');
    const args = ['run', 'counter', 'count', '--plugins', desk.path('elsewhere'), ...LENIENT];
    expect((await speak(args)).stdout).toBe('1\n');
    expect((await speak(args)).stdout).toBe('1\n');
  });
});

describe('dev', () => {
  it('tells each event as one line of JSON, also a call that fails', async () => {
    await using desk = await Desk.create();
    const path = await desk.plugin('plugins/hello');
    const entry = desk.path('plugins/hello/index.js');
    const interrupt = new AbortController();
    const steps: readonly (readonly [after: string, act: () => void])[] = [
      [
        '"answer"',
        () => void writeFile(entry, 'export const greet = () => { throw new Error("no paper"); };'),
      ],
      ['"call-failed"', () => void writeFile(entry, 'export const greet = (')],
      [
        '"not-reloaded"',
        () => {
          interrupt.abort();
        },
      ],
    ];
    let next = 0;
    const { exitCode, stdout } = await speak(['dev', path, 'greet', '"Ada"', '--json'], {
      signal: interrupt.signal,
      onOutput: (text) => {
        const step = steps[next];
        if (step === undefined || !text.includes(step[0])) return;
        next += 1;
        step[1]();
      },
    });
    expect(exitCode).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; detail: string });
    expect(events.map(({ event }) => event)).toEqual([
      'loaded',
      'answer',
      'reloaded',
      'call-failed',
      'not-reloaded',
      'stopped',
    ]);
    expect(events[1]?.detail).toBe('Hello, Ada!');
    expect(events[3]?.detail).toContain('no paper');
    expect(events[4]?.detail).toContain('SyntaxError');
  });
});

describe('top', () => {
  it('shows what each plugin uses, look by look', async () => {
    await using desk = await Desk.create();
    await desk.plugin('plugins/hello');
    await desk.plugin('plugins/broken');
    await desk.write('plugins/broken/index.js', 'throw new Error("broken at the top")');
    const args = ['top', '--plugins', desk.path('plugins'), ...LENIENT, '--interval', '0.01', '--count', '2'];
    const json = await speak([...args, '--json']);
    expect(json.exitCode).toBe(1);
    const looks = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(looks).toHaveLength(2);
    expect(looks[0]).toMatchObject({
      plugins: [
        { id: 'broken', state: 'error' },
        { id: 'hello', state: 'active', usage: { calls: 0, violations: 0 } },
      ],
    });
    const text = await speak(args, { isTTY: true });
    expect(text.stdout).toMatch(/ID +STATE +MEMORY MB[^\n]*\nbroken +error +- [^\n]*\nhello +active +\d/);
    expect(text.stderr).toMatch(/not loaded: broken: .*broken at the top/);
    // A live table starts the screen anew, and work is shown while it goes on.
    expect(text.stdout).toContain('\u001b[H\u001b[J');
    expect(text.stderr).toContain('loading …');
  });

  it('ends with Ctrl-C', async () => {
    await using desk = await Desk.create();
    await desk.plugin('plugins/hello');
    const interrupt = new AbortController();
    const finished = await speak(
      ['top', '--plugins', desk.path('plugins'), ...LENIENT, '--interval', '3600'],
      {
        signal: interrupt.signal,
        onOutput: () => {
          interrupt.abort();
        },
      },
    );
    expect(finished.exitCode).toBe(0);
  });
});
