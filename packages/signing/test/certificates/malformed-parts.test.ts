import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { describe, expect, test } from 'vitest';
import {
  type Asn1,
  bitString,
  encode,
  encoded,
  namedBits,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  tagged,
  taggedPrimitive,
  trueValue,
  unsignedInteger,
} from '../../src/certificates/asn1-writer.ts';
import { DerFault } from '../../src/certificates/der-fault.ts';
import { writeExtension } from '../../src/certificates/extension-writer.ts';
import { parseCertificate } from '../../src/certificates/parse-certificate.ts';
import { readPublicKeyFacts } from '../../src/certificates/public-key-facts.ts';
import { readDer } from '../../src/certificates/read-der.ts';
import { assembleCertificate, newKey, signerExtensions } from './test-authority.ts';

const fromHex = (hex: string): Asn1 => encoded(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const dns = (text: string): Asn1 => taggedPrimitive(2, Buffer.from(text, 'latin1'));
const subtree = (...members: readonly Asn1[]): Asn1 => sequence(tagged(0, sequence(...members)));

const EXTENSIONS: readonly {
  readonly name: string;
  readonly identifier: string;
  readonly value: Asn1;
  readonly reason: RegExp;
}[] = [
  {
    name: 'basicConstraints that is a number',
    identifier: '2.5.29.19',
    value: smallInteger(1),
    reason: /is INTEGER, not SEQUENCE/u,
  },
  {
    name: 'basicConstraints with FALSE written out',
    identifier: '2.5.29.19',
    value: fromHex('3003 010100'),
    reason: /writes out the default/u,
  },
  {
    name: 'basicConstraints with a text',
    identifier: '2.5.29.19',
    value: sequence(trueValue(), octetString(Buffer.of(1))),
    reason: /path length is OCTET STRING/u,
  },
  {
    name: 'a negative path length',
    identifier: '2.5.29.19',
    value: fromHex('3006 0101ff 0201ff'),
    reason: /path length is negative/u,
  },
  {
    name: 'an endless path length',
    identifier: '2.5.29.19',
    value: sequence(trueValue(), unsignedInteger(Buffer.alloc(5, 1))),
    reason: /larger than/u,
  },
  {
    name: 'basicConstraints with two numbers',
    identifier: '2.5.29.19',
    value: sequence(smallInteger(1), smallInteger(1)),
    reason: /surplus member/u,
  },
  { name: 'keyUsage without a bit', identifier: '2.5.29.15', value: namedBits([]), reason: /sets no bit/u },
  {
    name: 'keyUsage with a tenth bit',
    identifier: '2.5.29.15',
    value: fromHex('0303 060040'),
    reason: /no meaning/u,
  },
  {
    name: 'keyUsage with trailing zeros',
    identifier: '2.5.29.15',
    value: fromHex('0302 0080'),
    reason: /trailing zero/u,
  },
  {
    name: 'an empty extendedKeyUsage',
    identifier: '2.5.29.37',
    value: sequence(),
    reason: /extendedKeyUsage has 0 members/u,
  },
  {
    name: 'an extendedKeyUsage of texts',
    identifier: '2.5.29.37',
    value: sequence(octetString(Buffer.of(1))),
    reason: /not OBJECT IDENTIFIER/u,
  },
  {
    name: 'no alternative name',
    identifier: '2.5.29.17',
    value: sequence(),
    reason: /subjectAltName has 0 members/u,
  },
  {
    name: 'an unknown form of name',
    identifier: '2.5.29.17',
    value: sequence(taggedPrimitive(9, Buffer.of(1))),
    reason: /\[9\] is not a form of name/u,
  },
  {
    name: 'a universal tag as a name',
    identifier: '2.5.29.17',
    value: sequence(nullValue()),
    reason: /NULL is not a form of name/u,
  },
  {
    name: 'a directory name of two',
    identifier: '2.5.29.17',
    value: sequence(tagged(4, sequence(), sequence())),
    reason: /directory name is malformed/u,
  },
  {
    name: 'a host with NUL',
    identifier: '2.5.29.17',
    value: sequence(dns('good.example\u{0}.evil.example')),
    reason: /is not a dns name/u,
  },
  {
    name: 'a host beyond ASCII',
    identifier: '2.5.29.17',
    value: sequence(dns('b\u{fc}cher.example')),
    reason: /is not a dns name/u,
  },
  {
    name: 'a label of 64 characters',
    identifier: '2.5.29.17',
    value: sequence(dns(`${'a'.repeat(64)}.example`)),
    reason: /is not a dns name/u,
  },
  {
    name: 'a host that ends in a dot',
    identifier: '2.5.29.17',
    value: sequence(dns('a.example.')),
    reason: /is not a dns name/u,
  },
  {
    name: 'an inner wildcard',
    identifier: '2.5.29.17',
    value: sequence(dns('a.*.example')),
    reason: /is not a dns name/u,
  },
  {
    name: 'mail without host',
    identifier: '2.5.29.17',
    value: sequence(taggedPrimitive(1, Buffer.from('a@'))),
    reason: /is not a email name/u,
  },
  {
    name: 'mail with two hosts',
    identifier: '2.5.29.17',
    value: sequence(taggedPrimitive(1, Buffer.from('a@b.example@c.example'))),
    reason: /is not a email name/u,
  },
  {
    name: 'a relative URI',
    identifier: '2.5.29.17',
    value: sequence(taggedPrimitive(6, Buffer.from('/a'))),
    reason: /is not a uri name/u,
  },
  {
    name: 'an address of 5 octets',
    identifier: '2.5.29.17',
    value: sequence(taggedPrimitive(7, Buffer.alloc(5))),
    reason: /is not an ip name/u,
  },
  {
    name: 'no name constraint',
    identifier: '2.5.29.30',
    value: sequence(),
    reason: /nameConstraints has 0 members/u,
  },
  {
    name: 'a third list of name constraints',
    identifier: '2.5.29.30',
    value: sequence(tagged(2, sequence(dns('a.example')))),
    reason: /nameConstraints is malformed/u,
  },
  {
    name: 'excluded before permitted',
    identifier: '2.5.29.30',
    value: sequence(tagged(1, sequence(dns('a.b'))), tagged(0, sequence(dns('a.b')))),
    reason: /nameConstraints is malformed/u,
  },
  {
    name: 'an empty list of name constraints',
    identifier: '2.5.29.30',
    value: sequence(tagged(0)),
    reason: /nameConstraints is malformed/u,
  },
  {
    name: 'a minimum',
    identifier: '2.5.29.30',
    value: subtree(dns('a.example'), taggedPrimitive(0, Buffer.of(1))),
    reason: /minimum or maximum/u,
  },
  {
    name: 'a mask with a gap',
    identifier: '2.5.29.30',
    value: subtree(taggedPrimitive(7, Buffer.from('0a000000ff00ff00', 'hex'))),
    reason: /is not an ip constraint/u,
  },
  {
    name: 'a mask without network',
    identifier: '2.5.29.30',
    value: subtree(taggedPrimitive(7, Buffer.alloc(4))),
    reason: /is not an ip constraint/u,
  },
  {
    name: 'a key identifier that is a number',
    identifier: '2.5.29.14',
    value: smallInteger(1),
    reason: /not OCTET STRING/u,
  },
  {
    name: 'an authority key identifier that is a text',
    identifier: '2.5.29.35',
    value: octetString(Buffer.of(1)),
    reason: /not SEQUENCE/u,
  },
];

describe('an extension whose value cannot be read', () => {
  test.each(EXTENSIONS)('refuses $name', ({ identifier, value, reason }) => {
    const others = signerExtensions().filter(
      (extension) => !encode(extension).includes(encode(objectIdentifier(identifier))),
    );
    const extension = writeExtension(identifier, value, { isCritical: false });
    const parse = (): unknown =>
      parseCertificate(assembleCertificate({ key: newKey(), extensions: [...others, extension] }));
    expect(parse).toThrow(InvalidCertificateError);
    expect(parse).toThrow(reason);
  });

  test.each([
    {
      name: 'FALSE written out',
      extension: fromHex('300b 0603551d0e 010100 04010c'),
      reason: /default of critical/u,
    },
    {
      name: 'a value that is no octet string',
      extension: sequence(objectIdentifier('2.5.29.14'), nullValue()),
      reason: /not OCTET STRING/u,
    },
    {
      name: 'a mark that is no boolean',
      extension: sequence(objectIdentifier('1.2.3'), nullValue(), octetString(Buffer.of(1))),
      reason: /not BOOLEAN/u,
    },
    {
      name: 'no value',
      extension: sequence(objectIdentifier('1.2.3')),
      reason: /an extension has 1 members/u,
    },
  ])('refuses an extension with $name', ({ extension, reason }) => {
    expect(() => parseCertificate(assembleCertificate({ key: newKey(), extensions: [extension] }))).toThrow(
      reason,
    );
  });

  test('refuses bytes after a value', () => {
    const extension = sequence(objectIdentifier('2.5.29.14'), octetString(Buffer.from('04010100', 'hex')));
    expect(() => parseCertificate(assembleCertificate({ key: newKey(), extensions: [extension] }))).toThrow(
      /1 bytes follow/u,
    );
  });
});

describe('a name that cannot be read', () => {
  const attribute = (...members: readonly Asn1[]): Asn1 => sequence(...members);
  const type = objectIdentifier('2.5.4.3');

  test.each([
    { name: 'an empty part', subject: sequence(setOf()), reason: /a part of the issuer is empty/u },
    {
      name: 'an attribute without value',
      subject: sequence(setOf(attribute(type))),
      reason: /attribute of the issuer has 1/u,
    },
    {
      name: 'a TeletexString',
      subject: sequence(setOf(attribute(type, fromHex('140141')))),
      reason: /obsolete TeletexString/u,
    },
    {
      name: 'a UniversalString',
      subject: sequence(setOf(attribute(type, fromHex('1c0400000041')))),
      reason: /obsolete UniversalString/u,
    },
    { name: 'a sequence instead of a set', subject: sequence(sequence()), reason: /is SEQUENCE, not SET/u },
  ])('refuses $name', ({ subject, reason }) => {
    expect(() => parseCertificate(assembleCertificate({ key: newKey(), subject }))).toThrow(reason);
  });
});

describe('a key that cannot be read', () => {
  const spki = (algorithm: Asn1, key: Uint8Array): Buffer => encode(sequence(algorithm, bitString(key)));
  const ec = objectIdentifier('1.2.840.10045.2.1');
  const p256 = objectIdentifier('1.2.840.10045.3.1.7');
  const rsa = objectIdentifier('1.2.840.113549.1.1.1');
  const numbers = encode(
    sequence(unsignedInteger(Buffer.alloc(256, 0xff)), unsignedInteger(Buffer.from('010001', 'hex'))),
  );

  test.each([
    {
      name: 'an EC key with a curve of its own making (CVE-2020-0601)',
      key: spki(sequence(ec, sequence(smallInteger(1))), Buffer.alloc(65, 4)),
      reason: /curve of an EC key is SEQUENCE/u,
    },
    {
      name: 'an EC key without curve',
      key: spki(sequence(ec), Buffer.alloc(65, 4)),
      reason: /curve of an EC key is missing/u,
    },
    {
      name: 'a compressed point',
      key: spki(sequence(ec, p256), Buffer.alloc(33, 2)),
      reason: /not an uncompressed point/u,
    },
    { name: 'an RSA key without NULL', key: spki(sequence(rsa), numbers), reason: /must be NULL/u },
    {
      name: 'a negative RSA modulus',
      key: spki(sequence(rsa, nullValue()), Buffer.from('30060201ff020103', 'hex')),
      reason: /is negative/u,
    },
    {
      name: 'an RSA key that is none',
      key: spki(sequence(rsa, nullValue()), Buffer.of(1)),
      reason: /length is missing/u,
    },
    {
      name: 'an Ed25519 key with parameters',
      key: spki(sequence(objectIdentifier('1.3.101.112'), nullValue()), Buffer.alloc(32)),
      reason: /has no parameters/u,
    },
    {
      name: 'an Ed25519 key of 31 bytes',
      key: spki(sequence(objectIdentifier('1.3.101.112')), Buffer.alloc(31)),
      reason: /has 32 bytes, not 31/u,
    },
  ])('refuses $name', ({ key, reason }) => {
    expect(() => readPublicKeyFacts(readDer(key))).toThrow(DerFault);
    expect(() => readPublicKeyFacts(readDer(key))).toThrow(reason);
  });

  test('shows unknown algorithms and curves by number', () => {
    expect(readPublicKeyFacts(readDer(spki(sequence(objectIdentifier('1.2.3.4')), Buffer.of(1))))).toEqual({
      algorithm: '1.2.3.4',
      bits: 0,
    });
    const curve = objectIdentifier('1.3.132.0.33');
    expect(readPublicKeyFacts(readDer(spki(sequence(ec, curve), Buffer.of(4))))).toEqual({
      algorithm: '1.3.132.0.33',
      bits: 0,
    });
  });

  test.each([2048, 2050, 3001])('counts the %i bits of an RSA key', (modulusLength) => {
    const key: KeyObject = generateKeyPairSync('rsa', { modulusLength }).publicKey;
    const facts = readPublicKeyFacts(readDer(key.export({ type: 'spki', format: 'der' })));
    expect(facts).toEqual({
      algorithm: 'RSA',
      bits: key.asymmetricKeyDetails?.modulusLength,
      publicExponent: 65_537n,
    });
  });
});
