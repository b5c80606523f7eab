import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { NOW, pluginFolder, scratchFolder } from '../plugin-folder.ts';

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
  readonly error: string;
}

/** A folder in which the program is run with relative names. */
function desk(): {
  readonly at: (name: string) => string;
  readonly run: (line: string, now?: Date) => Promise<Outcome>;
  readonly runOk: (line: string, now?: Date) => Promise<string>;
} {
  const folder = scratchFolder();
  const at = (name: string): string => join(folder, name);
  const run = async (line: string, now = NOW): Promise<Outcome> => {
    let [output, error] = ['', ''];
    const argv = line.split(' ').map((word) => (word.startsWith('./') ? at(word.slice(2)) : word));
    const exitCode = await runCli(argv, {
      env: {},
      now: () => now,
      print: (text) => {
        output += text;
      },
      printError: (text) => {
        error += text;
      },
    });
    return { exitCode, output, error };
  };
  const runOk = async (line: string, now = NOW): Promise<string> => {
    const outcome = await run(line, now);
    expect({ line, ...outcome }).toMatchObject({ exitCode: 0, error: '' });
    return outcome.output;
  };
  return { at, run, runOk };
}

const LATER = '2026-06-01T00:00:00Z';

describe('truthound-sign trust', () => {
  it('signs a revocation list that a store takes over, and that stops the plugin', async () => {
    const { at, run, runOk } = desk();
    const plugin = pluginFolder();
    await runOk('keygen --out ./author');
    await runOk('keygen --out ./security');
    await runOk(`sign ${plugin} --key ./author --signer acme`);
    await runOk('trust add --store ./trust.json --public-key ./author.pub --signer acme --plugin c*');
    await runOk('trust add --store ./trust.json --public-key ./security.pub --signer security');
    await runOk(`verify ${plugin} --store ./trust.json`);
    const entries = [
      { pluginId: 'csv', beforeVersion: '2.0.0', reason: 'leaks', since: '2026-01-01T00:00:00Z' },
    ];
    writeFileSync(at('entries.json'), JSON.stringify(entries));
    const sign = `trust sign-revocations ./entries.json --version 1 --next-update ${LATER}`;
    const output = await runOk(`${sign} --key ./security --out ./list.json`);
    expect(output).toMatch(/wrote a list of 1 revocation to .*, signed by 1 key/);
    await runOk('trust import ./list.json --store ./trust.json');
    expect((await run(`verify ${plugin} --store ./trust.json`)).output).toMatch(
      /NOT VALID \(revoked\)[\s\S]*leaks/,
    );

    await runOk(`${sign} --key ./author --out ./mine.json`);
    expect((await run('trust import ./mine.json --store ./trust.json')).exitCode).toBe(3);
  });

  it.each([
    ['not JSON', '{', /not JSON/],
    ['not a list', '{}', /not a list/],
    ['with an unknown key', '[{"keyID":"a","reason":"x"}]', /unknown key "keyID"/],
    ['that name nothing', '[{"reason":"x"}]', /exactly one of/],
    ['without a reason', '[{"keyId":"a"}]', /needs a reason/],
    ['with a time that is none', '[{"keyId":"a","reason":"x","since":"then"}]', /since is not a time/],
  ])('signs no entries %s', async (_name, text, reason) => {
    const { at, run, runOk } = desk();
    await runOk('keygen --out ./key');
    writeFileSync(at('entries.json'), text);
    const outcome = await run(
      `trust sign-revocations ./entries.json --version 1 --next-update ${LATER} --key ./key --out ./list.json`,
    );
    expect(outcome).toMatchObject({ exitCode: 3, error: expect.stringMatching(reason) as string });
  });

  it('hands a signer over to a new key', async () => {
    const { runOk, run } = desk();
    const plugin = pluginFolder();
    await runOk('keygen --out ./old');
    await runOk('keygen --out ./new');
    await runOk('trust add --store ./trust.json --public-key ./old.pub --signer acme');
    await runOk('trust sign-rotation --old-key ./old --new-key ./new --out ./rotation.json');
    await runOk('trust import ./rotation.json --store ./trust.json');
    await runOk(`sign ${plugin} --key ./new --signer acme`);
    await runOk(`verify ${plugin} --store ./trust.json`);
    const late = new Date(NOW.getTime() + 86_400_000);
    await runOk(`sign ${plugin} --key ./old --signer acme --replace`, late);
    expect((await run(`verify ${plugin} --store ./trust.json`, late)).output).toMatch(
      /NOT VALID \(revoked\)/,
    );
  });

  it('pins a trust root and replaces it by one that two of two sign, each for themselves', async () => {
    const { at, run, runOk } = desk();
    for (const key of ['a', 'b', 'c']) await runOk(`keygen --out ./${key}`);
    const pinned = await runOk(
      `trust pin-root --store ./trust.json --version 1 --threshold 2 --expires ${LATER} --root-key ./a.pub --root-key ./b.pub`,
    );
    expect(pinned).toContain('2 of 2 keys decide until 2026-06-01');
    const alone = `trust pin-root --store ./alone.json --version 1 --threshold 1 --expires ${LATER} --root-key ./a.pub`;
    await expect(runOk(alone)).resolves.toContain('1 of 1 key decides until 2026-06-01');
    const next =
      'trust sign-root --version 2 --threshold 2 --expires 2027-06-01 --root-key ./b.pub --root-key ./c.pub';
    await runOk(`${next} --key ./a --key ./c --out ./root-1.json`);
    const early = await run('trust import ./root-1.json --store ./trust.json');
    expect(early).toMatchObject({
      exitCode: 3,
      error: expect.stringMatching(/1 key of the old one/) as string,
    });
    await runOk('trust cosign ./root-1.json --key ./b --out ./root-2.json');
    await runOk('trust cosign ./root-2.json --key ./b --out ./root-3.json');
    const { signatures } = JSON.parse(readFileSync(at('root-3.json'), 'utf8')) as { signatures: unknown[] };
    expect(signatures).toHaveLength(3);
    await expect(runOk('trust import ./root-3.json --store ./trust.json')).resolves.toContain('took over');

    writeFileSync(at('entries.json'), '[]');
    const sign = `trust sign-revocations ./entries.json --version 1 --next-update ${LATER}`;
    await runOk(`${sign} --key ./b --key ./c --out ./list.json --json`);
    await runOk('trust import ./list.json --store ./trust.json');
    await runOk(`${sign} --key ./a --key ./b --out ./old.json`);
    expect((await run('trust import ./old.json --store ./trust.json')).exitCode).toBe(3);
  });

  it.each([
    ['trust sign-root --version 1 --threshold 1 --expires 2027-01-01 --key ./key --out ./x', 2, /--root-key/],
    [
      'trust sign-root --threshold 1 --expires 2027-01-01 --root-key ./key.pub --key ./key --out ./x',
      2,
      /--version/,
    ],
    ['trust sign-root --version 1 --threshold 1 --root-key ./key.pub --key ./key --out ./x', 2, /--expires/],
    [
      'trust pin-root --store ./s --version 1 --threshold 1 --expires 2027-01-01 --root-key ./key',
      2,
      /public key/,
    ],
    ['trust cosign ./none --key ./key --out ./x', 3, /cannot be read/],
    ['trust cosign ./key.pub --key ./key --out ./x', 3, /not JSON/],
    ['trust cosign ./empty.json --key ./key --out ./x', 3, /not a signed document about trust/],
    ['trust cosign --key ./key --out ./x', 2, /give one file/],
    [
      'trust sign-revocations ./list.json --version 1 --next-update 2020-01-01 --key ./key --out ./x',
      2,
      /future/,
    ],
    ['trust sign-revocations ./list.json --version 1 --next-update 2027-01-01 --out ./x', 2, /give --key/],
    [
      'trust sign-revocations ./list.json --version 1 --next-update 2027-01-01 --key-env K --out ./x',
      2,
      /K is not/,
    ],
    ['trust sign-rotation --old-key ./key --out ./x', 2, /--new-key is missing/],
    ['trust sign-rotation --old-key ./key --new-key ./key --out ./x', 3, /are the same/],
  ])('%s exits with %i', async (line, exitCode, message) => {
    const { at, run, runOk } = desk();
    await runOk('keygen --out ./key');
    writeFileSync(at('empty.json'), '{}');
    writeFileSync(at('list.json'), '[]');
    const outcome = await run(line);
    expect(outcome).toMatchObject({ exitCode, error: expect.stringMatching(message) as string });
  });
});
