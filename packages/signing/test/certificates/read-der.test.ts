import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { DerFault } from '../../src/certificates/der-fault.ts';
import { readObjectIdentifier, readNamedBits } from '../../src/certificates/der-values.ts';
import { readTime } from '../../src/certificates/der-time.ts';
import { encodingOf, readDer } from '../../src/certificates/read-der.ts';
import { encode, objectIdentifier, namedBits, time } from '../../src/certificates/asn1-writer.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** Each row is a value that BER allows, or that no rule allows, and the reason for which it is refused. */
const REFUSED = [
  { rule: 'an indefinite length', hex: '30 80 00 00', reason: /form that DER forbids/u },
  { rule: 'a long length for a short content', hex: '04 81 01 00', reason: /shortest form/u },
  { rule: 'a length with a leading zero', hex: '04 82 00 80' + '00'.repeat(128), reason: /shortest form/u },
  { rule: 'a length of four octets', hex: '04 84 00 00 00 01 00', reason: /form that DER forbids/u },
  { rule: 'bytes after the end', hex: '05 00 00', reason: /1 bytes follow the end/u },
  { rule: 'a content that is cut off', hex: '04 02 00', reason: /cut off/u },
  { rule: 'a length that is cut off', hex: '04 82 01', reason: /cut off/u },
  { rule: 'a missing length', hex: '04', reason: /length is missing/u },
  { rule: 'no bytes at all', hex: '', reason: /element is missing/u },
  { rule: 'a child that outgrows its parent', hex: '30 03 04 02 00', reason: /cut off/u },
  { rule: 'a high tag number', hex: '1f 01 00', reason: /tag numbers above 30/u },
  { rule: 'a constructed string', hex: '24 03 04 01 00', reason: /wrong form/u },
  { rule: 'a primitive sequence', hex: '10 00', reason: /wrong form/u },
  { rule: 'TRUE as 01', hex: '01 01 01', reason: /neither 00 nor FF/u },
  { rule: 'an empty integer', hex: '02 00', reason: /empty/u },
  { rule: 'a padded positive integer', hex: '02 02 00 7f', reason: /shortest form/u },
  { rule: 'a padded negative integer', hex: '02 02 ff 80', reason: /shortest form/u },
  { rule: 'a null with content', hex: '05 01 00', reason: /NULL has content/u },
  { rule: 'an empty bit string', hex: '03 00', reason: /empty/u },
  { rule: 'eight unused bits', hex: '03 02 08 00', reason: /unused bits wrongly/u },
  { rule: 'unused bits of nothing', hex: '03 01 01', reason: /unused bits wrongly/u },
  { rule: 'unused bits that are set', hex: '03 02 01 01', reason: /not zero/u },
  { rule: 'an empty object identifier', hex: '06 00', reason: /empty or over/u },
  { rule: 'a padded object identifier', hex: '06 03 55 80 03', reason: /shortest form/u },
  { rule: 'a cut object identifier', hex: '06 02 55 84', reason: /cut off/u },
  { rule: 'broken UTF-8', hex: '0c 02 c3 28', reason: /UTF-8/u },
  { rule: 'an asterisk in a PrintableString', hex: '13 01 2a', reason: /PrintableString/u },
  { rule: 'eight bits in an IA5String', hex: '16 01 80', reason: /ASCII/u },
  { rule: 'half a character in a BMPString', hex: '1e 01 41', reason: /odd number/u },
  { rule: 'a set out of order', hex: '31 06 02 01 02 02 01 01', reason: /not sorted/u },
];

describe('readDer', () => {
  test.each(REFUSED)('refuses $rule', ({ hex, reason }) => {
    expect(() => readDer(bytes(hex))).toThrow(DerFault);
    expect(() => readDer(bytes(hex))).toThrow(reason);
  });

  test('accepts the canonical forms beside them', () => {
    for (const hex of [
      '3000',
      '010100',
      '0101ff',
      '02020080',
      '3106020101020102',
      `048180${'00'.repeat(128)}`,
    ]) {
      expect(encodingOf(readDer(bytes(hex)))).toEqual(bytes(hex));
    }
  });

  test('stops at its limits of size, depth and elements', () => {
    const limits = { maxBytes: 64, maxDepth: 3, maxElements: 4 };
    expect(() => readDer(new Uint8Array(65), limits)).toThrow(/65 bytes are more than the limit of 64/u);
    expect(() => readDer(bytes('3008 3006 3004 3002 0500'), limits)).toThrow(/deeper than 3/u);
    expect(() => readDer(bytes('3008 0500 0500 0500 0500'), limits)).toThrow(/more than 4 elements/u);
  });

  test('does not overflow the stack on 65,000 bytes of nesting', () => {
    expect(() => readDer(new Uint8Array(65_000).fill(0x30))).toThrow(DerFault);
  });

  test('property: any bytes are refused with DerFault or read back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
        expect(attempt(input)).toSatisfy((result) => result === 'refused' || result === 'same');
      }),
      { numRuns: 3000 },
    );
  });
});

/** What happens to arbitrary bytes. */
function attempt(input: Uint8Array): string {
  try {
    return Buffer.compare(encodingOf(readDer(input)), input) === 0 ? 'same' : 'other';
  } catch (error) {
    return error instanceof DerFault ? 'refused' : String(error);
  }
}

describe('values', () => {
  test.each(['2.5.4.3', '1.2.840.113549.1.1.11', '0.9.2342.19200300.100.1.25', '2.999.1', '1.0.8571.2'])(
    'reads the object identifier %s as it was written',
    (dotted) => {
      expect(readObjectIdentifier(readDer(encode(objectIdentifier(dotted))), 'it')).toBe(dotted);
    },
  );

  test('refuses an arc that a number cannot hold', () => {
    expect(() => readObjectIdentifier(readDer(bytes('060b 55 ffffffffffffffffff7f')), 'it')).toThrow(
      /above 2\^53/u,
    );
  });

  test('refuses trailing zero bits and bits without a name', () => {
    const names = ['first', 'second', 'third'] as const;
    expect(readNamedBits(readDer(encode(namedBits([true, false, true]))), names, 'it')).toEqual([
      'first',
      'third',
    ]);
    expect(() => readNamedBits(readDer(bytes('0302 0680')), names, 'it')).toThrow(/trailing zero bits/u);
    expect(() => readNamedBits(readDer(bytes('0302 0410')), names, 'it')).toThrow(/no meaning/u);
  });

  test.each([
    { text: '170d3236303130313030303030305a', reads: '2026-01-01T00:00:00.000Z' },
    { text: '170d3530303130313030303030305a', reads: '1950-01-01T00:00:00.000Z' },
    { text: '180f32303530303130313030303030305a', reads: '2050-01-01T00:00:00.000Z' },
    { text: '180f39393939313233313233353935395a', reads: '9999-12-31T23:59:59.000Z' },
  ])('reads the time $reads', ({ text, reads }) => {
    expect(readTime(readDer(bytes(text)), 'it').toISOString()).toBe(reads);
    expect(encode(time(new Date(reads)))).toEqual(Buffer.from(text, 'hex'));
  });

  test.each([
    { name: 'no seconds', tag: 0x17, text: '2601010000Z' },
    { name: 'an offset', tag: 0x17, text: '260101000000+0100' },
    { name: 'a fraction', tag: 0x18, text: '20500101000000.5Z' },
    { name: 'a GeneralizedTime before 2050', tag: 0x18, text: '20260101000000Z' },
    { name: '30 February', tag: 0x17, text: '260230000000Z' },
    { name: 'the 13th month', tag: 0x17, text: '261301000000Z' },
    { name: 'the 61st second', tag: 0x17, text: '260101000060Z' },
  ])('refuses a time with $name', ({ tag, text }) => {
    const element = readDer(Buffer.concat([Buffer.of(tag, text.length), Buffer.from(text)]));
    expect(() => readTime(element, 'it')).toThrow(DerFault);
  });
});
