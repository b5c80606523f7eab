import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../src/deep-freeze.ts';

describe('deepFreeze', () => {
  test('answers the same object, frozen to the last array', () => {
    const value = { list: [{ inner: [1] }], [Symbol.for('hidden')]: {} };
    expect(deepFreeze(value)).toBe(value);
    expect(Object.isFrozen(value.list[0]?.inner)).toBe(true);
    expect(Object.isFrozen(value[Symbol.for('hidden')])).toBe(true);
  });

  test('goes on inside what is frozen already', () => {
    const inner = [1];
    deepFreeze(Object.freeze({ inner }));
    expect(Object.isFrozen(inner)).toBe(true);
  });

  test('ends on a cycle', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(Object.isFrozen(deepFreeze(cycle))).toBe(true);
  });

  test('leaves alone what freezing would break', () => {
    const value = deepFreeze({ bytes: new Uint8Array([1]), date: new Date(0) });
    value.bytes[0] = 2;
    expect([...value.bytes]).toEqual([2]);
    expect(Object.isFrozen(value.date)).toBe(false);
  });

  test.each([null, undefined, 1, 'text'])('answers %s as it is', (value) => {
    expect(deepFreeze(value)).toBe(value);
  });
});
