import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCertificateRequest } from '../../src/certificates/certificate-request.ts';
import { createCrl } from '../../src/certificates/create-crl.ts';
import {
  type GenerateCertificateOptions,
  generateCertificate,
} from '../../src/certificates/generate-certificate.ts';
import { type IssueCertificateOptions, issueCertificate } from '../../src/certificates/issue-certificate.ts';
import { parseCertificate } from '../../src/certificates/parse-certificate.ts';
import { parseCrl } from '../../src/certificates/parse-crl.ts';
import { type Holder, NOT_BEFORE, createRoot, issueBelow, newKey } from './test-authority.ts';

let root: Holder;

beforeAll(async () => {
  root = await createRoot({ validityDays: 100 });
});

const issue = (options: Partial<IssueCertificateOptions> = {}): ReturnType<typeof issueCertificate> =>
  issueCertificate({
    issuerCertificate: root.certificate,
    issuerKey: root.privateKey,
    subject: 'Signer',
    publicKey: createPublicKey(newKey()),
    notBefore: NOT_BEFORE,
    ...options,
  });

describe('generateCertificate', () => {
  test('makes a signer with a key of its own by default', async () => {
    const made = await generateCertificate({ subject: 'Signer' });
    const parsed = parseCertificate(made.certificate);
    expect(parsed).toMatchObject({
      subject: 'CN=Signer',
      issuer: 'CN=Signer',
      isCa: false,
      publicKeyAlgorithm: 'Ed25519',
      extendedKeyUsage: ['codeSigning'],
      certId: made.certId,
      keyId: made.keyId,
      serial: made.serial,
    });
    expect(createPublicKey(made.privateKey).export({ type: 'spki', format: 'pem' })).toBe(made.publicKey);
    expect(made.notAfter.getTime() - made.notBefore.getTime()).toBe(365 * 86_400_000);
  });

  test('takes a key, a clock and a serial number', async () => {
    const privateKey = newKey();
    const { certificate } = await generateCertificate({
      subject: { commonName: 'Root', organization: 'Acme', domainComponents: ['com', 'acme'] },
      isCa: true,
      pathLength: 2,
      privateKey,
      serial: '0A',
      validityDays: 1,
      now: () => new Date('2049-12-31T12:00:00.999Z'),
    });
    expect(parseCertificate(certificate)).toMatchObject({
      subject: 'CN=Root,O=Acme,DC=acme,DC=com',
      serial: '0a',
      isCa: true,
      pathLength: 2,
      keyUsage: ['keyCertSign', 'cRLSign'],
      notBefore: new Date('2049-12-31T12:00:00Z'),
      notAfter: new Date('2050-01-01T12:00:00Z'),
    });
  });

  test('never repeats a serial number', async () => {
    const made = await Promise.all(Array.from({ length: 50 }, () => generateCertificate({ subject: 'S' })));
    expect(new Set(made.map(({ serial }) => serial)).size).toBe(50);
    for (const { serial } of made) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/u);
  });

  const refused: readonly (readonly [string, Partial<GenerateCertificateOptions>, RegExp])[] = [
    ['an empty subject', { subject: {} }, /subject is empty/u],
    ['an unknown attribute', { subject: { commonname: 'x' } as never }, /"commonname" is not an attribute/u],
    [
      'a common name that is too long',
      { subject: 'x'.repeat(65) },
      /commonName of the subject has 65 characters/u,
    ],
    ['a control character', { subject: 'a\nb' }, /control character/u],
    ['a country that is none', { subject: { country: 'de' } }, /two capital letters/u],
    ['mail that is not ASCII', { subject: { emailAddress: 'ü@x.de' } }, /must be ASCII/u],
    ['pathLength without isCa', { pathLength: 1 }, /pathLength must be/u],
    ['a negative pathLength', { isCa: true, pathLength: -1 }, /pathLength must be/u],
    ['name constraints without isCa', { nameConstraints: { permitted: [] } }, /needs isCa: true/u],
    [
      'name constraints that say nothing',
      { isCa: true, nameConstraints: {} },
      /neither permits nor excludes/u,
    ],
    ['no days', { validityDays: 0 }, /validityDays must be above 0/u],
    ['too many days', { validityDays: 36_501 }, /at most 36500/u],
    ['days that are no number', { validityDays: NaN }, /not NaN/u],
    ['a year that cannot be written', { notBefore: new Date('1949-12-31') }, /years 1950 to 9999, not 1949/u],
    ['an invalid date', { notBefore: new Date('never') }, /years 1950 to 9999/u],
    ['an empty keyUsage', { keyUsage: [] }, /must name at least one/u],
    ['an unknown keyUsage', { keyUsage: ['sign'] as never }, /not sign/u],
    ['an unknown extendedKeyUsage', { extendedKeyUsage: ['code'] }, /"code" is neither/u],
    ['the serial number zero', { serial: '00' }, /not zero/u],
    ['a serial number that is not hexadecimal', { serial: 'xyz' }, /hexadecimal digits/u],
    [
      'a host name that is none',
      { subjectAltNames: [{ type: 'dns', value: 'a b' }] },
      /"a b" is not a dns name/u,
    ],
    ['an address that is none', { subjectAltNames: [{ type: 'ip', value: '1.2.3' }] }, /not an IP address/u],
    [
      'a form of name that is none',
      { subjectAltNames: [{ type: 'x' as 'dns', value: 'a' }] },
      /not a form of name/u,
    ],
    [
      'an address block that is none',
      { isCa: true, nameConstraints: { permitted: [{ type: 'ip', value: '10.0.0.0/33' }] } },
      /not an address block/u,
    ],
    ['a key and a type of key', { privateKey: newKey(), keyType: 'P-256' }, /and not both/u],
    ['an unknown type of key', { keyType: 'RSA-1024' as 'RSA-2048' }, /"RSA-1024" is unknown/u],
    ['a text that is no key', { privateKey: 'secret' }, /cannot be read as PEM or PKCS#8/u],
    ['a public key', { privateKey: createPublicKey(newKey()) }, /not a public one/u],
    [
      'a short RSA key',
      { privateKey: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey },
      /has 1024 RSA bits/u,
    ],
    ['a P-521 key', { privateKey: generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey }, /P-521/u],
  ];

  test.each(refused)('refuses %s', async (_name, options, reason) => {
    const made = generateCertificate({ subject: 'Signer', ...options });
    await expect(made).rejects.toThrow(InvalidCertificateError);
    await expect(made).rejects.toThrow(reason);
  });

  test('refuses a misspelt option', async () => {
    const made = generateCertificate({
      subject: 'S',
      pathLenght: 0,
      isCa: true,
    } as GenerateCertificateOptions);
    await expect(made).rejects.toThrow(/"pathLenght" is not an option/u);
    expect(() => issue({ isCA: true } as object)).toThrow(/"isCA" is not an option/u);
  });

  test('does not quote the key in the error', async () => {
    const made = generateCertificate({ subject: 'S', privateKey: 'my-secret-text' });
    await expect(made).rejects.toSatisfy((error: Error) => !JSON.stringify(error).includes('my-secret-text'));
  });
});

describe('issueCertificate', () => {
  test('does not outlive its issuer', () => {
    expect(issue({ validityDays: 1000 }).notAfter).toEqual(parseCertificate(root.certificate).notAfter);
  });

  test('takes subject and key of a request, and nothing else', () => {
    const privateKey = newKey();
    const csr = createCertificateRequest({ subject: 'From Request', privateKey });
    const issued = issueCertificate({
      issuerCertificate: root.certificate,
      issuerKey: root.privateKey,
      csr,
      notBefore: NOT_BEFORE,
    });
    expect(parseCertificate(issued.certificate)).toMatchObject({
      subject: 'CN=From Request',
      issuer: 'CN=Test Root',
      isCa: false,
      publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }),
    });
    expect(
      parseCertificate(issue({ csr, publicKey: undefined, subject: 'Renamed' }).certificate).subject,
    ).toBe('CN=Renamed');
  });

  test('refuses a request whose signature was altered', () => {
    const csr = createCertificateRequest({ subject: 'S', privateKey: newKey() });
    const der = Buffer.from(csr.replaceAll(/-----.*-----|\n/gu, ''), 'base64');
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    expect(() => issue({ csr: der, publicKey: undefined })).toThrow(/has not proved to hold the key/u);
  });

  test('refuses a key that is not the one of the issuer', () => {
    expect(() => issue({ issuerKey: newKey() })).toThrow(/issuerKey is not the key of issuerCertificate/u);
  });

  test('refuses an issuer that is no authority', () => {
    const signer = issueBelow(root);
    const options = { issuerCertificate: signer.certificate, issuerKey: signer.privateKey };
    expect(() => issue(options)).toThrow(/it is not a certification authority/u);
  });

  test('keeps the path length of the issuer', () => {
    const middle = issueBelow(root, { isCa: true, pathLength: 1 });
    const below = { issuerCertificate: middle.certificate, issuerKey: middle.privateKey, isCa: true };
    expect(() => issue({ ...below, pathLength: 1 })).toThrow(/pathLength 1 must be above/u);
    const last = issueBelow(middle, { isCa: true, pathLength: 0 });
    const tooLow = { issuerCertificate: last.certificate, issuerKey: last.privateKey, isCa: true };
    expect(() => issue(tooLow)).toThrow(/allows no authority below it/u);
  });

  test('refuses both or neither of publicKey and csr, and a missing subject', () => {
    const csr = createCertificateRequest({ subject: 'S', privateKey: newKey() });
    expect(() => issue({ csr })).toThrow(/either publicKey or csr/u);
    expect(() => issue({ publicKey: undefined })).toThrow(/either publicKey or csr/u);
    expect(() => issue({ subject: undefined })).toThrow(/subject is needed/u);
  });

  test('refuses to begin after its issuer ends', () => {
    expect(() => issue({ notBefore: new Date('2030-01-01') })).toThrow(
      /with its issuer, and so before it begins/u,
    );
  });
});

describe('keys for certificates', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');

  test('are taken as PEM text, DER bytes or objects', () => {
    const forms = [
      publicKey,
      privateKey,
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      publicKey.export({ type: 'spki', format: 'der' }),
    ];
    const ids = forms.map((form) => parseCertificate(issue({ publicKey: form }).certificate).keyId);
    expect(new Set(ids).size).toBe(1);
    const der = createPrivateKey(root.privateKey).export({ type: 'pkcs8', format: 'der' });
    expect(issue({ issuerKey: der }).keyId).toBeDefined();
  });

  test.each<[string, Partial<IssueCertificateOptions>, RegExp]>([
    [
      'a secret in place of a public key',
      { publicKey: createSecretKey(Buffer.alloc(32)) },
      /not a secret one/,
    ],
    ['a public key in place of a private one', { issuerKey: publicKey }, /not a public one/],
    ['bytes that are no key', { publicKey: Buffer.from('x') }, /cannot be read/],
    ['text that is no key', { issuerKey: 'x' }, /cannot be read/],
    ['a key that signs no certificates', { issuerKey: generateKeyPairSync('x25519').privateKey }, /./],
  ])('are not %s', (_name, options, reason) => {
    expect(() => issue(options)).toThrow(reason);
    expect(() => issue(options)).toThrow(InvalidCertificateError);
  });
});

describe('createCrl', () => {
  const create = (options: Partial<Parameters<typeof createCrl>[0]> = {}): string =>
    createCrl({
      issuerCertificate: root.certificate,
      issuerKey: root.privateKey,
      revoked: [],
      number: 1,
      ...options,
    });

  test('lists serial numbers with time and reason', () => {
    const revokedAt = new Date('2026-02-03T04:05:06Z');
    const list = parseCrl(
      create({
        revoked: [
          { serial: '0aff', revokedAt, reason: 'superseded' },
          { serial: '80', revokedAt },
        ],
        thisUpdate: new Date('2026-03-01T00:00:00Z'),
        validityDays: 2,
      }),
    );
    expect(Object.fromEntries(list.revoked)).toEqual({
      '0aff': { revokedAt, reason: 'superseded' },
      '80': { revokedAt, reason: 'unspecified' },
    });
    expect(list).toMatchObject({
      issuer: 'CN=Test Root',
      nextUpdate: new Date('2026-03-03T00:00:00Z'),
      unusable: undefined,
    });
    expect(parseCrl(list)).toBe(list);
  });

  test.each([
    ['a foreign key', { issuerKey: newKey() }, /issuerKey is not the key/u],
    ['a negative number', { number: -1 }, /number must be a whole number/u],
    ['no days', { validityDays: 0 }, /validityDays must be above 0/u],
    [
      'a serial number that is none',
      { revoked: [{ serial: 'x', revokedAt: NOT_BEFORE }] },
      /not 1 to 40 hexadecimal/u,
    ],
    [
      'a reason that is none',
      { revoked: [{ serial: '1', revokedAt: NOT_BEFORE, reason: 'removeFromCRL' as const }] },
      /cannot stand in a complete/u,
    ],
  ])('refuses %s', (_name, options, reason) => {
    expect(() => create(options)).toThrow(InvalidCertificateError);
    expect(() => create(options)).toThrow(reason);
  });

  test('refuses an issuer that is no authority', () => {
    const signer = issueBelow(root);
    expect(() => create({ issuerCertificate: signer.certificate, issuerKey: signer.privateKey })).toThrow(
      /may not sign revocation lists/u,
    );
  });
});
