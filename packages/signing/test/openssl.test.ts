import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preAuthEncoding } from '../src/dsse-envelope.ts';
import { SigningServiceImpl, generateKeyPair } from '../src/index.ts';
import { NOW, pluginFolder, scratchFolder } from './plugin-folder.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe.skipIf(!hasOpenssl)('openssl', () => {
  it.each(['ED25519', 'RSA_SHA256'] as const)('verifies what we sign with %s', async (algorithm) => {
    const { publicKey, privateKey } = await generateKeyPair(algorithm);
    const service = new SigningServiceImpl({ algorithm, signerId: 'acme', now: () => NOW });
    const { payload, signature } = await service.sign({ pluginPath: pluginFolder(), privateKey });
    const folder = scratchFolder();
    const [key, data, sig] = ['key.pem', 'data', 'sig'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(key, publicKey);
    writeFileSync(data, preAuthEncoding(payload));
    writeFileSync(sig, signature);
    const hash = algorithm === 'ED25519' ? ['-rawin'] : ['-rawin', '-digest', 'sha256'];
    expect(
      openssl('pkeyutl', '-verify', '-pubin', '-inkey', key, '-in', data, '-sigfile', sig, ...hash),
    ).toMatch(/Verified Successfully/);
  });

  it.each([
    ['ED25519', ['-algorithm', 'ED25519']],
    ['RSA_SHA256', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
  ] as const)('makes %s keys, also encrypted, that we sign with', async (algorithm, args) => {
    const pluginPath = pluginFolder();
    const folder = scratchFolder();
    const [plain, encrypted] = [join(folder, 'plain.pem'), join(folder, 'encrypted.pem')];
    openssl('genpkey', ...args, '-out', plain);
    openssl('pkey', '-in', plain, '-aes256', '-passout', 'pass:horse', '-out', encrypted);
    const publicKey = openssl('pkey', '-in', plain, '-pubout');
    const service = new SigningServiceImpl({ algorithm, signerId: 'acme', now: () => NOW });
    const privateKey = openssl(
      'pkey',
      '-in',
      encrypted,
      '-passin',
      'pass:horse',
      '-aes256',
      '-passout',
      'pass:horse',
    );
    const signature = await service.sign({ pluginPath, privateKey, passphrase: 'horse' });
    await expect(service.verify({ pluginPath, signature, key: publicKey })).resolves.toMatchObject({
      isValid: true,
    });
  });
});
