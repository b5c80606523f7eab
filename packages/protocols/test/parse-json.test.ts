import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../src/index.ts';

describe('parseJson', () => {
  it('reads what JSON.parse reads, strings full of brackets, quotes and backslashes too', () => {
    const text = fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', ']', 'a'), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.record({ key: text, items: fc.array(text) }), { maxLength: 40 }), (value) => {
        expect(parseJson(JSON.stringify(value), 3)).toEqual(value);
      }),
    );
  });

  it('reads text up to the depth and refuses one level more, whatever is wrong with the text behind it', () => {
    const nested = (depth: number): string => '[1,'.repeat(depth - 1) + '[]' + ']'.repeat(depth - 1);
    expect(parseJson(nested(500))).toHaveLength(2);
    expect(() => parseJson(nested(501))).toThrow(/^it is nested deeper than 500 levels$/);
    // What made Node 26.10 write over its own memory: twenty of these ended the process.
    for (let round = 0; round < 100; round += 1)
      expect(() => parseJson(`${'[1,'.repeat(20_000)}1 x`)).toThrow(SyntaxError);
  });
});
