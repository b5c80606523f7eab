import { expect, it } from 'vitest';
import { numberAt } from '../src/number-at.ts';

it('answers the number that is there, and stops where none is', () => {
  expect(numberAt([0, 7], 0)).toBe(0);
  expect(() => numberAt([0, 7], 2)).toThrow('index 2 is outside of a list of 2 numbers');
});
