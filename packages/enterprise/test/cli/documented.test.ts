/** The tables of docs/cli.md, held against the program: every command, every exit code, every field of every answer. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { isSigningCommand } from '../../src/cli/signing-commands.ts';
import { ask } from './spoken.ts';
import { Desk, canRunSources } from './truthound.ts';

const PAGE = await readFile(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');

/** The rows of the section's table of commands, by their first cell. */
function tableOf(heading: string): ReadonlyMap<string, readonly string[]> {
  const section = PAGE.slice(PAGE.indexOf(`## ${heading}`)).split(/\n## /)[0] ?? '';
  const rows = section.slice(section.indexOf('| Command ')).split('\n');
  return new Map(
    rows
      .filter((line) => line.startsWith('| `'))
      .map((line) => {
        const [, name = '', ...cells] = line.split('|').map((cell) => cell.trim());
        return [name.replaceAll('`', ''), cells.slice(0, -1)] as const;
      }),
  );
}

const EXIT_CODES = tableOf('Exit codes');
const ANSWERS = tableOf('JSON');

/** Exit codes that the page gives a command, without 130, which belongs to how a command is run. */
function documentedCodes(command: string): ReadonlySet<number> {
  const [one = '', three = ''] = EXIT_CODES.get(command) ?? [];
  return new Set([0, 2, ...(one === '' ? [] : [1]), ...(three === '' ? [] : [3])]);
}

interface Shape {
  readonly required: readonly string[];
  /** `undefined`: any. */
  readonly known: readonly string[] | undefined;
}

/** The shapes in a cell: texts such as `{ a, b?: [{ c }] }`, top-level names only. */
function shapesOf(command: string): readonly Shape[] {
  const [cell = ''] = ANSWERS.get(command) ?? [];
  return [...cell.matchAll(/`\{ ([^`]*) \}`/g)].map(([, inside = '']) => {
    const names = inside.replaceAll(/: \[[^\]]*\]/g, '').split(', ');
    return {
      required: names.filter((name) => !name.endsWith('?')),
      known: names.map((name) => name.replace(/\?$/, '')),
    };
  });
}

/** Errors have more fields, each its own. */
const ERROR: Shape = { required: ['name', 'message'], known: undefined };

const fits = (value: object, { required, known }: Shape): boolean =>
  required.every((name) => name in value) &&
  (known === undefined || Object.keys(value).every((name) => known.includes(name)));

const TRUST_COMMANDS = [
  'add',
  'list',
  'revoke',
  'import',
  'sign-revocations',
  'sign-rotation',
  'sign-root',
  'cosign',
  'pin-root',
];

const HMAC = ['--algorithm', 'HMAC_SHA256'];
const LATER = '2099-01-01T00:00:00Z';
const LIST = ['--version', '1', '--next-update', LATER];
const ROOT = ['--version', '1', '--threshold', '1', '--expires', LATER, '--root-key', 'key.pub'];
const RUN = ['--best-effort', '--store', 'trust.json'];

/** Invocations in the order they are run, each on what the ones before left. `check` and the like run in this process. */
const INVOCATIONS: readonly (readonly [command: string, args: readonly string[], exitCode: number])[] = [
  ['init', ['hello'], 0],
  ['init', ['hello'], 1],
  ['init', ['Not A Name'], 2],
  ['init', ['lost', '--dir', '/dev/null/x'], 3],
  ['check', ['hello'], 0],
  ['check', ['broken'], 1],
  ['check', ['--no'], 2],
  ['pack', ['hello', '--out', 'plugins/hello'], 0],
  ['pack', ['hello', '--out', 'hello'], 1],
  ['pack', ['hello'], 2],
  ['pack', ['hello', '--out', '/dev/null/x'], 3],
  ['list', [], 0],
  ['list', ['--plugins', 'nowhere'], 1],
  ['list', ['--no'], 2],
  ['info', ['plugins/hello'], 0],
  ['info', ['nobody'], 1],
  ['info', [], 2],
  ['graph', [], 0],
  ['graph', ['--out', 'graph.svg', '--svg'], 0],
  ['graph', ['--plugins', 'hello'], 1],
  ['graph', ['--format', 'png'], 2],
  ['graph', ['--out', '/dev/null/x'], 3],
  ['docs', ['plugins/hello'], 0],
  ['docs', ['hello', '--out', 'hello.md'], 0],
  ['docs', ['nobody'], 1],
  ['docs', ['--format', 'rst'], 2],
  ['docs', ['plugins/hello', '--out', '/dev/null/x'], 3],
  ['doctor', ['--no'], 2],
  ['completion', ['bash'], 0],
  ['completion', ['tcsh'], 2],
  ['keygen', ['--out', 'key'], 0],
  ['keygen', ['--out', 'second'], 0],
  ['keygen', ['--out', 'secret', ...HMAC], 0],
  ['keygen', ['--out', '/dev/null/x'], 3],
  ['cert', ['--subject', 'ca', '--ca', '--key', 'key', '--out', 'ca.pem'], 0],
  ['cert', [], 2],
  ['cert', ['--subject', 'ca', '--ca', '--key', 'none', '--out', 'no.pem'], 3],
  ['trust add', ['--store', 'trust.json', '--public-key', 'key.pub', '--signer', 'ada'], 0],
  ['trust add', ['--store', 'trust.json', '--public-key', 'second.pub', '--signer', 'bob'], 0],
  ['trust add', ['--store', 'trust.json', '--cert', 'ca.pem'], 0],
  ['trust add', ['--store', 'trust.json', '--public-key', 'none', '--signer', 'ada'], 3],
  ['trust list', ['--store', 'trust.json'], 0],
  ['trust list', [], 2],
  ['trust list', ['--store', 'broken.json'], 3],
  ['verify', ['plugins/hello', '--store', 'trust.json'], 1],
  ['sign', ['plugins/hello', '--signer', 'ada', '--key', 'key'], 0],
  ['sign', ['plugins/hello', '--signer', 'ada', '--key', 'key'], 3],
  ['timestamp', ['plugins/hello', '--query', 'hello.tsq'], 0],
  ['timestamp', ['plugins/hello'], 2],
  ['timestamp', ['plugins/hello', '--reply', 'none.tsr'], 3],
  ['cosign', ['plugins/hello', '--signer', 'bob', '--key', 'second'], 0],
  ['cosign', ['plugins/hello'], 2],
  ['cosign', ['hello', '--signer', 'bob', '--key', 'second'], 3],
  ['verify', ['plugins/hello', '--store', 'trust.json'], 0],
  ['verify', ['plugins/hello', '--store', 'broken.json'], 3],
  ['inspect', ['plugins/hello'], 0],
  ['inspect', [], 2],
  ['inspect', ['nowhere'], 3],
  ['run', ['plugins/hello', 'greet', '{"name":"Ada"}', ...RUN, '--audit', 'audit.jsonl'], 0],
  ['run', ['plugins/hello', 'nothing', ...RUN], 1],
  ['run', ['plugins/hello'], 2],
  ['run', ['plugins/hello', 'greet', '--store', 'broken.json'], 3],
  ['top', ['--count', '1', ...RUN], 0],
  ['top', ['--count', '1', '--best-effort'], 1],
  ['top', ['--count', '0'], 2],
  ['top', ['--count', '1', '--store', 'broken.json'], 3],
  ['lock', ['--store', 'trust.json'], 0],
  ['lock', ['--store', 'trust.json', '--frozen'], 0],
  ['lock', [], 1],
  ['lock', ['--no'], 2],
  ['lock', ['--store', 'trust.json', '--lock', '/dev/null/x'], 3],
  ['audit', ['audit.jsonl'], 0],
  ['audit', ['not-a-log.jsonl'], 1],
  ['audit', [], 2],
  ['audit', ['nowhere.jsonl'], 3],
  ['dev', ['broken'], 1],
  ['dev', [], 2],
  ['trust revoke', ['--store', 'trust.json', '--key-id', 'f'.repeat(64), '--reason', 'lost'], 0],
  ['trust revoke', [], 2],
  ['trust revoke', ['--store', 'broken.json', '--key-id', 'f'.repeat(64), '--reason', 'lost'], 3],
  ['trust import', [], 2],
  ['trust import', ['none.json', '--store', 'trust.json'], 3],
  ['trust sign-revocations', ['entries.json', ...LIST, '--key', 'key', '--out', 'list.json'], 0],
  ['trust sign-revocations', [], 2],
  ['trust sign-revocations', ['none.json', ...LIST, '--key', 'key', '--out', 'other.json'], 3],
  ['trust sign-rotation', ['--old-key', 'key', '--new-key', 'second', '--out', 'rotation.json'], 0],
  ['trust sign-rotation', [], 2],
  ['trust sign-rotation', ['--old-key', 'none', '--new-key', 'second', '--out', 'other.json'], 3],
  ['trust sign-root', [...ROOT, '--key', 'key', '--out', 'root.json'], 0],
  ['trust sign-root', [], 2],
  ['trust sign-root', [...ROOT, '--key', 'none', '--out', 'other.json'], 3],
  ['trust cosign', ['root.json', '--key', 'second', '--out', 'cosigned.json'], 0],
  ['trust cosign', [], 2],
  ['trust cosign', ['none.json', '--key', 'second', '--out', 'other.json'], 3],
  ['trust pin-root', ['--store', 'trust.json', ...ROOT], 0],
  ['trust pin-root', [], 2],
  ['trust pin-root', ['--store', 'broken.json', ...ROOT], 3],
];

/** Codes that other tests show: `dev` ends by Ctrl-C, `doctor` by the machine, bad input is listed in bad-input.test.ts. */
const SHOWN_ELSEWHERE: Readonly<Record<string, readonly number[]>> = {
  dev: [0],
  doctor: [0, 1],
  'trust import': [0],
  keygen: [2],
  'trust add': [2],
  sign: [2],
  verify: [2],
};

describe('docs/cli.md', () => {
  it('has every command of the program in both tables, and no others', async () => {
    const { data } = await ask(['completion', 'fish']);
    const { script } = data as { readonly script: string };
    const words = [...script.matchAll(/-a (\S+)/g)].map(([, word = '']) => word);
    const trust = TRUST_COMMANDS.map((word) => `trust ${word}`);
    const commands = [...words.filter((word) => word !== 'trust'), ...trust].sort();
    expect([...EXIT_CODES.keys()].sort()).toEqual(commands);
    expect([...ANSWERS.keys()].sort()).toEqual(commands);
    for (const command of commands) expect(PAGE).toContain(`truthound ${command}`);
  });

  it.each(['run-after-an-edit', 'dev'])('shows the screen "%s" as a terminal showed it', async (name) => {
    const screen = await readFile(new URL(`../../../../docs/screens/${name}.txt`, import.meta.url), 'utf8');
    expect(PAGE).toContain(`\n${screen.trimEnd()}\n`);
  });

  it('has a way shown here to each exit code that it gives, and to no other', () => {
    for (const command of EXIT_CODES.keys()) {
      const shown = INVOCATIONS.filter(([name]) => name === command).map(([, , exitCode]) => exitCode);
      expect([command, new Set([...shown, ...(SHOWN_ELSEWHERE[command] ?? [])])]).toEqual([
        command,
        documentedCodes(command),
      ]);
    }
  });
});

describe.runIf(canRunSources)('what docs/cli.md says (skipped where Node cannot run the sources)', () => {
  const seen: { readonly command: string; readonly args: string; exitCode: number; answer: object }[] = [];

  beforeAll(async () => {
    await using desk = await Desk.create();
    await desk.plugin('broken', { truthound: { permissions: { netwrok: true } } });
    await desk.write('broken.json', '{');
    await desk.write('not-a-log.jsonl', 'not a log\n');
    await desk.write('entries.json', JSON.stringify([{ keyId: 'f'.repeat(64), reason: 'lost' }]));
    const before = process.cwd();
    process.chdir(desk.root);
    try {
      for (const [command, args] of INVOCATIONS) {
        const words = [...command.split(' '), ...args];
        const { exitCode, answer } = isSigningCommand(words)
          ? await signing(desk, words)
          : await ask(words).then(({ exitCode: code, data }) => ({ exitCode: code, answer: data as object }));
        seen.push({ command, args: args.join(' '), exitCode, answer });
      }
    } finally {
      process.chdir(before);
    }
  }, 300_000);

  it('is how the commands end, and what they answer', () => {
    const ended = seen.map(({ command, args, exitCode }) => [command, args, exitCode]);
    expect(ended).toEqual(
      INVOCATIONS.map(([command, args, exitCode]) => [command, args.join(' '), exitCode]),
    );
    const unfitting = seen.filter(({ command, answer }) => {
      const shapes = 'error' in answer ? [ERROR] : shapesOf(command);
      return !shapes.some((shape) => fits('error' in answer ? (answer.error as object) : answer, shape));
    });
    expect(unfitting).toEqual([]);
  });
});

async function signing(
  desk: Desk,
  words: readonly string[],
): Promise<{ readonly exitCode: number; readonly answer: object }> {
  const { exitCode, stdout } = await desk.truthound(...words, '--json');
  return { exitCode: exitCode ?? NaN, answer: JSON.parse(stdout) as object };
}
