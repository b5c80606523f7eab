import { describe, expect, it } from 'vitest';
import { byteAt, doubleAt, entryOf, intAt, itemAt } from '../../src/graph/element-at.ts';

describe('reading what must be there', () => {
  it('answers what is there, also what counts as false', () => {
    expect(intAt(Int32Array.of(0, -1), 1)).toBe(-1);
    expect(byteAt(Uint8Array.of(0), 0)).toBe(0);
    expect(doubleAt(Float64Array.of(0.5), 0)).toBe(0.5);
    expect(itemAt([''], 0)).toBe('');
    expect(entryOf(new Map([['__proto__', 0n]]), '__proto__')).toBe(0n);
  });

  it('stops where a list or a map has nothing, instead of going on with a made-up value', () => {
    const wrong = 'index 1 is outside of a list of 1 elements';
    expect(() => intAt(Int32Array.of(0), 1)).toThrow(wrong);
    expect(() => byteAt(Uint8Array.of(0), 1)).toThrow(wrong);
    expect(() => doubleAt(Float64Array.of(0), 1)).toThrow(wrong);
    expect(() => itemAt(['a'], 1)).toThrow(wrong);
    expect(() => entryOf(new Map<string, string>(), 'a')).toThrow('no entry a');
  });
});
