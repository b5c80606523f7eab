import { describe, expect, test } from 'vitest';
import { ISOLATION_LEVELS, type IsolationLevel, ValidationError, compareIsolation } from '../src/index.ts';

describe('compareIsolation', () => {
  test('sorts from none to wasm', () => {
    const shuffled: IsolationLevel[] = ['wasm', 'none', 'container', 'process'];
    expect(shuffled.sort(compareIsolation)).toEqual(['none', 'process', 'container', 'wasm']);
  });

  test('answers 0 for a level and itself', () => {
    for (const level of ISOLATION_LEVELS) expect(compareIsolation(level, level)).toBe(0);
  });

  test.each(['vm', 'PROCESS', undefined, '__proto__'])('refuses %s on either side', (level) => {
    expect(() => compareIsolation(level as IsolationLevel, 'none')).toThrow(ValidationError);
    expect(() => compareIsolation('wasm', level as IsolationLevel)).toThrow(
      'is none; the levels are none, process, container, wasm',
    );
  });
});
