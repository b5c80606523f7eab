import { X509Certificate, generateKeyPairSync, randomBytes } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Asn1,
  bitString,
  encode,
  encoded,
  ia5String,
  nullValue,
  objectIdentifier,
  sequence,
  setOf,
  smallInteger,
  tagged,
  time,
  unsignedInteger,
} from '../../src/certificates/asn1-writer.ts';
import { basicConstraints } from '../../src/certificates/extension-writer.ts';
import { generateCertificate } from '../../src/certificates/generate-certificate.ts';
import { parseCertificate } from '../../src/certificates/parse-certificate.ts';
import { internalsOf } from '../../src/certificates/parsed-certificate.ts';
import {
  type Holder,
  assembleCertificate,
  createRoot,
  issueBelow,
  newKey,
  rawCommonName,
  signerExtensions,
  unknownExtension,
} from './test-authority.ts';

let root: Holder;
let leaf: Holder;

beforeAll(async () => {
  root = await createRoot({ subject: { commonName: 'Root, Ü', organization: 'Acme "A"', country: 'DE' } });
  leaf = issueBelow(root, {
    subject: { commonName: 'Signer', emailAddress: 'dev@example.com' },
    subjectAltNames: [
      { type: 'dns', value: 'plugins.example.com' },
      { type: 'ip', value: '2001:db8::1' },
      { type: 'uri', value: 'https://example.com/signer' },
      { type: 'directoryName', value: 'Other' },
    ],
  });
});

const derOf = (pem: string): Buffer => Buffer.from(new X509Certificate(pem).raw);

test('a text that is longer than any certificate is refused before it is read', () => {
  const endless = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(10_000_000)}`;
  expect(() => parseCertificate(endless)).toThrow(/10000028 characters are more than the limit of/u);
});

describe('parseCertificate', () => {
  test('tells what a signer certificate says', () => {
    const parsed = parseCertificate(leaf.certificate);
    expect(parsed).toMatchObject({
      version: 3,
      subject: 'emailAddress=dev@example.com,CN=Signer',
      issuer: String.raw`CN=Root\, Ü,O=Acme \"A\",C=DE`,
      subjectCommonName: 'Signer',
      publicKeyAlgorithm: 'Ed25519',
      keyBits: 256,
      signatureAlgorithm: 'Ed25519',
      isCa: false,
      pathLength: undefined,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['codeSigning'],
      criticalExtensions: ['2.5.29.19', '2.5.29.15'],
    });
    expect(parsed.subjectAltNames.map(({ type, value }) => `${type}:${value}`)).toEqual([
      'dns:plugins.example.com',
      'ip:20010db8000000000000000000000001',
      'uri:https://example.com/signer',
      'directoryName:CN=Other',
    ]);
    expect(parsed.authorityKeyIdentifier).toBe(parseCertificate(root.certificate).subjectKeyIdentifier);
  });

  test('gives the same for PEM text, PEM bytes and DER, and passes a parsed one through', () => {
    const parsed = parseCertificate(leaf.certificate);
    expect(parseCertificate(Buffer.from(leaf.certificate)).certId).toBe(parsed.certId);
    expect(parseCertificate(parsed.der).pem).toBe(leaf.certificate);
    expect(parseCertificate(leaf.certificate.replaceAll('\n', '\r\n')).certId).toBe(parsed.certId);
    expect(parseCertificate(parsed)).toBe(parsed);
  });

  test('cannot be altered afterwards, neither through the result nor through the input', () => {
    const input = new Uint8Array(derOf(leaf.certificate));
    const parsed = parseCertificate(input);
    const { pem } = parsed;
    input.fill(0);
    parsed.der.fill(0);
    parsed.notAfter.setFullYear(2999);
    expect(() => Object.assign(parsed, { isCa: true })).toThrow(TypeError);
    expect(parsed.pem).toBe(pem);
    expect(parsed.notAfter.getUTCFullYear()).toBe(2027);
  });

  test('does not take a look-alike for a parsed certificate', () => {
    const parsed = parseCertificate(leaf.certificate);
    const alike = Object.create(parsed, { isCa: { value: true } }) as typeof parsed;
    expect(() => parseCertificate(alike)).toThrow(InvalidCertificateError);
    expect(() => internalsOf(alike)).toThrow(/was not made by parseCertificate/u);
  });

  test.each(['rsa', 'P-256', 'P-384', 'P-521', 'ed25519'] as const)(
    'agrees with the X509Certificate of Node for %s keys',
    (type) => {
      const key =
        type === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
          : type === 'ed25519'
            ? newKey()
            : generateKeyPairSync('ec', { namedCurve: type }).privateKey;
      const scheme = {
        rsa: { identifier: '1.2.840.113549.1.1.11', hash: 'sha256', withNull: true },
        ed25519: { identifier: '1.3.101.112', hash: null },
        'P-256': { identifier: '1.2.840.10045.4.3.2', hash: 'sha256' },
        'P-384': { identifier: '1.2.840.10045.4.3.3', hash: 'sha384' },
        'P-521': { identifier: '1.2.840.10045.4.3.4', hash: 'sha512' },
      }[type];
      const der = assembleCertificate({ key, scheme });
      const ours = parseCertificate(der);
      const theirs = new X509Certificate(der);
      expect(Buffer.from(ours.der)).toEqual(theirs.raw);
      expect(ours.serial).toBe(theirs.serialNumber.toLowerCase());
      expect(ours.notBefore).toEqual(theirs.validFromDate);
      expect(ours.notAfter).toEqual(theirs.validToDate);
      expect(ours.publicKeyPem).toBe(theirs.publicKey.export({ type: 'spki', format: 'pem' }));
      expect(ours.subject.split(',').reverse().join('\n')).toBe(theirs.subject);
      expect(ours.isCa).toBe(theirs.ca);
    },
  );
});

describe('W-32 one certificate has one id, whatever its encoding', () => {
  test('refuses a length in a longer BER form', () => {
    const der = derOf(leaf.certificate);
    const longer = Buffer.concat([Buffer.of(0x30, 0x83, 0x00), der.subarray(2)]);
    expect(new X509Certificate(longer).raw).toEqual(der);
    expect(() => parseCertificate(longer)).toThrow(/shortest form/u);
  });

  test('refuses bytes after the certificate', () => {
    const longer = Buffer.concat([derOf(leaf.certificate), Buffer.of(0)]);
    expect(() => parseCertificate(longer)).toThrow(/1 bytes follow the end/u);
    expect(() => parseCertificate(`${leaf.certificate}\n${leaf.certificate}`)).toThrow(
      /one block at a time/u,
    );
  });

  test('gives both forms of an ECDSA signature, s and n - s, the same id', async () => {
    const { certificate } = await generateCertificate({ subject: 'Twin', keyType: 'P-256' });
    const der = derOf(certificate);
    const { signature } = internalsOf(parseCertificate(der));
    const twin = replaceSignature(der, signature, negateS(signature));
    expect(twin.equals(der)).toBe(false);
    expect(new X509Certificate(twin).verify(new X509Certificate(twin).publicKey)).toBe(true);
    expect(parseCertificate(twin).certId).toBe(parseCertificate(der).certId);
  });

  test('gives PEM and DER of one certificate the same id', () => {
    expect(parseCertificate(derOf(leaf.certificate)).certId).toBe(parseCertificate(leaf.certificate).certId);
  });

  test('names a certificate by all 256 bits', () => {
    expect(parseCertificate(leaf.certificate).certId).toMatch(/^[0-9a-f]{64}$/u);
    expect(parseCertificate(leaf.certificate).keyId).toMatch(/^[0-9a-f]{64}$/u);
  });
});

/** The order of P-256. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function negateS(signature: Uint8Array): Buffer {
  const rLength = signature[3] ?? 0;
  const r = signature.subarray(4, 4 + rLength);
  const s = signature.subarray(6 + rLength);
  const negated = (N - BigInt(`0x${Buffer.from(s).toString('hex')}`)).toString(16).padStart(64, '0');
  return encode(sequence(unsignedInteger(r), unsignedInteger(Buffer.from(negated, 'hex'))));
}

function replaceSignature(der: Buffer, before: Uint8Array, after: Uint8Array): Buffer {
  const head = der.subarray(4, der.length - before.length - 3);
  const bits = Buffer.concat([Buffer.of(0x03, after.length + 1, 0), after]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(head.length + bits.length);
  return Buffer.concat([Buffer.of(0x30, 0x82), length, head, bits]);
}

describe('W-35 what is not a certificate is refused as such', () => {
  const key = newKey();
  const cases: readonly { readonly name: string; readonly input: () => unknown; readonly reason: RegExp }[] =
    [
      { name: 'any bytes', input: () => randomBytes(64).fill(0x41, 0, 1), reason: /./u },
      { name: 'an empty text', input: () => '', reason: /not a PEM block/u },
      { name: 'undefined', input: () => undefined, reason: /not undefined/u },
      { name: 'null', input: () => null, reason: /not null/u },
      { name: 'a private key', input: () => leaf.privateKey, reason: /is a PRIVATE KEY/u },
      { name: 'PEM without end', input: () => leaf.certificate.slice(0, 200), reason: /has no end/u },
      {
        name: 'PEM with other signs',
        input: () => leaf.certificate.replace('\nMII', '\nM*I'),
        reason: /base64/u,
      },
      { name: 'more than 64 KiB', input: () => new Uint8Array(65_537), reason: /more than the limit/u },
      {
        name: 'two algorithms',
        input: () =>
          assembleCertificate({
            key,
            outerAlgorithm: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue()),
          }),
        reason: /two signature algorithms differ/u,
      },
      {
        name: 'parameters beside Ed25519',
        input: () =>
          assembleCertificate({ key, scheme: { identifier: '1.3.101.112', hash: null, withNull: true } }),
        reason: /must be absent/u,
      },
      {
        name: 'an extension twice',
        input: () =>
          assembleCertificate({ key, extensions: [...signerExtensions(), basicConstraints({ isCa: true })] }),
        reason: /2\.5\.29\.19 occurs twice/u,
      },
      {
        name: 'the serial number zero',
        input: () => assembleCertificate({ key, serial: smallInteger(0) }),
        reason: /serial number is zero/u,
      },
      {
        name: 'a serial number of 21 octets',
        input: () => assembleCertificate({ key, serial: unsignedInteger(Buffer.alloc(21, 1)) }),
        reason: /21 octets, more than 20/u,
      },
      {
        name: 'version 2',
        input: () => assembleCertificate({ key, version: [tagged(0, smallInteger(1))] }),
        reason: /version 2 is not supported/u,
      },
      {
        name: 'the default version, written out',
        input: () => assembleCertificate({ key, version: [tagged(0, smallInteger(0))], extensions: [] }),
        reason: /version 1 is not supported/u,
      },
      {
        name: 'extensions in version 1',
        input: () => assembleCertificate({ key, version: [] }),
        reason: /version 1 certificate has no extensions/u,
      },
      {
        name: 'a NUL character in a name',
        input: () => assembleCertificate({ key, subject: rawCommonName('good.example\u{0}.evil.example') }),
        reason: /control character/u,
      },
      {
        name: 'a line break in a name',
        input: () => assembleCertificate({ key, subject: rawCommonName('good\nCN=evil') }),
        reason: /control character/u,
      },
      {
        name: 'one time instead of two',
        input: () => assembleCertificate({ key, validity: sequence(time(new Date())) }),
        reason: /the validity has 1 members/u,
      },
    ];

  test.each(cases)('refuses $name', ({ input, reason }) => {
    const parse = (): unknown => parseCertificate(input() as string);
    expect(parse).toThrow(InvalidCertificateError);
    expect(parse).toThrow(reason);
  });

  test('reads begin and end of validity from the certificate', () => {
    const { notBefore, notAfter } = parseCertificate(leaf.certificate);
    expect(notBefore.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(notAfter.toISOString()).toBe('2027-01-01T00:00:00.000Z');
  });

  test('reads what it will later refuse, so that it can be named', () => {
    const parsed = parseCertificate(
      assembleCertificate({
        key,
        extensions: [...signerExtensions(), unknownExtension({ isCritical: true })],
      }),
    );
    expect(parsed.criticalExtensions).toContain('1.3.6.1.4.1.99999.1');
  });
});

describe('names', () => {
  const nameOf = (subject: Parameters<typeof assembleCertificate>[0]['subject']): string =>
    parseCertificate(assembleCertificate({ key: newKey(), ...(subject && { subject }) })).subject;

  test.each([
    { text: ' leading', shown: String.raw`CN=\ leading` },
    { text: 'trailing ', shown: String.raw`CN=trailing\ ` },
    { text: '#hash', shown: String.raw`CN=\#hash` },
    { text: 'a,b+c"d\\e<f>g;h=i', shown: String.raw`CN=a\,b\+c\"d\\e\<f\>g\;h\=i` },
    { text: 'left\u{202e}right', shown: String.raw`CN=left\e2\80\aeright` },
    { text: 'Ünïcode 漢字', shown: 'CN=Ünïcode 漢字' },
  ])('shows $text as RFC 4514 does', ({ text, shown }) => {
    expect(nameOf(rawCommonName(text))).toBe(shown);
  });

  test('reads BMPString, joins attributes of one set, and shows unknown types by number', () => {
    const attribute = (type: string, value: Asn1): Asn1 => sequence(objectIdentifier(type), value);
    const subject = sequence(
      setOf(
        attribute('2.5.4.3', encoded(Buffer.from('1e06005a006f00eb', 'hex'))),
        attribute('2.5.4.10', ia5String('Acme')),
      ),
      setOf(attribute('1.2.3.4', bitString(Buffer.of(5)))),
    );
    expect(nameOf(subject)).toBe('1.2.3.4=#03020005,O=Acme+CN=Zoë');
  });
});

describe('property: parsing throws InvalidCertificateError and nothing else', () => {
  const isFine = (input: Uint8Array | string): void => {
    try {
      parseCertificate(input);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidCertificateError);
      expect((error as InvalidCertificateError).parseError).not.toBe('');
    }
  };

  test('for random bytes and text', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string()), isFine), {
      numRuns: 2000,
    });
  });

  test('for certificates with some bytes changed, removed or inserted', () => {
    const der = derOf(leaf.certificate);
    const position = fc.nat(der.length - 1);
    const edit = fc.oneof(
      fc.record({
        at: position,
        remove: fc.constant(1),
        insert: fc.uint8Array({ minLength: 1, maxLength: 1 }),
      }),
      fc.record({ at: position, remove: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) }),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let bytes = der;
        for (const { at, remove, insert } of edits) {
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
        }
        isFine(bytes);
      }),
      { numRuns: 3000 },
    );
  });
});
