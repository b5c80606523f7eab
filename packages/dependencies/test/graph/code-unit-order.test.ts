import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCodeUnits, sortByText } from '../../src/graph/code-unit-order.ts';

function sorted(texts: readonly string[]): readonly string[] {
  const items = Int32Array.from(texts.keys());
  sortByText(items, texts);
  return Array.from(items, (item) => texts[item] ?? '');
}

describe('sortByText', () => {
  it('agrees with comparing code units, for any texts', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '\u0000', '\uffff', 'é', '🦔', 'common-'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 300, size: 'max' }), (texts) => {
        expect(sorted(texts)).toEqual([...texts].sort(compareCodeUnits));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('sorts texts that begin alike for long, and one that is the beginning of all', () => {
    const beginning = 'x'.repeat(1_000);
    const texts = [
      '',
      beginning,
      ...Array.from({ length: 500 }, (_, index) => `${beginning}${String(index * 7919)}`),
    ];
    expect(sorted([...texts].reverse())).toEqual([...texts].sort(compareCodeUnits));
  });
});
