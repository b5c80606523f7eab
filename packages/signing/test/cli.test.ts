import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { runCli } from '../src/cli/run-cli.ts';
import {
  TrustStoreImpl,
  generateCertificate,
  generateKeyPair,
  readSignatures,
  signKeyRotation,
  signRevocationList,
  timestampRequestFor,
} from '../src/index.ts';
import { createRoot } from './certificates/test-authority.ts';
import { NOW, pluginFolder, putFile, scratchFolder } from './plugin-folder.ts';
import { authorityBelow, generalizedTime, makeToken } from './timestamps/hand-made-token.ts';

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
  readonly error: string;
}

async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { now = NOW } = {},
): Promise<Outcome> {
  let [output, error] = ['', ''];
  const exitCode = await runCli(argv, {
    env,
    now: () => now,
    print: (text) => {
      output += `${text}\n`;
    },
    printError: (text) => {
      error += `${text}\n`;
    },
  });
  return { exitCode, output, error };
}

async function runOk(...argv: readonly string[]): Promise<string> {
  const { exitCode, output, error } = await run(argv);
  expect({ argv, exitCode, error }).toEqual({ argv, exitCode: 0, error: '' });
  return output;
}

describe('truthound-sign', () => {
  it('makes a key, signs, trusts, verifies and says what is wrong with a changed plugin', async () => {
    const [folder, plugin] = [scratchFolder(), pluginFolder()];
    const [key, store] = [join(folder, 'key.pem'), join(folder, 'trust.json')];
    await runOk('keygen', '--out', key);
    expect([statSync(key).mode & 0o777, existsSync(`${key}.pub`)]).toEqual([0o600, true]);
    await runOk('sign', plugin, '--key', key, '--signer', 'acme', '--days', '30');
    const unknown = await run(['verify', plugin, '--store', store]);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.output).toMatch(/NOT VALID \(untrusted\)[\s\S]*trust add/);
    await runOk(
      'trust',
      'add',
      '--store',
      store,
      '--public-key',
      `${key}.pub`,
      '--signer',
      'acme',
      '--plugin',
      'c*',
    );
    await expect(
      runOk('verify', plugin, '--store', store, '--require-trusted', '--second-opinion'),
    ).resolves.toMatch(/^valid \(verified\)/);
    await expect(runOk('verify', plugin, '--public-key', `${key}.pub`)).resolves.toMatch(/^valid/);
    await expect(runOk('trust', 'list', '--store', store)).resolves.toMatch(
      /trusted {2}"acme" {2}c\*[\s\S]*trusted signers: acme/,
    );
    putFile(plugin, 'dist/index.js', 'evil');
    const changed = await run(['verify', plugin, '--store', store]);
    expect(changed.exitCode).toBe(1);
    expect(changed.output).toMatch(
      /FAIL integrity: .*"dist\/index\.js" was modified[\s\S]*expected [0-9a-f]{64}[\s\S]*seen {5}[0-9a-f]{64}[\s\S]*to mend it: restore/,
    );
  });

  it('adds a second signature, and refuses one for a changed plugin', async () => {
    const [folder, plugin] = [scratchFolder(), pluginFolder()];
    const keys = ['one', 'two'].map((name) => join(folder, name));
    for (const key of keys) await runOk('keygen', '--out', key);
    const [one = '', two = ''] = keys;
    expect((await run(['cosign', plugin, '--key', one, '--signer', 'acme'])).error).toMatch(/not signed yet/);
    await runOk('sign', plugin, '--key', one, '--signer', 'acme');
    expect((await run(['sign', plugin, '--key', two, '--signer', 'b'])).error).toMatch(/signed already/);
    await runOk('cosign', plugin, '--key', two, '--signer', 'reviewers');
    await expect(runOk('cosign', plugin, '--key', two, '--signer', 'reviewers')).resolves.toMatch(
      /2 signatures/,
    );
    const keysOf = ['--public-key', `${one}.pub`, '--public-key', `${two}.pub`];
    await expect(runOk('verify', plugin, ...keysOf, '--threshold', '2')).resolves.toMatch(
      /2 distinct signers, 2 needed/,
    );
    expect((await run(['verify', plugin, ...keysOf, '--threshold', '3'])).exitCode).toBe(1);
    await expect(runOk('inspect', plugin)).resolves.toMatch(/NOT VERIFIED[\s\S]*claims to be by "reviewers"/);
    putFile(plugin, 'extra', '');
    expect((await run(['cosign', plugin, '--key', two, '--signer', 'reviewers'])).error).toMatch(
      /changed since "acme" signed it/,
    );
    await runOk('sign', plugin, '--key', two, '--signer', 'reviewers', '--replace');
  });

  it('signs metadata from a file that holds a JSON object, and for ever if asked', async () => {
    const folder = scratchFolder();
    const at = (name: string): string => join(folder, name);
    await runOk('keygen', '--out', at('key'));
    const sign = (plugin: string): string[] => ['sign', plugin, '--key', at('key'), '--signer', 'acme'];
    writeFileSync(at('metadata.json'), '{"channel":"beta"}');
    const plugin = pluginFolder();
    const forever = ['--days', 'Infinity', '--metadata', at('metadata.json')];
    await expect(runOk(...sign(plugin), ...forever)).resolves.toContain('never expires');
    await expect(runOk('inspect', plugin)).resolves.toMatch(/never expires[\s\S]*"channel":"beta"/);
    for (const text of ['[1]', 'null', '"x"', '7', 'not JSON']) {
      writeFileSync(at('metadata.json'), text);
      const outcome = await run([...sign(pluginFolder()), '--metadata', at('metadata.json')]);
      expect(outcome).toMatchObject({ exitCode: 2, error: expect.stringMatching(/JSON object/) as string });
    }
  });

  it('takes keys and passphrases from the environment', async () => {
    const [folder, plugin] = [scratchFolder(), pluginFolder()];
    const key = join(folder, 'key.pem');
    const env = { PASSPHRASE: 'correct horse' };
    await run(
      [
        'keygen',
        '--out',
        key,
        '--algorithm',
        'rsa_sha256',
        '--bits',
        '2048',
        '--passphrase-env',
        'PASSPHRASE',
      ],
      env,
    );
    const pem = readFileSync(key, 'utf8');
    expect(pem).toMatch(/ENCRYPTED/);
    const argv = ['sign', plugin, '--key-env', 'KEY', '--passphrase-env', 'PASSPHRASE', '--signer', 'acme'];
    await expect(run(argv, { ...env, KEY: pem })).resolves.toMatchObject({ exitCode: 0 });
    const unsigned = argv.with(1, pluginFolder());
    await expect(run(unsigned, { KEY: pem })).resolves.toMatchObject({
      exitCode: 2,
      error: 'the environment variable PASSPHRASE is not set\n',
    });
    await expect(run(unsigned.toSpliced(4, 2), { KEY: pem })).resolves.toMatchObject({ exitCode: 3 });
  });

  it('signs with a secret, which the trust store keeps and no output shows', async () => {
    const [folder, plugin] = [scratchFolder(), pluginFolder()];
    const [key, store] = [join(folder, 'secret'), join(folder, 'trust.json')];
    const outputs = [
      await runOk('keygen', '--out', key, '--algorithm', 'HMAC_SHA512'),
      await runOk('sign', plugin, '--key', key, '--signer', 'acme', '--algorithm', 'HMAC_SHA512'),
      await runOk(
        'trust',
        'add',
        '--store',
        store,
        '--public-key',
        key,
        '--signer',
        'acme',
        '--algorithm',
        'HMAC_SHA512',
      ),
      await runOk('trust', 'list', '--store', store, '--json'),
      await runOk('verify', plugin, '--store', store, '--json'),
    ];
    expect(outputs.join()).not.toContain(readFileSync(key, 'utf8').trim());
  });

  it('issues certificates that signers are trusted by', async () => {
    const [folder, plugin] = [scratchFolder(), pluginFolder()];
    const at = (name: string): string => join(folder, name);
    await runOk('keygen', '--out', at('ca'));
    await runOk('cert', '--subject', 'Root', '--ca', '--key', at('ca'), '--out', at('ca.crt'));
    await runOk('keygen', '--out', at('key'));
    await runOk(
      'cert',
      '--subject',
      'acme',
      '--public-key',
      at('key.pub'),
      '--issuer-cert',
      at('ca.crt'),
      '--issuer-key',
      at('ca'),
      '--out',
      at('acme.crt'),
    );
    await runOk('sign', plugin, '--key', at('key'), '--signer', 'acme', '--cert', at('acme.crt'));
    await runOk('trust', 'add', '--store', at('trust.json'), '--cert', at('ca.crt'));
    await expect(runOk('verify', plugin, '--store', at('trust.json'))).resolves.toMatch(
      /1 certificate leads to a trusted root/,
    );
  });

  it('revokes, and takes over signed documents', async () => {
    const folder = scratchFolder();
    const store = join(folder, 'trust.json');
    const [oldKey, newKey] = [await generateKeyPair(), await generateKeyPair()];
    await new TrustStoreImpl({ persistPath: store }).addTrustedKey({
      key: oldKey.publicKey,
      signerId: 'security',
    });
    const [list, rotation] = [join(folder, 'list.json'), join(folder, 'rotation.json')];
    const nextUpdate = new Date(NOW.getTime() + 1e9);
    writeFileSync(
      list,
      signRevocationList(
        { version: 1, issuedAt: NOW, nextUpdate, revocations: [{ digest: 'a', reason: 'x' }] },
        [oldKey.privateKey],
      ),
    );
    writeFileSync(
      rotation,
      signKeyRotation({ oldKey: oldKey.privateKey, newKey: newKey.privateKey, rotatedAt: NOW }),
    );
    await expect(runOk('trust', 'import', list, '--store', store)).resolves.toMatch(
      /took over .*revocations/,
    );
    await expect(runOk('trust', 'import', list, '--store', store)).resolves.toMatch(/known already/);
    await runOk('trust', 'import', rotation, '--store', store);
    await runOk(
      'trust',
      'revoke',
      '--store',
      store,
      '--key-id',
      newKey.keyId,
      '--reason',
      'lost',
      '--since',
      '2026-01-01',
    );
    await expect(runOk('trust', 'list', '--store', store)).resolves.toContain(`${newKey.keyId}  REVOKED`);
    const revoke = ['trust', 'revoke', '--store', store, '--reason', 'lost', '--cert-id'];
    const { certificate, certId } = await generateCertificate({ subject: 'acme' });
    await expect(runOk(...revoke, 'f'.repeat(64))).resolves.toMatch(/does not hold it/);
    writeFileSync(join(folder, 'acme.crt'), certificate);
    await runOk('trust', 'add', '--store', store, '--cert', join(folder, 'acme.crt'));
    await expect(runOk(...revoke, certId)).resolves.toMatch(/^revoked\n$/);
    const listed = await runOk('trust', 'list', '--store', store);
    expect(listed).toContain(`certificate ${certId}  revoked`);
    writeFileSync(list, '{}');
    await expect(run(['trust', 'import', list, '--store', store])).resolves.toMatchObject({ exitCode: 3 });
  });

  it('has a signature time-stamped, which then counts after it expired', async () => {
    const [folder, plugin] = [scratchFolder(), pluginFolder()];
    const at = (name: string): string => join(folder, name);
    await runOk('keygen', '--out', at('key'));
    expect((await run(['timestamp', plugin, '--query', at('q')])).error).toMatch(/not signed yet/);
    await runOk('sign', plugin, '--key', at('key'), '--signer', 'acme', '--days', '0.5');
    const output = await runOk('timestamp', plugin, '--query', at('query.tsq'));
    expect(output).toContain('application/timestamp-query');
    const [signature] = await readSignatures(plugin);
    const query = signature && timestampRequestFor(signature).query;
    expect(new Uint8Array(readFileSync(at('query.tsq')))).toEqual(query);
    const root = await createRoot({ notBefore: new Date('2026-01-01') });
    const data = signature?.signature ?? new Uint8Array();
    const time = generalizedTime('20260301120000Z');
    writeFileSync(at('reply.tsr'), makeToken({ authority: authorityBelow(root), data, time }));
    writeFileSync(at('root.pem'), root.certificate);
    await runOk('timestamp', plugin, '--reply', at('reply.tsr'));
    await expect(runOk('inspect', plugin)).resolves.toContain('a time-stamp');
    const verify = ['verify', plugin, '--public-key', at('key.pub')];
    const late = { now: new Date('2027-01-01') };
    expect((await run(verify, {}, late)).output).toMatch(/NOT VALID \(expired\)/);
    const stamped = await run([...verify, '--tsa-root', at('root.pem')], {}, late);
    expect(stamped).toMatchObject({ exitCode: 0, error: '' });
    expect(stamped.output).toContain('signed at or before 2026-03-01T12:00:00.000Z');

    await runOk('keygen', '--out', at('second'));
    await runOk('cosign', plugin, '--key', at('second'), '--signer', 'bob');
    for (const [argv, exitCode, message] of [
      [['--query', at('other.tsq')], 2, /2 signatures: choose one/],
      [['--query', at('other.tsq'), '--key-id', 'x'], 3, /no signature with key x/],
      [['--query', at('query.tsq'), '--key-id', signature?.keyId ?? ''], 3, /exists already/],
      [['--reply', at('none.tsr'), '--key-id', signature?.keyId ?? ''], 3, /cannot be read/],
      [[], 2, /either --query or --reply/],
    ] as const) {
      const outcome = await run(['timestamp', plugin, ...argv]);
      expect(outcome).toMatchObject({ exitCode, error: expect.stringMatching(message) as string });
    }
  });

  it('answers as JSON, errors too', async () => {
    const plugin = pluginFolder();
    const store = join(scratchFolder(), 'trust.json');
    const unsigned = await run(['verify', plugin, '--store', store, '--json']);
    expect(unsigned.exitCode).toBe(1);
    expect(JSON.parse(unsigned.output)).toMatchObject({
      isValid: false,
      verdict: 'unsigned',
      errors: [{ code: 'ERR_SIGNATURE_MISSING' }],
    });
    writeFileSync(store, 'damaged', { mode: 0o600 });
    const damaged = await run(['verify', plugin, '--store', store, '--json']);
    expect(damaged).toMatchObject({ exitCode: 3, error: '' });
    expect(JSON.parse(damaged.output)).toMatchObject({ error: { code: 'ERR_TRUST_STORE' } });
  });

  it('lets nothing that strangers wrote reach the terminal as a control sequence', async () => {
    const plugin = pluginFolder();
    const missing = await run(['inspect', `${plugin}\u001b[31m`]);
    expect(missing.exitCode).toBe(3);
    const unknown = await run(['\u001b[31mx\u202e']);
    for (const { error } of [missing, unknown])
      expect([error.includes('\u001b'), error.includes('\u202e')]).toEqual([false, false]);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['an unknown command', ['frobnicate'], /"frobnicate" is not a command/],
    ['an unknown option', ['sign', 'x', '--keyy', 'k'], /--keyy[\s\S]*usage: truthound-sign sign/],
    ['no plugin', ['verify', '--store', 's'], /give the path of one plugin/],
    ['two plugins', ['verify', 'a', 'b', '--store', 's'], /give the path of one plugin/],
    ['nothing to verify by', ['verify', 'a'], /give --store <file> or --public-key/],
    [
      'a wish that needs a store',
      ['verify', 'a', '--public-key', 'PUB', '--require-trusted'],
      /--require-trusted needs --store/,
    ],
    ['no key', ['sign', 'PLUGIN', '--signer', 'a'], /give either --key <file> or --key-env/],
    ['no signer', ['sign', 'PLUGIN', '--key', 'KEY'], /--signer is missing/],
    [
      'a number that is none',
      ['sign', 'PLUGIN', '--key', 'KEY', '--signer', 'a', '--days', 'many'],
      /--days must be a number/,
    ],
    [
      'a time that is none',
      ['trust', 'revoke', '--store', 'STORE', '--reason', 'x', '--digest', 'a', '--since', 'then'],
      /--since must be a time/,
    ],
    [
      'a number of nothing',
      ['sign', 'PLUGIN', '--key', 'KEY', '--signer', 'a', '--days', ' '],
      /must be a number/,
    ],
    [
      'a key and a certificate to trust',
      ['trust', 'add', '--store', 'STORE', '--public-key', 'PUB', '--cert', 'PUB', '--signer', 'a'],
      /either --public-key or --cert/,
    ],
    ['nothing to trust', ['trust', 'add', '--store', 'STORE'], /either --public-key or --cert/],
    ['nothing to import', ['trust', 'import', '--store', 'STORE'], /give one signed document/],
    [
      'two documents to import',
      ['trust', 'import', 'a', 'b', '--store', 'STORE'],
      /give one signed document/,
    ],
    ['an unknown algorithm', ['keygen', '--out', 'x', '--algorithm', 'dsa'], /"dsa" is not an algorithm/],
    [
      'an unknown level',
      ['trust', 'add', '--store', 'STORE', '--public-key', 'PUB', '--signer', 'a', '--level', 'high'],
      /--level is/,
    ],
  ])('exits with 2 for %s', async (_, argv, message) => {
    const folder = scratchFolder();
    const key = join(folder, 'key');
    await runOk('keygen', '--out', key);
    const paths: Readonly<Record<string, string>> = {
      PLUGIN: pluginFolder(),
      KEY: key,
      PUB: `${key}.pub`,
      STORE: join(folder, 'trust.json'),
    };
    const { exitCode, error } = await run(argv.map((each) => paths[each] ?? each));
    expect({ exitCode, error }).toEqual({ exitCode: 2, error: expect.stringMatching(message) as string });
  });

  it('exits with 3 when it cannot be done, and overwrites no key', async () => {
    const key = join(scratchFolder(), 'key');
    await runOk('keygen', '--out', key);
    const before = readFileSync(key, 'utf8');
    await expect(run(['keygen', '--out', key])).resolves.toMatchObject({
      exitCode: 3,
      error: expect.stringMatching(/exists already/) as string,
    });
    expect(readFileSync(key, 'utf8')).toBe(before);
    await expect(
      run(['sign', pluginFolder(), '--key', `${key}-missing`, '--signer', 'a']),
    ).resolves.toMatchObject({ exitCode: 3 });
  });

  it('says what went wrong as JSON, also on a wrong command line', async () => {
    const usage = await run(['verify', '--json']);
    expect(usage).toMatchObject({ exitCode: 2, error: '' });
    expect(JSON.parse(usage.output)).toEqual({
      error: { name: 'UsageError', message: expect.any(String) as string },
    });
    const missing = await run(['keygen', '--out', join(scratchFolder(), 'none', 'key'), '--json']);
    expect(JSON.parse(missing.output)).toMatchObject({
      error: { message: expect.stringMatching(/cannot be written/) as string },
    });
  });

  it('shows help', async () => {
    for (const argv of [[], ['--help'], ['help']]) {
      expect((await run(argv)).output).toMatch(/usage: truthound-sign[\s\S]*exit codes: 0 done or valid, 1/);
    }
  });

  it('runs as a program', () => {
    const output = execFileSync(
      process.execPath,
      ['--conditions=@truthound/source', join(import.meta.dirname, '../src/cli.ts'), 'help'],
      { encoding: 'utf8' },
    );
    expect(output).toMatch(/usage: truthound-sign/);
  });
});
