import { describe, expect, it } from 'vitest';
import { isSigningCommand } from '../../src/cli/signing-commands.ts';
import { speak } from './spoken.ts';
import { COMMAND, Desk, type Finished, canRunSources } from './truthound.ts';

/** Arguments, exit code, and what the message must name. `broken` and `plain` are plugins made below. */
const CASES: readonly (readonly [args: string, exitCode: number, names: RegExp])[] = [
  ['lst', 2, /unknown command 'lst'\n\(Did you mean list\?\)/],
  ['init', 2, /missing required argument 'name'/],
  ['init Not_A_Name!', 2, /"Not_A_Name!" cannot be a plugin's name: it must .*lower-case/],
  ['init plain', 1, /plain is not empty: .*--dir/],
  ['check nowhere', 1, /there is no plugin in .*nowhere.*truthound init/],
  ['check broken', 1, /^broken|truthound\.permissions\.netwrok/],
  ['check . --policy loose', 2, /loose.*standard, enterprise/],
  ['pack plain', 2, /required option '--out <folder>'/],
  ['pack plain --out plain', 1, /holds the plugin itself/],
  ['pack needy --out out', 1, /"left-pad", which "needy" depends on, is not installed: run "npm install"/],
  ['pack plain --out needy', 1, /needy is not empty/],
  ['list --plugins nowhere', 1, /nowhere.*cannot be read/s],
  ['info nobody', 1, /there is no plugin "nobody" \(found: none\): name its folder.*--plugins/],
  ['info ./nowhere', 1, /"\.\/nowhere" is not a plugin: there is no package\.json/],
  ['graph --format png', 2, /png.*mermaid, dot, svg/],
  ['graph --plugins plain', 1, /no plugins to draw/],
  ['graph --plugins . --out /dev/null/graph.svg', 3, /\/dev\/null\/graph\.svg cannot be written/],
  ['docs plain --format rst', 2, /rst.*markdown, md, html, json/],
  ['docs nobody', 1, /there is no plugin "nobody"/],
  ['docs broken', 1, /netwrok/],
  ['docs plain --out /dev/null/plain.md', 3, /\/dev\/null\/plain\.md cannot be written/],
  ['run plain greet Ada --unsigned', 2, /argument 1 is not JSON: Ada\nif it is a text, write it as '"Ada"'/],
  ['run plain greet "Ada"', 1, /not signed/],
  ['run plain nothing --unsigned --best-effort', 1, /has no function "nothing": it exports greet/],
  ['run plain', 2, /missing required argument 'export'/],
  ['dev nowhere/', 1, /"nowhere\/" is not a plugin/],
  ['dev broken', 1, /netwrok/],
  ['top --count 0', 2, /whole number/],
  ['top --interval soon', 2, /"soon" must be a number of seconds/],
  ['top --plugins plain --count 1', 1, /no plugin could be loaded/],
  ['doctor --loudly', 2, /unknown option '--loudly'/],
  ['lock --plugins nowhere', 1, /nowhere cannot be locked/],
  ['lock --frozen --plugins plain --unsigned', 1, /truthound\.lock.*does not exist: lock the plugins first/s],
  ['audit nowhere.jsonl', 3, /audit log .*nowhere\.jsonl cannot be read/],
  ['audit', 2, /missing required argument 'file'/],
  ['completion tcsh', 2, /"tcsh" has no script: the shells are bash, zsh, fish/],
  ['sign plain', 2, /--key/],
  ['verify plain', 2, /--store/],
  ['keygen', 2, /--out/],
  ['trust add', 2, /--public-key/],
];

async function createPlugins(): Promise<Desk> {
  const desk = await Desk.create();
  await desk.plugin('plain');
  await desk.plugin('broken', { truthound: { permissions: { netwrok: true } } });
  await desk.plugin('needy', { dependencies: { 'left-pad': '1.3.0' } });
  return desk;
}

function expectRefusal(
  { stdout, stderr, exitCode }: Finished,
  expected: { readonly exitCode: number; readonly names: RegExp },
): void {
  expect(stdout + stderr).toMatch(expected.names);
  expect(exitCode).toBe(expected.exitCode);
  expect(stderr).not.toMatch(/^ {4}at /m);
}

describe('bad input, in this process', () => {
  const ownCases = CASES.filter(([line]) => !isSigningCommand(line.split(' ')));

  it.each(ownCases)('is refused: "%s", exit code %i', async (line, exitCode, names) => {
    await using desk = await createPlugins();
    const before = process.cwd();
    process.chdir(desk.root);
    try {
      expectRefusal(await speak(line.split(' ')), { exitCode, names });
    } finally {
      process.chdir(before);
    }
  });
});

describe.runIf(canRunSources)('bad input (skipped where Node cannot run the sources)', () => {
  it.each(CASES)('is refused: "%s", exit code %i', async (line, exitCode, names) => {
    await using desk = await createPlugins();
    expectRefusal(await desk.truthound(...line.split(' ')), { exitCode, names });
  });

  it('shows where an error comes from with --verbose', async () => {
    await using desk = await Desk.create();
    const { exitCode, stderr } = await desk.truthound('check', 'nowhere', '--verbose');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^ {4}at .*check-plugin\.ts/m);
  });

  it('answers errors as JSON on standard output with --json, and nothing else there', async () => {
    await using desk = await Desk.create();
    await desk.plugin('plain');
    const usage = await desk.truthound('run', '--json');
    expect(JSON.parse(usage.stdout)).toEqual({
      error: { name: 'UsageError', message: "missing required argument 'plugin'" },
    });
    const refused = await desk.truthound('run', 'plain', 'greet', '--json');
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: expect.stringMatching(/^ERR_/) as string },
    });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toBe('');
  });

  it('leaves an argument after "--" to the plugin, also one that looks like an option', async () => {
    await using desk = await Desk.create();
    await desk.write('plain/index.js', 'export const greet = (n) => n - 1;');
    await desk.plugin('plain');
    await desk.write('plain/index.js', 'export const greet = (n) => n - 1;');
    const finished = await desk.truthound('run', '--unsigned', '--best-effort', 'plain', 'greet', '--', '-5');
    expect(finished).toMatchObject({ exitCode: 0, stdout: '-6\n' });
  });

  it('ends quietly when nobody reads the output any more', async () => {
    await using desk = await Desk.create();
    const command = COMMAND.map((part) => `'${part}'`).join(' ');
    const { stderr } = await desk.run(['bash', '-c', `${command} completion bash | head -n 1`]);
    expect(stderr).toBe('');
  });
});
