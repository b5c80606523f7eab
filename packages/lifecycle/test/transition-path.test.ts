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

const toRest = ALL.flatMap((from) => RESTING_STATES.map((to) => ({ from, to })));
const toOther = ALL.flatMap((from) =>
  ALL.filter((state) => !isRestingState(state)).map((to) => ({ from, to })),
);

describe('a plan', () => {
  test.each(toRest)(
    'from $from to $to is a shortest legal path, or refused where there is none',
    ({ from, to }) => {
      const shortest = Math.min(...listAllPaths(from, to).map((path) => path.length));
      if (shortest === Infinity) {
        expect(() => planTransition('csv', from, to)).toThrow(InvalidTransitionError);
        return;
      }
      const path = planTransition('csv', from, to);
      expect(path).toHaveLength(shortest);
      expect(path.at(-1) ?? from).toBe(to);
      expect(
        [from, ...path].every(
          (state, index, all) => index === 0 || isLegalTransition(all[index - 1]!, state),
        ),
      ).toBe(true);
    },
  );

  test.each(toOther)('from $from to $to is one move or refused', ({ from, to }) => {
    if (isLegalTransition(from, to)) expect(planTransition('csv', from, to)).toEqual([to]);
    else expect(() => planTransition('csv', from, to)).toThrow(InvalidTransitionError);
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
