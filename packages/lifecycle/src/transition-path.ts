/**
 * Which moves lead from one state to another.
 *
 * A walk goes to a resting state by the shortest way. It never passes through `error` or `reloading`:
 * nobody who asks for "inactive" means "fail first". Any other state is reached in a single move or not
 * at all, because stopping in one is a decision that only its owner takes.
 *
 * @module
 */
import { InvalidTransitionError, LifecycleState } from '@truthound/protocols';
import { TRANSITIONS, assertTransition } from './transitions.ts';

/** The states in which a plugin can stay: no step is under way and nothing has failed. */
export const RESTING_STATES: readonly LifecycleState[] = Object.freeze([
  LifecycleState.DISCOVERED,
  LifecycleState.LOADED,
  LifecycleState.ACTIVE,
  LifecycleState.INACTIVE,
  LifecycleState.UNLOADED,
]);

const NEVER_ON_THE_WAY: readonly LifecycleState[] = [LifecycleState.ERROR, LifecycleState.RELOADING];

/** Whether a plugin can stay in `state`. */
export function isRestingState(state: LifecycleState): boolean {
  return RESTING_STATES.includes(state);
}

/**
 * The states to enter, in order, to get from `from` to `to`. Empty when it already rests there.
 *
 * @throws InvalidTransitionError when no legal way leads there.
 */
export function planTransition(
  pluginId: string,
  from: LifecycleState,
  to: LifecycleState,
): readonly LifecycleState[] {
  if (!isRestingState(to)) {
    assertTransition(pluginId, from, to);
    return [to];
  }
  const path = findShortestPath(from, to);
  if (path === undefined) {
    throw new InvalidTransitionError({ pluginId, from, to, allowed: TRANSITIONS[from] });
  }
  return path;
}

/** Breadth first, so the first path that arrives is a shortest one; ties go to the order of the table. */
function findShortestPath(from: LifecycleState, to: LifecycleState): readonly LifecycleState[] | undefined {
  const paths = new Map<LifecycleState, readonly LifecycleState[]>([[from, []]]);
  for (const [state, path] of paths) {
    if (state === to) return path;
    for (const next of TRANSITIONS[state]) {
      if (!paths.has(next) && !NEVER_ON_THE_WAY.includes(next)) paths.set(next, [...path, next]);
    }
  }
  return undefined;
}
