import { InvalidCertificateError } from '@truthound/protocols';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { exportPkcs12 } from '../../src/certificates/export-pkcs12.ts';
import {
  generateCertificate,
  type GeneratedCertificate,
} from '../../src/certificates/generate-certificate.ts';
import { importPkcs12 } from '../../src/certificates/import-pkcs12.ts';
import { newKey } from './test-authority.ts';

// Deriving a key from a passphrase is slow on purpose.
vi.setConfig({ testTimeout: 120_000 });

const PASSPHRASE = 'correct horse';
let own: GeneratedCertificate;
let file: Uint8Array;

beforeAll(async () => {
  own = await generateCertificate({ subject: 'Signer' });
  file = await exportPkcs12({
    privateKey: own.privateKey,
    certificate: own.certificate,
    passphrase: PASSPHRASE,
  });
}, 120_000);

describe('PKCS#12', () => {
  test('gives back key and certificate', async () => {
    const { privateKey, certificate } = own;
    expect(await importPkcs12(file, PASSPHRASE)).toEqual({ privateKey, certificate, chain: [] });
  });

  test('holds neither key nor subject in the clear', () => {
    const key = Buffer.from(own.privateKey.split('\n').slice(1, -2).join(''), 'base64').subarray(-32);
    expect(Buffer.from(file).includes(key)).toBe(false);
    expect(Buffer.from(file).includes('Signer')).toBe(false);
  });

  test.each([
    [
      'a wrong passphrase',
      (): Uint8Array => file,
      'wrong passphrase',
      /passphrase is wrong, or the file is damaged/u,
    ],
    [
      'a changed byte',
      (): Uint8Array => file.map((octet, index) => (index === 200 ? octet ^ 1 : octet)),
      PASSPHRASE,
      /damaged|at byte/u,
    ],
    ['a certificate', (): Uint8Array => Buffer.from(own.certificate), PASSPHRASE, /PKCS#12 file/u],
    ['no bytes', (): Uint8Array => new Uint8Array(), PASSPHRASE, /PKCS#12 file/u],
    ['more than 1 MiB', (): Uint8Array => new Uint8Array(1_048_577), PASSPHRASE, /more than the limit/u],
  ])('refuses %s', async (_name, input, passphrase, reason) => {
    const read = importPkcs12(input(), passphrase);
    await expect(read).rejects.toThrow(InvalidCertificateError);
    await expect(read).rejects.toThrow(reason);
  });

  test('refuses a number of iterations that would take hours', async () => {
    const count = Buffer.from('02022710', 'hex');
    const at = Buffer.from(file).lastIndexOf(count);
    expect(at).toBeGreaterThan(0);
    // Two octets more, in each of the lengths around it: the number, the MAC data, the file.
    const greedy = Buffer.concat([file.subarray(0, at), Buffer.from('02047fffffff', 'hex')]);
    const macData = greedy.lastIndexOf(Buffer.from('30', 'hex'), at - 60);
    for (let position = macData; position >= 0; position--) {
      if (greedy[position] === 0x30 && position + 2 + (greedy[position + 1] ?? 0) === file.length) {
        greedy[position + 1] = (greedy[position + 1] ?? 0) + 2;
        break;
      }
    }
    greedy.writeUInt16BE(greedy.length - 4, 2);
    await expect(importPkcs12(greedy, PASSPHRASE)).rejects.toThrow(/2147483647 iterations are not between/u);
  });

  test('refuses to write a key under a foreign certificate, or under a short passphrase', async () => {
    const { certificate, privateKey } = own;
    await expect(exportPkcs12({ certificate, privateKey: newKey(), passphrase: PASSPHRASE })).rejects.toThrow(
      /privateKey is not its key/u,
    );
    await expect(exportPkcs12({ certificate, privateKey, passphrase: 'short' })).rejects.toThrow(
      /at least 8 characters/u,
    );
  });
});
