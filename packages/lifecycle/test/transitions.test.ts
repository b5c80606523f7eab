import { InvalidTransitionError, LifecycleState } from '@truthound/protocols';
import { describe, expect, it, test } from 'vitest';
import { TRANSITIONS, assertTransition, isLegalTransition } from '../src/transitions.ts';

/**
 * Written down a second time, as a picture, so that a slip in the table of the source shows.
 * Row: from. Column: to, in the same order. x: legal.
 */
const PICTURE = `
  discovered    . x . . . . . . . x .
  loading       . . x . . . . . . x .
  loaded        . . . x . . . x . x .
  activating    . . . . x . . . . x .
  active        . . . . . x . . . x x
  deactivating  . . . . . . x . . x .
  inactive      . . . x . . . x . x .
  unloading     . . . . . . . . x x .
  unloaded      . x . . . . . . . . .
  error         . x . . . . . x . . .
  reloading     . . . . x . . . . x .
`;

const rows = PICTURE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const states = rows.map(([name]) => name as LifecycleState);
const pairs = rows.flatMap(([from, ...cells]) =>
  cells.map((cell, index) => ({ from: from as LifecycleState, to: states[index]!, isLegal: cell === 'x' })),
);

describe('the transition table', () => {
  it('covers the eleven states', () => {
    expect(pairs).toHaveLength(121);
    expect(states.toSorted()).toEqual(Object.values(LifecycleState).toSorted());
    expect(Object.keys(TRANSITIONS).toSorted()).toEqual(states.toSorted());
  });

  test.each(pairs)('$from → $to: legal is $isLegal', ({ from, to, isLegal }) => {
    expect(isLegalTransition(from, to)).toBe(isLegal);
  });

  test.each(pairs.filter(({ isLegal }) => isLegal))('lets $from move to $to', ({ from, to }) => {
    expect(() => {
      assertTransition('csv', from, to);
    }).not.toThrow();
  });

  test.each(pairs.filter(({ isLegal }) => !isLegal))('refuses to move from $from to $to', ({ from, to }) => {
    expect(() => {
      assertTransition('csv', from, to);
    }).toThrow(InvalidTransitionError);
  });

  it('says what would have been allowed', () => {
    expect(() => assertTransition('csv', LifecycleState.ACTIVE, LifecycleState.LOADED)).toThrow(
      'plugin "csv" cannot move from "active" to "loaded": from "active" it can move to "deactivating", "reloading", "error"',
    );
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(TRANSITIONS)).toBe(true);
    expect(Object.values(TRANSITIONS).every((list) => Object.isFrozen(list))).toBe(true);
  });
});
