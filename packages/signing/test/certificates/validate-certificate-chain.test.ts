import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type CertificateError,
  CertificateExpiredError,
  CertificateNotFoundError,
  CertificateRevokedError,
  InvalidCertificateError,
} from '@truthound/protocols';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Asn1,
  encoded,
  sequence,
  smallInteger,
  tagged,
  taggedPrimitive,
} from '../../src/certificates/asn1-writer.ts';
import { createCrl, type CreateCrlOptions } from '../../src/certificates/create-crl.ts';
import {
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectAltName,
  writeExtension,
} from '../../src/certificates/extension-writer.ts';
import { generateCertificate } from '../../src/certificates/generate-certificate.ts';
import { issueCertificate } from '../../src/certificates/issue-certificate.ts';
import { parseCertificate } from '../../src/certificates/parse-certificate.ts';
import { internalsOf } from '../../src/certificates/parsed-certificate.ts';
import { writeSubjectName } from '../../src/certificates/subject-name.ts';
import {
  type CertificateChainResult,
  type ValidateCertificateChainOptions,
  validateCertificateChain,
} from '../../src/certificates/validate-certificate-chain.ts';
import {
  AT,
  type HandMade,
  type Holder,
  NOT_BEFORE,
  assembleCertificate,
  authorityExtensions,
  createRoot,
  issueBelow,
  newKey,
  signerExtensions,
  unknownExtension,
} from './test-authority.ts';

let root: Holder;
let intermediate: Holder;
let leaf: Holder;

beforeAll(async () => {
  root = await createRoot();
  intermediate = issueBelow(root, { isCa: true, pathLength: 0 });
  leaf = issueBelow(intermediate);
});

/** Validates with the usual chain, where nothing else is said. */
function validate(options: Partial<ValidateCertificateChainOptions> = {}): CertificateChainResult {
  return validateCertificateChain({
    leaf: leaf.certificate,
    intermediates: [intermediate.certificate],
    roots: [root.certificate],
    at: AT,
    ...options,
  });
}

function expectRefusal(
  result: CertificateChainResult,
  errorClass: abstract new (...args: never[]) => CertificateError,
  reason: RegExp,
): void {
  expect(result.errors.map(({ message }) => message).join('; ')).toMatch(reason);
  expect(result.errors.some((error) => error instanceof errorClass)).toBe(true);
  expect(result).toMatchObject({ isValid: false, path: [] });
}

const keyOf = ({ privateKey }: Holder): KeyObject => createPrivateKey(privateKey);
const nameOf = ({ certificate }: Holder): Asn1 =>
  encoded(internalsOf(parseCertificate(certificate)).subjectName.der);

/** A leaf by hand under the usual root. */
function handLeaf(parts: Omit<HandMade, 'key'> & { readonly key?: KeyObject }): CertificateChainResult {
  const der = assembleCertificate({ key: newKey(), issuer: nameOf(root), issuerKey: keyOf(root), ...parts });
  return validate({ leaf: der, intermediates: [] });
}

describe('validateCertificateChain', () => {
  test('leads from the leaf over an intermediate to the root, leaf first', () => {
    const { isValid, errors, path } = validate();
    expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
    expect(path.map(({ subjectCommonName }) => subjectCommonName)).toEqual([
      'Test Signer',
      'Test Intermediate',
      'Test Root',
    ]);
  });

  test('takes PEM, DER and parsed certificates, intermediates in any order, and surplus ones', async () => {
    const other = await createRoot({ subject: 'Other Root' });
    const result = validate({
      leaf: parseCertificate(leaf.certificate).der,
      intermediates: [root.certificate, other.certificate, parseCertificate(intermediate.certificate)],
      roots: [other.certificate, parseCertificate(root.certificate)],
    });
    expect(result.isValid).toBe(true);
  });

  test.each(['RSA-2048', 'P-256', 'P-384', 'Ed25519'] as const)(
    'accepts chains of %s keys',
    async (keyType) => {
      const own = await createRoot({ keyType });
      const signer = issueBelow(own);
      expect(
        validate({ leaf: signer.certificate, intermediates: [], roots: [own.certificate] }).errors,
      ).toEqual([]);
    },
  );

  test('freezes its answer', () => {
    const result = validate();
    expect(Object.isFrozen(result) && Object.isFrozen(result.errors) && Object.isFrozen(result.path)).toBe(
      true,
    );
  });

  test.each([
    { name: 'at is no date', options: { at: new Date('soon') }, reason: /at must be a valid Date/u },
    {
      name: 'at is missing',
      options: { at: undefined as unknown as Date },
      reason: /at must be a valid Date/u,
    },
    {
      name: 'the purpose is unknown',
      options: { purpose: 'signing' as 'any' },
      reason: /purpose must be one of/u,
    },
    { name: 'an option is misspelt', options: { crl: [] }, reason: /"crl" is not an option/u },
    { name: 'a bound is fractional', options: { maxDepth: 1.5 }, reason: /maxDepth must be a whole number/u },
    { name: 'a bound is no number', options: { maxWork: NaN }, reason: /maxWork must be a whole number/u },
    {
      name: 'roots is one text',
      options: { roots: 'pem' as unknown as [] },
      reason: /roots must be an array/u,
    },
  ])('throws TypeError when $name', ({ options, reason }) => {
    expect(() => validate(options)).toThrow(TypeError);
    expect(() => validate(options)).toThrow(reason);
  });
});

describe('W-30 a certificate is trusted for its chain, not for being there', () => {
  test('refuses a signer that a root did not issue, whatever else is in the chain', async () => {
    const mallory = await generateCertificate({ subject: 'mallory', notBefore: NOT_BEFORE });
    const result = validate({
      leaf: mallory.certificate,
      intermediates: [intermediate.certificate, root.certificate, leaf.certificate],
    });
    expectRefusal(result, CertificateNotFoundError, /CN=mallory" is not in roots or intermediates/u);
  });

  test('refuses a signer issued by an impostor with the name of the root', async () => {
    const impostor = await createRoot();
    const signer = issueBelow(impostor);
    const result = validate({ leaf: signer.certificate, intermediates: [impostor.certificate] });
    expectRefusal(result, InvalidCertificateError, /signature does not fit the key of its issuer/u);
  });

  test('refuses a signer issued by another signer', () => {
    const key = newKey();
    const der = assembleCertificate({ key, issuer: nameOf(leaf), issuerKey: keyOf(leaf) });
    const result = validate({ leaf: der, intermediates: [leaf.certificate, intermediate.certificate] });
    expectRefusal(result, InvalidCertificateError, /not a certification authority/u);
  });

  test('refuses when no root is given, and when the issuer is missing', () => {
    expectRefusal(validate({ roots: [] }), CertificateNotFoundError, /roots, which is empty/u);
    expectRefusal(
      validate({ intermediates: [] }),
      CertificateNotFoundError,
      /CN=Test Intermediate" is not in/u,
    );
  });

  test('does not end at an authority that is not self-signed, although it stands among the roots', () => {
    const result = validate({ roots: [intermediate.certificate], intermediates: [] });
    expectRefusal(result, CertificateNotFoundError, /CN=Test Root" is not in roots/u);
    const both = validate({ roots: [intermediate.certificate, root.certificate], intermediates: [] });
    expect(both.path).toHaveLength(3);
  });

  test('refuses more authorities than maxDepth', () => {
    expect(validate({ maxDepth: 1 }).isValid).toBe(true);
    expectRefusal(validate({ maxDepth: 0 }), CertificateNotFoundError, /at most 0 authorities/u);
  });
});

describe('W-35 the validity of every certificate counts', () => {
  test.each([
    { name: 'an expired leaf', days: { leaf: 10, intermediate: 1000, root: 2000 } },
    { name: 'an expired intermediate', days: { leaf: 1000, intermediate: 10, root: 2000 } },
    { name: 'an expired root', days: { leaf: 1000, intermediate: 1000, root: 10 } },
  ])('refuses $name', async ({ days }) => {
    // An issuer's end caps what it issues, so the outer ones are made longer and put in afterwards.
    const rootKey = newKey();
    const middleKey = newKey();
    const [longRoot, shortRoot] = await Promise.all(
      [5000, days.root].map((validityDays) => createRoot({ privateKey: rootKey, validityDays })),
    );
    if (longRoot === undefined || shortRoot === undefined) throw new Error('two roots are needed');
    const longMiddle = issueBelow(longRoot, { isCa: true, key: middleKey, validityDays: 4000 });
    const middle = issueBelow(longRoot, { isCa: true, key: middleKey, validityDays: days.intermediate });
    const signer = issueBelow(longMiddle, { validityDays: days.leaf });
    const result = validate({
      leaf: signer.certificate,
      intermediates: [middle.certificate],
      roots: [shortRoot.certificate],
    });
    expectRefusal(result, CertificateExpiredError, /expired at 2026-01-11T00:00:00\.000Z/u);
  });

  test('refuses a leaf that is not valid yet', () => {
    const result = validate({ at: new Date(NOT_BEFORE.getTime() - 1) });
    expectRefusal(result, CertificateExpiredError, /is valid only from 2026-01-01/u);
  });

  test('includes the first and the last second', () => {
    const { notBefore, notAfter } = parseCertificate(leaf.certificate);
    expect(validate({ at: notBefore }).isValid).toBe(true);
    expect(validate({ at: new Date(notAfter.getTime() + 999) }).isValid).toBe(true);
    expect(validate({ at: new Date(notAfter.getTime() + 1000) }).isValid).toBe(false);
  });

  test('refuses what is no certificate, saying which input it was', () => {
    expectRefusal(validate({ leaf: 'no certificate' }), InvalidCertificateError, /"leaf" is not valid/u);
    expectRefusal(validate({ roots: [root.certificate, 'x'] }), InvalidCertificateError, /"roots\[1\]"/u);
    expectRefusal(validate({ intermediates: [''] }), InvalidCertificateError, /"intermediates\[0\]"/u);
    expectRefusal(validate({ crls: ['x'] }), InvalidCertificateError, /"crls\[0\]"/u);
  });

  test('refuses more inputs than its limits', () => {
    const result = validate({ intermediates: Array.from({ length: 65 }, () => intermediate.certificate) });
    expectRefusal(result, InvalidCertificateError, /65 entries, more than the limit of 64/u);
  });
});

describe('what a signer must be', () => {
  const rows: readonly {
    readonly name: string;
    readonly extensions: readonly Asn1[];
    readonly reason: RegExp;
  }[] = [
    {
      name: 'no extendedKeyUsage',
      extensions: [basicConstraints({ isCa: false }), keyUsage(['digitalSignature'])],
      reason: /extendedKeyUsage \(absent\) lacks codeSigning/u,
    },
    {
      name: 'another extendedKeyUsage',
      extensions: [keyUsage(['digitalSignature']), extendedKeyUsage(['serverAuth'])],
      reason: /extendedKeyUsage \(serverAuth\) lacks codeSigning/u,
    },
    {
      name: 'anyExtendedKeyUsage alone',
      extensions: [keyUsage(['digitalSignature']), extendedKeyUsage(['anyExtendedKeyUsage'])],
      reason: /lacks codeSigning/u,
    },
    {
      name: 'keyUsage without digitalSignature',
      extensions: [keyUsage(['keyEncipherment']), extendedKeyUsage(['codeSigning'])],
      reason: /keyUsage \(keyEncipherment\) lacks digitalSignature/u,
    },
    {
      name: 'keyCertSign without being an authority',
      extensions: [keyUsage(['digitalSignature', 'keyCertSign']), extendedKeyUsage(['codeSigning'])],
      reason: /has keyCertSign although/u,
    },
    {
      name: 'the powers of an authority',
      extensions: [
        basicConstraints({ isCa: true }),
        keyUsage(['digitalSignature', 'keyCertSign']),
        extendedKeyUsage(['codeSigning']),
      ],
      reason: /certification authority, which may not do codeSigning itself/u,
    },
    {
      name: 'a path length without being an authority',
      extensions: [
        writeExtension('2.5.29.19', sequence(smallInteger(1)), { isCritical: true }),
        keyUsage(['digitalSignature']),
        extendedKeyUsage(['codeSigning']),
      ],
      reason: /path length although/u,
    },
    {
      name: 'an unknown critical extension',
      extensions: [...signerExtensions(), unknownExtension({ isCritical: true })],
      reason: /marks extension 1\.3\.6\.1\.4\.1\.99999\.1 as critical/u,
    },
    {
      name: 'name constraints',
      extensions: [
        ...signerExtensions(),
        nameConstraints({ permitted: [{ type: 'dns', value: 'a.example' }] }),
      ],
      reason: /name constraints although/u,
    },
  ];

  test('is valid for any purpose where the caller asks for none', () => {
    const anything = {
      leaf: issueBelow(root, { extendedKeyUsage: ['serverAuth'] }).certificate,
      roots: [root.certificate],
      at: AT,
    };
    expect(validateCertificateChain({ ...anything, purpose: 'any' }).isValid).toBe(true);
    expect(validateCertificateChain(anything).isValid).toBe(false);
  });

  test.each(rows)('refuses one with $name', ({ extensions, reason }) => {
    expectRefusal(handLeaf({ extensions }), InvalidCertificateError, reason);
  });

  test('accepts one with an unknown extension that is not critical', () => {
    const extensions = [...signerExtensions(), unknownExtension({ isCritical: false })];
    expect(handLeaf({ extensions }).errors).toEqual([]);
  });

  test('refuses a version 1 certificate and an empty subject', () => {
    expectRefusal(handLeaf({ version: [], extensions: [] }), InvalidCertificateError, /of version 1, not 3/u);
    expectRefusal(handLeaf({ subject: sequence() }), InvalidCertificateError, /subject is empty/u);
  });

  test('asks for other purposes where it is told so', () => {
    const server = issueBelow(intermediate, { extendedKeyUsage: ['serverAuth'] }).certificate;
    expect(validate({ leaf: server, purpose: 'serverAuth' }).isValid).toBe(true);
    expect(validate({ leaf: server, purpose: 'any' }).isValid).toBe(true);
    expect(validate({ leaf: server, purpose: 'clientAuth' }).isValid).toBe(false);
  });

  test('trusts a self-signed signer only where it is itself a root', async () => {
    const own = await generateCertificate({ subject: 'Own Signer', notBefore: NOT_BEFORE });
    const alone = { leaf: own.certificate, intermediates: [] };
    expect(validate({ ...alone, roots: [own.certificate] }).path).toHaveLength(1);
    expectRefusal(validate(alone), CertificateNotFoundError, /CN=Own Signer" is not in roots/u);
    expectRefusal(
      validate({ ...alone, roots: [own.certificate], at: new Date('2031-01-01') }),
      CertificateExpiredError,
      /expired at/u,
    );
  });

  test('does not let a self-signed root sign plugins unless it says codeSigning', () => {
    expectRefusal(validate({ leaf: root.certificate }), InvalidCertificateError, /lacks digitalSignature/u);
  });
});

describe('what an authority must be', () => {
  const rows: readonly {
    readonly name: string;
    readonly extensions: readonly Asn1[];
    readonly reason: RegExp;
  }[] = [
    {
      name: 'no basicConstraints',
      extensions: [keyUsage(['cRLSign'])],
      reason: /not a certification authority/u,
    },
    {
      name: 'basicConstraints that is not critical',
      extensions: [
        writeExtension('2.5.29.19', encoded(Buffer.from('30030101ff', 'hex')), { isCritical: false }),
        keyUsage(['keyCertSign']),
      ],
      reason: /basicConstraints are not marked critical/u,
    },
    {
      name: 'no keyUsage',
      extensions: [basicConstraints({ isCa: true })],
      reason: /\(absent\) lacks keyCertSign/u,
    },
    {
      name: 'keyUsage without keyCertSign',
      extensions: [basicConstraints({ isCa: true }), keyUsage(['digitalSignature'])],
      reason: /lacks keyCertSign/u,
    },
    {
      name: 'an extendedKeyUsage that does not cover signers',
      extensions: [...authorityExtensions(), extendedKeyUsage(['serverAuth'])],
      reason: /\(serverAuth\) does not cover codeSigning/u,
    },
    {
      name: 'an unknown critical extension',
      extensions: [...authorityExtensions(), unknownExtension({ isCritical: true })],
      reason: /as critical/u,
    },
    {
      name: 'name constraints of an unknown form',
      extensions: [
        ...authorityExtensions(),
        writeExtension('2.5.29.30', sequence(tagged(0, sequence(taggedPrimitive(8, Buffer.of(0x2a))))), {
          isCritical: true,
        }),
      ],
      reason: /form of name that cannot be checked/u,
    },
    {
      name: 'name constraints that are not critical',
      extensions: [
        ...authorityExtensions(),
        writeExtension(
          '2.5.29.30',
          sequence(tagged(0, sequence(taggedPrimitive(2, Buffer.from('a.example'))))),
          {
            isCritical: false,
          },
        ),
      ],
      reason: /not marked critical/u,
    },
  ];

  test.each(rows)('refuses one with $name, as intermediate and as root', ({ extensions, reason }) => {
    const key = newKey();
    const subject = writeSubjectName('Odd Authority');
    const middle = assembleCertificate({
      key,
      subject,
      issuer: nameOf(root),
      issuerKey: keyOf(root),
      extensions,
    });
    const own = assembleCertificate({ key, subject, extensions });
    const signer = assembleCertificate({ key: newKey(), issuer: subject, issuerKey: key });
    expectRefusal(validate({ leaf: signer, intermediates: [middle] }), InvalidCertificateError, reason);
    expectRefusal(
      validate({ leaf: signer, intermediates: [], roots: [own] }),
      InvalidCertificateError,
      reason,
    );
  });

  test('refuses more authorities below than its path length', () => {
    const key = newKey();
    const lower = assembleCertificate({
      key,
      subject: writeSubjectName('Lower'),
      issuer: nameOf(intermediate),
      issuerKey: keyOf(intermediate),
      extensions: authorityExtensions(),
    });
    const signer = assembleCertificate({ key: newKey(), issuer: writeSubjectName('Lower'), issuerKey: key });
    const result = validate({ leaf: signer, intermediates: [lower, intermediate.certificate] });
    expectRefusal(result, InvalidCertificateError, /allows 0 authorities below it, and there are 1/u);
  });

  test('accepts an extendedKeyUsage that covers signers', () => {
    const middle = issueBelow(root, { isCa: true, extendedKeyUsage: ['codeSigning', 'emailProtection'] });
    const signer = issueBelow(middle);
    expect(validate({ leaf: signer.certificate, intermediates: [middle.certificate] }).errors).toEqual([]);
  });

  test('refuses a root whose own signature was altered', () => {
    const forged = assembleCertificate({
      key: keyOf(root),
      subject: nameOf(root),
      extensions: authorityExtensions(),
      signature: Buffer.alloc(64, 1),
    });
    expectRefusal(validate({ roots: [forged] }), InvalidCertificateError, /its signature/u);
  });
});

describe('signatures and keys', () => {
  const rsa = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey;
  const strong = rsa(2048);

  test.each([
    {
      name: 'MD5',
      reason: /RSA-MD5: its hash is broken/u,
      scheme: { identifier: '1.2.840.113549.1.1.4', hash: 'md5', withNull: true },
    },
    {
      name: 'SHA1',
      reason: /RSA-SHA1: its hash is broken/u,
      scheme: { identifier: '1.2.840.113549.1.1.5', hash: 'sha1', withNull: true },
    },
  ])('refuses RSA with $name', ({ reason, scheme }) => {
    const subject = writeSubjectName('Weak Root');
    const sha256 = { identifier: '1.2.840.113549.1.1.11', hash: 'sha256', withNull: true };
    const own = assembleCertificate({
      key: strong,
      subject,
      extensions: authorityExtensions(),
      scheme: sha256,
    });
    const signer = assembleCertificate({ key: newKey(), issuer: subject, issuerKey: strong, scheme });
    const result = validate({ leaf: signer, intermediates: [], roots: [own] });
    expectRefusal(result, InvalidCertificateError, reason);
  });

  test('refuses a signature of another kind than its algorithm says', () => {
    const subject = writeSubjectName('RSA Root');
    const sha256 = { identifier: '1.2.840.113549.1.1.11', hash: 'sha256', withNull: true };
    const own = assembleCertificate({
      key: strong,
      subject,
      extensions: authorityExtensions(),
      scheme: sha256,
    });
    // A correct RSA signature under the name of ECDSA: crypto.verify alone would accept it.
    const ecdsa = { identifier: '1.2.840.10045.4.3.2', hash: 'sha256' };
    const signer = assembleCertificate({ key: newKey(), issuer: subject, issuerKey: strong, scheme: ecdsa });
    const result = validate({ leaf: signer, intermediates: [], roots: [own] });
    expectRefusal(result, InvalidCertificateError, /says ECDSA-SHA256, but the key that signed it is RSA/u);
  });

  test.each([
    { name: 'RSA of 1024 bits', key: (): KeyObject => rsa(1024), reason: /has 1024 RSA bits/u },
    {
      name: 'RSA with exponent 3',
      key: (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey,
      reason: /has the RSA exponent 3/u,
    },
    {
      name: 'secp256k1',
      key: (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
      reason: /is of type secp256k1/u,
    },
    {
      name: 'Ed448',
      key: (): KeyObject => generateKeyPairSync('ed448').privateKey,
      reason: /is of type 1\.3\.101\.113/u,
    },
  ])('refuses a signer with $name', ({ key, reason }) => {
    expectRefusal(handLeaf({ key: key() }), InvalidCertificateError, reason);
  });

  test('refuses an Ed25519 key of small order, which would fit many signatures', () => {
    const der = assembleCertificate({ key: newKey(), issuer: nameOf(root), issuerKey: keyOf(root) });
    const { spki } = internalsOf(parseCertificate(der));
    const at = der.indexOf(spki) + spki.length - 32;
    der.fill(0, at, at + 32);
    der[at] = 1;
    expectRefusal(validate({ leaf: der, intermediates: [] }), InvalidCertificateError, /small order/u);
  });
});

describe('an authority whose key is no key', () => {
  test('is passed by, and does not stop the search for the right one', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const subject = writeSubjectName('Twice');
    const good = assembleCertificate({
      key,
      subject,
      issuer: nameOf(root),
      issuerKey: keyOf(root),
      extensions: authorityExtensions(),
    });
    const { spki } = internalsOf(parseCertificate(good));
    const besideTheCurve = Buffer.from(good);
    const last = besideTheCurve.indexOf(spki) + spki.length - 1;
    besideTheCurve[last] = (besideTheCurve[last] ?? 0) ^ 1;
    const scheme = { identifier: '1.2.840.10045.4.3.2', hash: 'sha256' };
    const signer = assembleCertificate({ key: newKey(), issuer: subject, issuerKey: key, scheme });
    expect(validate({ leaf: signer, intermediates: [besideTheCurve, good] }).errors).toEqual([]);
    const alone = validate({ leaf: signer, intermediates: [besideTheCurve] });
    expectRefusal(alone, InvalidCertificateError, /signature does not fit/u);
  });
});

describe('cross-signed authorities and loops', () => {
  const authority = (
    name: string,
    key: KeyObject,
    issuer: string,
    issuerKey: KeyObject,
    serial = 1,
  ): Buffer =>
    assembleCertificate({
      key,
      subject: writeSubjectName(name),
      issuer: writeSubjectName(issuer),
      issuerKey,
      serial: encoded(Buffer.of(2, 1, serial)),
      extensions: authorityExtensions(),
    });

  test('finds the way over the cross-certificate that leads to a trusted root', () => {
    const [oldRoot, newRoot, middle] = [newKey(), newKey(), newKey()];
    const crossSigned = authority('New', newRoot, 'Old', oldRoot);
    const signer = assembleCertificate({
      key: newKey(),
      issuer: writeSubjectName('Middle'),
      issuerKey: middle,
    });
    const intermediates = [
      authority('Middle', middle, 'New', newRoot),
      authority('Middle', middle, 'Unknown', newKey()),
      authority('New', newRoot, 'Lost', newKey()),
      crossSigned,
    ];
    const viaOld = validate({
      leaf: signer,
      intermediates,
      roots: [authority('Old', oldRoot, 'Old', oldRoot)],
    });
    expect(viaOld.path.map(({ subjectCommonName }) => subjectCommonName)).toEqual([
      'Hand Made',
      'Middle',
      'New',
      'Old',
    ]);
    const viaNew = validate({
      leaf: signer,
      intermediates,
      roots: [authority('New', newRoot, 'New', newRoot)],
    });
    expect(viaNew.path).toHaveLength(3);
  });

  test('passes by an expired twin of an authority', () => {
    const key = newKey();
    const subject = writeSubjectName('Renewed');
    const common = {
      key,
      subject,
      issuer: nameOf(root),
      issuerKey: keyOf(root),
      extensions: authorityExtensions(),
    };
    const expired = assembleCertificate({
      ...common,
      validity: encoded(
        Buffer.from('301e170d3230303130313030303030305a170d3231303130313030303030305a', 'hex'),
      ),
    });
    const signer = assembleCertificate({ key: newKey(), issuer: subject, issuerKey: key });
    expect(validate({ leaf: signer, intermediates: [expired, assembleCertificate(common)] }).isValid).toBe(
      true,
    );
    expectRefusal(
      validate({ leaf: signer, intermediates: [expired] }),
      CertificateExpiredError,
      /expired at 2021/u,
    );
  });

  test('ends on two authorities that issue each other', () => {
    const [left, right] = [newKey(), newKey()];
    const signer = assembleCertificate({ key: newKey(), issuer: writeSubjectName('Left'), issuerKey: left });
    const intermediates = [authority('Left', left, 'Right', right), authority('Right', right, 'Left', left)];
    expectRefusal(validate({ leaf: signer, intermediates }), CertificateNotFoundError, /is not in roots/u);
  });

  test('ends on a mesh in which everybody has certified everybody, within maxWork', () => {
    const keys = Array.from({ length: 8 }, newKey);
    const mesh = keys.flatMap((key, index) =>
      keys.flatMap((issuerKey, issuer) =>
        index === issuer ? [] : [authority(`N${index}`, key, `N${issuer}`, issuerKey, issuer + 1)],
      ),
    );
    const [first] = keys;
    const signer = assembleCertificate({
      key: newKey(),
      issuer: writeSubjectName('N0'),
      ...(first && { issuerKey: first }),
    });
    const result = validate({ leaf: signer, intermediates: mesh });
    expectRefusal(
      result,
      InvalidCertificateError,
      /no path to a root was found within 256 steps \(maxWork\)/u,
    );
    expect(validate({ leaf: signer, intermediates: mesh, maxWork: 10_000, maxDepth: 3 }).isValid).toBe(false);
  });
});

describe('the bound of the search', () => {
  test('counts names against bounds, of which a stranger can write thousands', () => {
    const names = Array.from(
      { length: 250 },
      (_, index) => ({ type: 'dns', value: `h${index}.example` }) as const,
    );
    const key = newKey();
    const authority = assembleCertificate({
      key,
      subject: writeSubjectName('Long Winded'),
      issuer: nameOf(root),
      issuerKey: keyOf(root),
      extensions: [...authorityExtensions(), nameConstraints({ permitted: names, excluded: names })],
    });
    const signer = assembleCertificate({
      key: newKey(),
      issuer: writeSubjectName('Long Winded'),
      issuerKey: key,
      extensions: [...signerExtensions(), subjectAltName(names)],
    });
    expectRefusal(
      validate({ leaf: signer, intermediates: [authority] }),
      InvalidCertificateError,
      /\(maxWork\)/u,
    );
    const patient = validate({ leaf: signer, intermediates: [authority], maxWork: 1000 });
    expectRefusal(patient, InvalidCertificateError, /is excluded by the name constraints/u);
  });
});

describe('W-31 a revoked certificate anywhere makes the chain invalid', () => {
  const crlOf = (issuer: Holder, options: Partial<CreateCrlOptions> = {}): string =>
    createCrl({
      issuerCertificate: issuer.certificate,
      issuerKey: issuer.privateKey,
      revoked: [],
      number: 1,
      thisUpdate: new Date('2026-05-30T00:00:00Z'),
      ...options,
    });
  const revoking = (holder: Holder, reason?: 'keyCompromise'): CreateCrlOptions['revoked'] => [
    {
      serial: parseCertificate(holder.certificate).serial,
      revokedAt: new Date('2026-05-01T00:00:00Z'),
      reason,
    },
  ];

  test('refuses a revoked leaf with time and reason', () => {
    const result = validate({ crls: [crlOf(intermediate, { revoked: revoking(leaf, 'keyCompromise') })] });
    expectRefusal(result, CertificateRevokedError, /revoked at 2026-05-01T00:00:00\.000Z: keyCompromise/u);
  });

  test('refuses a revoked intermediate', () => {
    const result = validate({ crls: [crlOf(root, { revoked: revoking(intermediate) })] });
    expectRefusal(result, CertificateRevokedError, /unspecified/u);
  });

  test('accepts what a current list does not name', () => {
    const crls = [
      crlOf(root, { revoked: revoking(leaf) }),
      crlOf(intermediate, { revoked: revoking(intermediate) }),
    ];
    expect(validate({ crls, requireCrls: true }).errors).toEqual([]);
  });

  test('refuses with an outdated or a future list, which proves nothing', () => {
    const old = crlOf(intermediate, { thisUpdate: new Date('2026-04-01T00:00:00Z') });
    expectRefusal(validate({ crls: [old] }), CertificateExpiredError, /was to be replaced by 2026-04-08/u);
    const early = crlOf(intermediate, { thisUpdate: new Date('2026-06-02T00:00:00Z') });
    expectRefusal(validate({ crls: [early] }), CertificateExpiredError, /begins only at 2026-06-02/u);
    expect(validate({ crls: [old, crlOf(intermediate)] }).isValid).toBe(true);
  });

  test('believes a revocation even of an outdated list', () => {
    const old = crlOf(intermediate, {
      thisUpdate: new Date('2026-04-01T00:00:00Z'),
      revoked: revoking(leaf),
    });
    expectRefusal(validate({ crls: [old, crlOf(intermediate)] }), CertificateRevokedError, /was revoked/u);
  });

  test('refuses with a list that somebody else has signed under the name of the issuer', async () => {
    const impostor = await createRoot({ subject: 'Test Intermediate' });
    const result = validate({ crls: [crlOf(impostor, { revoked: revoking(leaf) })] });
    expectRefusal(result, InvalidCertificateError, /list of its issuer cannot be used: its signature/u);
  });

  test('refuses with requireCrls where a list is missing', () => {
    const result = validate({ crls: [crlOf(intermediate)], requireCrls: true });
    expectRefusal(result, InvalidCertificateError, /no revocation list of its issuer was given/u);
  });

  test('refuses with a list of an issuer that may not sign lists', () => {
    const middle = issueBelow(root, { isCa: true, keyUsage: ['keyCertSign'] });
    const key = keyOf(middle);
    const signer = issueBelow(middle);
    const twin = assembleCertificate({
      key,
      subject: nameOf(middle),
      extensions: authorityExtensions(),
    });
    const crl = createCrl({
      issuerCertificate: twin,
      issuerKey: key,
      revoked: [],
      number: 1,
      thisUpdate: new Date('2026-05-30T00:00:00Z'),
    });
    const result = validate({ leaf: signer.certificate, intermediates: [middle.certificate], crls: [crl] });
    expectRefusal(result, InvalidCertificateError, /lacks cRLSign/u);
  });
});

test('a certificate issued for a key is bound to that key', () => {
  const key = newKey();
  const { certificate } = issueCertificate({
    issuerCertificate: root.certificate,
    issuerKey: root.privateKey,
    subject: 'Bound',
    publicKey: createPublicKey(key),
    notBefore: NOT_BEFORE,
  });
  const { path } = validate({ leaf: certificate, intermediates: [] });
  expect(path[0]?.publicKeyPem).toBe(createPublicKey(key).export({ type: 'spki', format: 'pem' }));
});
