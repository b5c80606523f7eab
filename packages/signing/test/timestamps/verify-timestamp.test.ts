import { CertificateError, InvalidCertificateError, InvalidSignatureError } from '@truthound/protocols';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrl, parseCertificate, verifyTimestamp } from '../../src/index.ts';
import { AT, type Holder, NOT_BEFORE, createRoot, issueBelow } from '../certificates/test-authority.ts';
import {
  Attribute,
  SHA256_ID,
  SHA512_ID,
  type TokenParts,
  algorithm,
  attribute,
  authorityBelow,
  certificateId,
  encoded,
  generalizedTime,
  infoOf,
  makeToken,
  nullValue,
  objectIdentifier,
  octetString,
  raw,
  sequence,
  smallInteger,
  tagged,
} from './hand-made-token.ts';

const DATA = Buffer.from('a signature');
const DAY_MS = 86_400_000;

let root: Holder;
let authority: Holder;

beforeAll(async () => {
  root = await createRoot({ subject: 'Stamping Root' });
  authority = authorityBelow(root);
});

function verify(
  parts: Partial<TokenParts> = {},
  options: Partial<Parameters<typeof verifyTimestamp>[0]> = {},
): ReturnType<typeof verifyTimestamp> {
  const token = makeToken({ authority, data: DATA, ...parts });
  return verifyTimestamp({ token, data: DATA, roots: [root.certificate], now: AT, ...options });
}

function reasonOf(result: ReturnType<typeof verifyTimestamp>): string {
  return result.isValid ? 'valid' : result.errors[0].message;
}

describe('verifyTimestamp', () => {
  it('answers the time that an authority below a trusted root attests', () => {
    const result = verify();
    expect(result).toMatchObject({ isValid: true, errors: [], time: AT, latest: AT });
    expect(Object.isFrozen(result)).toBe(true);
  });

  it('reads fractions of a second and adds the accuracy to the latest moment', () => {
    const rest = [
      sequence(smallInteger(2), raw(0x80, Buffer.of(5)), raw(0x81, Buffer.of(1))),
      raw(0x01, Buffer.of(0xff)),
      smallInteger(99),
      tagged(0, raw(0x82, 'tsa.example')),
    ];
    const result = verify({ time: generalizedTime('20260601000000.25Z'), rest });
    expect(result).toMatchObject({
      isValid: true,
      time: new Date('2026-06-01T00:00:00.250Z'),
      latest: new Date('2026-06-01T00:00:02.256Z'),
    });
  });

  it('counts after the authority’s certificate has expired', () => {
    expect(verify({}, { now: new Date('2035-01-01') }).isValid).toBe(true);
  });

  it.each([
    ['unsigned attributes, which are not read', { unsigned: [attribute('1.2.3', nullValue())] }],
    ['revocation lists within, which are not read', { crls: [sequence(nullValue())] }],
    [
      'an extension that need not be understood',
      { rest: [tagged(1, sequence(objectIdentifier('1.2.9'), octetString(DATA)))] },
    ],
    ['the parameter NULL beside the hash', { digestAlgorithm: algorithm(SHA512_ID, nullValue()) }],
  ] as const)('accepts %s', (_name, parts) => {
    expect(reasonOf(verify(parts))).toBe('valid');
  });

  it('accepts a certificate named by hash, issuer and serial number, or by the identifier of its key', () => {
    const { issuerDer, serial, subjectKeyIdentifier } = parseCertificate(authority.certificate);
    const issuer = sequence(tagged(4, encoded(issuerDer)));
    const id = certificateId(authority.certificate, sequence(issuer, raw(0x02, Buffer.from(serial, 'hex'))));
    const signerName = raw(0x80, Buffer.from(subjectKeyIdentifier ?? '', 'hex'));
    expect(reasonOf(verify({ signerName, attributes: { [Attribute.signingCertificateV2]: id } }))).toBe(
      'valid',
    );
    const wrong = certificateId(authority.certificate, sequence(issuer, smallInteger(5)));
    expect(reasonOf(verify({ attributes: { [Attribute.signingCertificateV2]: wrong } }))).toMatch(
      /another certificate/,
    );
  });

  describe('refuses as false', () => {
    const other = sequence(algorithm(SHA256_ID), octetString(new Uint8Array(32)));
    const cases: readonly (readonly [string, Partial<TokenParts>, RegExp])[] = [
      ['the time-stamp of other bytes', { imprint: other }, /made for other bytes/],
      [
        'an imprint with SHA-1',
        { imprint: sequence(algorithm('1.3.14.3.2.26'), octetString(new Uint8Array(20))) },
        /none of SHA-256/,
      ],
      ['the wrong version', { version: smallInteger(2) }, /not of version 1/],
      ['a policy that is none', { policy: nullValue() }, /policy/],
      ['a local time', { time: generalizedTime('20260601000000') }, /canonical form/],
      ['a time with zeros at its end', { time: generalizedTime('20260601000000.10Z') }, /canonical form/],
      ['a day that is not in the calendar', { time: generalizedTime('20260631000000Z') }, /calendar/],
      ['a year that would become 1999', { time: generalizedTime('00990601000000Z') }, /calendar/],
      ['a time of another type', { time: raw(0x17, '260601000000Z') }, /GENERALIZED TIME/],
      [
        'an accuracy of more than a day',
        { rest: [sequence(raw(0x02, Buffer.of(2, 0, 0)))] },
        /accuracy in sec/,
      ],
      ['1000 milliseconds', { rest: [sequence(raw(0x80, Buffer.of(3, 0xe8)))] }, /accuracy in milli/],
      ['a surplus accuracy', { rest: [sequence(nullValue())] }, /accuracy has a surplus/],
      ['a written default', { rest: [raw(0x01, Buffer.of(0))] }, /default of ordering/],
      ['a surplus member', { rest: [nullValue()] }, /surplus member/],
      [
        'a critical extension',
        { rest: [tagged(1, sequence(objectIdentifier('1.2.9'), raw(1, Buffer.of(255)), octetString(DATA)))] },
        /critical extension 1\.2\.9/,
      ],
      ['content of another type', { contentType: '1.2.840.113549.1.7.1' }, /type of its content/],
      [
        'content of another type in its attributes',
        { attributes: { [Attribute.contentType]: objectIdentifier('1.2.3') } },
        /signed type of content/,
      ],
      [
        'other content than was signed',
        { attributes: { [Attribute.messageDigest]: octetString(new Uint8Array(64)) } },
        /not the one that was signed/,
      ],
      [
        'no hash among its attributes',
        { attributes: { [Attribute.messageDigest]: undefined } },
        /signed hash/,
      ],
      [
        'no word on the certificate',
        { attributes: { [Attribute.signingCertificateV2]: undefined } },
        /does not say which certificate/,
      ],
      [
        'a certificate named with a surplus member',
        {
          attributes: {
            [Attribute.signingCertificateV2]: sequence(
              sequence(sequence(octetString(DATA), sequence(), nullValue())),
            ),
          },
        },
        /surplus member/,
      ],
      [
        'one right and one wrong name of the certificate',
        {
          attributes: {
            [Attribute.signingCertificate]: sequence(sequence(sequence(octetString(new Uint8Array(20))))),
          },
        },
        /another certificate than the one/,
      ],
      ['attributes out of order', { attributesInDisorder: true }, /not sorted/],
      [
        'more attributes than anybody needs',
        {
          attributes: Object.fromEntries(
            Array.from({ length: 33 }, (_, index) => [`1.2.3.${index}`, nullValue()]),
          ),
        },
        /too many attributes/,
      ],
      [
        'an attribute twice',
        { attributes: { '1.2.3': nullValue(), '1.2.3x': smallInteger(1) } },
        /exactly one value/,
      ],
      ['two contents', { surplus: [octetString(DATA)] }, /not exactly one member/],
      [
        'parameters where there are none',
        { signatureAlgorithm: algorithm('1.3.101.112', nullValue()) },
        /parameters of Ed25519/,
      ],
      ['no certificate', { certificates: [] }, /does not carry the certificate/],
      ['two signers', { signers: 2 }, /exactly one signer/],
      ['no signer', { signers: 0 }, /exactly one signer/],
      ['a hash that is too weak', { digestAlgorithm: algorithm('1.3.14.3.2.26') }, /none of SHA-256/],
      [
        'the hash of another signature',
        { digestAlgorithm: algorithm(SHA256_ID) },
        /not the one that was signed/,
      ],
      ['a signature of nobody', { signature: new Uint8Array(64) }, /signature/],
      [
        'a signature under another algorithm',
        { signatureAlgorithm: algorithm('1.2.840.10045.4.3.4') },
        /ECDSA-SHA512/,
      ],
      [
        'a hash beside a signature that says another',
        { signatureAlgorithm: algorithm('1.2.840.10045.4.3.2') },
        /its hash sha512/,
      ],
      [
        'RSA without its parameter',
        { signatureAlgorithm: algorithm('1.2.840.113549.1.1.1') },
        /parameters of RSA/,
      ],
      [
        'RSA with an Ed25519 key',
        { signatureAlgorithm: algorithm('1.2.840.113549.1.1.1', nullValue()) },
        /RSA-SHA512/,
      ],
      ['an algorithm that nobody knows', { signatureAlgorithm: algorithm('1.2.3.4') }, /1\.2\.3\.4/],
    ];

    it('more certificates than anybody needs, and a name for one that is none', () => {
      const certificates = Array.from({ length: 17 }, () => authority.certificate);
      expect(reasonOf(verify({ certificates }))).toMatch(/more than 16 certificates/);
      const id = certificateId(authority.certificate, sequence(sequence(), smallInteger(1)));
      expect(reasonOf(verify({ attributes: { [Attribute.signingCertificateV2]: id } }))).toMatch(/0 members/);
      const byHash = sequence(sequence(sequence(algorithm(SHA256_ID), octetString(DATA))));
      expect(reasonOf(verify({ attributes: { [Attribute.signingCertificateV2]: byHash } }))).toMatch(
        /another certificate/,
      );
    });

    it.each(cases)('%s', (_name, parts, reason) => {
      const result = verify(parts);
      expect(reasonOf(result)).toMatch(reason);
      expect(result.errors[0]).toBeInstanceOf(InvalidSignatureError);
    });

    it('a certificate of another key that is said to be the signer’s', () => {
      const second = authorityBelow(root);
      const token = makeToken({ authority, data: DATA });
      const swapped = makeToken({
        authority: { certificate: second.certificate, privateKey: authority.privateKey },
        data: DATA,
      });
      expect(verifyTimestamp({ token, data: DATA, roots: [root.certificate], now: AT }).isValid).toBe(true);
      const answer = verifyTimestamp({ token: swapped, data: DATA, roots: [root.certificate], now: AT });
      expect(reasonOf(answer)).toMatch(/does not fit the key of its authority/);
    });

    it('a time after now, beyond what clocks differ', () => {
      const early = new Date(AT.getTime() - 6 * 60_000);
      expect(reasonOf(verify({}, { now: early }))).toMatch(/from the future/);
      expect(verify({}, { now: new Date(AT.getTime() - 4 * 60_000) }).isValid).toBe(true);
    });

    it('a token that is not in its one form, or none at all', () => {
      const token = makeToken({ authority, data: DATA });
      const options = { data: DATA, roots: [root.certificate], now: AT };
      const longLength = Buffer.concat([token.subarray(0, 1), Buffer.of(0x83, 0), token.subarray(2)]);
      for (const bytes of [
        Buffer.concat([token, Buffer.of(0)]),
        longLength,
        token.subarray(0, -1),
        new Uint8Array(),
        Buffer.from('text'),
        new Uint8Array(70_000),
      ]) {
        const result = verifyTimestamp({ ...options, token: bytes });
        expect(result.isValid).toBe(false);
        expect(result.errors[0]).toBeInstanceOf(InvalidSignatureError);
      }
    });

    it('property: a token with any bit flipped, unless the flip is outside of what is signed', () => {
      const token = makeToken({ authority, data: DATA });
      fc.assert(
        fc.property(fc.nat(token.length * 8 - 1), (bit) => {
          const flipped = Uint8Array.from(token);
          flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          const result = verifyTimestamp({ token: flipped, data: DATA, roots: [root.certificate], now: AT });
          // The versions and the list of hashes stand outside the signature, and nothing is concluded from them.
          const times = result.isValid ? [result.time, result.latest] : [AT, AT];
          expect(times).toEqual([AT, AT]);
        }),
        { numRuns: 200 },
      );
    });
  });

  describe('does not rely on an authority', () => {
    it('below another root', async () => {
      const stranger = await createRoot({ subject: 'Stranger' });
      const result = verify({}, { roots: [stranger.certificate] });
      expect(result.isValid).toBe(false);
      expect(result.errors[0]).toBeInstanceOf(CertificateError);
    });

    it.each([
      ['that signs code as well', { extendedKeyUsage: ['timeStamping', 'codeSigning'] }],
      ['for code', { extendedKeyUsage: ['codeSigning'] }],
      ['for anything', { extendedKeyUsage: ['anyExtendedKeyUsage'] }],
    ])('with a certificate %s', (_name, profile) => {
      const result = verify({ authority: authorityBelow(root, profile) });
      expect(reasonOf(result)).toMatch(/timeStamping alone, marked critical/);
      expect(result.errors[0]).toBeInstanceOf(InvalidCertificateError);
    });

    it('whose certificate was not valid then', () => {
      const late = authorityBelow(root, { notBefore: new Date(AT.getTime() + DAY_MS) });
      expect(reasonOf(verify({ authority: late }, { now: new Date('2027-01-01') }))).toMatch(
        /valid only from/,
      );
      const early = authorityBelow(root, { notBefore: NOT_BEFORE, validityDays: 10 });
      expect(reasonOf(verify({ authority: early }))).toMatch(/expired/);
    });

    it('that is its own root’s certificate for plugins', () => {
      const plugin = issueBelow(root);
      expect(verify({ authority: plugin }).isValid).toBe(false);
    });

    it('that was revoked, by a list that is current now', () => {
      const list = (serial: string, thisUpdate: Date): string =>
        createCrl({
          issuerCertificate: root.certificate,
          issuerKey: root.privateKey,
          revoked: [{ serial, revokedAt: AT, reason: 'keyCompromise' }],
          thisUpdate,
          number: 1,
        });
      const now = new Date(AT.getTime() + 60 * DAY_MS);
      const serial = ((): string => {
        const result = verify();
        return result.isValid ? result.authority.serial : '';
      })();
      expect(reasonOf(verify({}, { now, crls: [list(serial, now)], requireCrls: true }))).toMatch(/revoked/);
      expect(reasonOf(verify({}, { now, crls: [list('1234', now)], requireCrls: true }))).toBe('valid');
      expect(reasonOf(verify({}, { now, crls: [list('1234', AT)], requireCrls: true }))).toMatch(
        /was to be replaced/,
      );
    });
  });

  it('property: answers, and throws nothing, for any bytes', () => {
    const info = infoOf({ data: DATA });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(info.length - 1), (bytes, at) => {
        expect(verifyTimestamp({ token: bytes, data: DATA, roots: [root.certificate] }).isValid).toBe(false);
        const changed = Buffer.concat([info.subarray(0, at), bytes, info.subarray(at)]);
        verify({ info: changed });
      }),
      { numRuns: 50 },
    );
  });
});
