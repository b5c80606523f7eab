import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeByHand, fromBase64, sameBytes, toBase64 } from '../src/byte-text.ts';

describe.each([
  ['as the platform decodes it', fromBase64],
  ['decoded by hand', decodeByHand],
])('base64 %s', (_name, decode) => {
  it('property: gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decode(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each([
    'AA',
    'AA=',
    'AB==',
    'A===',
    'AAA',
    'AA==\n',
    ' AA==',
    'A A==',
    'AA==AA==',
    'AA-_',
    'ÄÄ==',
    '=',
    'AAAA ',
  ])('has one spelling, and %j is another', (text) => {
    expect(decode(text)).toBeUndefined();
  });

  it('property: refuses or re-encodes to the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('A', 'B', '/', '+', '=', ' ', '\n', '-') }), (text) => {
        const bytes = decode(text);
        expect(bytes === undefined ? text : toBase64(bytes)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

it('compares bytes by value', () => {
  const [one, two] = [Uint8Array.of(1, 2), Uint8Array.of(1, 2)];
  expect([
    sameBytes(one, two),
    sameBytes(one, Uint8Array.of(1, 3)),
    sameBytes(one, Uint8Array.of(1)),
  ]).toEqual([true, false, false]);
});
