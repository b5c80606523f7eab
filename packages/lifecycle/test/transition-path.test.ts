import { InvalidTransitionError, LifecycleState } from '@truthound/protocols';
import { describe, expect, it, test } from 'vitest';
import { RESTING_STATES, isRestingState, planTransition } from '../src/transition-path.ts';
import { isLegalTransition } from '../src/transitions.ts';

const ALL = Object.values(LifecycleState);

/** Every way without a loop, by exhaustion: slow, and with nothing in common with the search it checks. */
function listAllPaths(from: LifecycleState, to: LifecycleState, seen = [from]): LifecycleState[][] {
  if (from === to) return [[]];
  return ALL.filter((next) => isLegalTransition(from, next) && !seen.includes(next))
    .filter((next) => next === to || (next !== LifecycleState.ERROR && next !== LifecycleState.RELOADING))
    .flatMap((next) => listAllPaths(next, to, [...seen, next]).map((rest) => [next, ...rest]));
}

const shortestLength = (from: LifecycleState, to: LifecycleState): number =>
  Math.min(...listAllPaths(from, to).map((path) => path.length));
const pairs = ALL.flatMap((from) => ALL.map((to) => ({ from, to })));
const toRest = pairs.filter(({ to }) => isRestingState(to));
const toOther = pairs.filter(({ to }) => !isRestingState(to));
const refused = [
  ...toRest.filter(({ from, to }) => shortestLength(from, to) === Infinity),
  ...toOther.filter(({ from, to }) => !isLegalTransition(from, to)),
];

describe('a plan', () => {
  it('knows the five states to rest in', () => {
    expect(RESTING_STATES).toEqual(['discovered', 'loaded', 'active', 'inactive', 'unloaded']);
  });

  test.each(toRest.filter((pair) => !refused.includes(pair)))(
    'from $from to $to is a shortest legal path',
    ({ from, to }) => {
      const path = planTransition('csv', from, to);
      expect(path).toHaveLength(shortestLength(from, to));
      expect(path.at(-1) ?? from).toBe(to);
      const isLegal = path.every((state, index) => isLegalTransition(path[index - 1] ?? from, state));
      expect(isLegal).toBe(true);
    },
  );

  test.each(toOther.filter((pair) => !refused.includes(pair)))(
    'from $from to $to is one move',
    ({ from, to }) => {
      expect(planTransition('csv', from, to)).toEqual([to]);
    },
  );

  test.each(refused)('from $from to $to is refused', ({ from, to }) => {
    expect(() => planTransition('csv', from, to)).toThrow(InvalidTransitionError);
  });

  it('leads from failure to service by loading again', () => {
    expect(planTransition('csv', LifecycleState.ERROR, LifecycleState.ACTIVE)).toEqual([
      'loading',
      'loaded',
      'activating',
      'active',
    ]);
  });

  it('never leads back to discovered', () => {
    const origins = ALL.filter((from) => from !== LifecycleState.DISCOVERED);
    for (const from of origins) {
      expect(() => planTransition('csv', from, LifecycleState.DISCOVERED)).toThrow(InvalidTransitionError);
    }
  });
});
