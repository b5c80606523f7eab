import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { canonicalJson } from '../src/canonical-json.ts';

describe('canonical JSON (RFC 8785)', () => {
  test.each<[unknown, string]>([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    [
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    ],
    [
      [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0],
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    ],
    ['\u000f\n"\\/', '"\\u000f\\n\\"\\\\/"'],
    [Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
  ])('writes %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each<[string, unknown, RegExp]>([
    ['NaN', { a: [NaN] }, /a\[0\] is NaN/],
    ['undefined', { a: { b: undefined } }, /a\.b is undefined/],
    ['a hole', [, 1], /\[0\] is undefined/], // eslint-disable-line no-sparse-arrays -- the hole is the case
    ['a function', { f: () => 1 }, /f is a function/],
    ['a bigint', 1n, /the value is a bigint/],
    ['a date', { at: new Date(0) }, /at is an instance of a class/],
    ['a map', new Map(), /the value is an instance of a class/],
    ['half a surrogate pair', { a: '\ud800' }, /a holds half of a surrogate pair/],
    ['such a key', { '\udc00': 1 }, /half of a surrogate pair/],
  ])('refuses %s, saying where', (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });

  it('refuses what is nested too deep, also a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => canonicalJson(cycle)).toThrow(/deeper than 64/);
  });

  it('writes one text for one value, whatever the order of its keys, and JSON reads it back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.nat()), (record) => {
        const turned = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(record));
      }),
    );
  });
});
