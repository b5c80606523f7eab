/**
 * The state machine of a plugin, as data.
 *
 * The table is the specification: nothing outside it ever happens, and there is no back door that sets a
 * state without asking it. Two choices a reader would otherwise guess: a plugin that was only discovered
 * has nothing to unload, so it is forgotten with `remove`; and nothing fails once it is unloaded, so
 * `unloaded` has no way into `error`.
 *
 * @module
 */
import { InvalidTransitionError, LifecycleState } from '@truthound/protocols';

const { DISCOVERED, LOADING, LOADED, ACTIVATING, ACTIVE, DEACTIVATING } = LifecycleState;
const { INACTIVE, UNLOADING, UNLOADED, ERROR, RELOADING } = LifecycleState;

/** Every legal move, read as "from → to". Frozen, the lists as well. */
export const TRANSITIONS: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = Object.freeze({
  [DISCOVERED]: Object.freeze([LOADING, ERROR]),
  [LOADING]: Object.freeze([LOADED, ERROR]),
  [LOADED]: Object.freeze([ACTIVATING, UNLOADING, ERROR]),
  [ACTIVATING]: Object.freeze([ACTIVE, ERROR]),
  [ACTIVE]: Object.freeze([DEACTIVATING, RELOADING, ERROR]),
  [DEACTIVATING]: Object.freeze([INACTIVE, ERROR]),
  [INACTIVE]: Object.freeze([ACTIVATING, UNLOADING, ERROR]),
  [UNLOADING]: Object.freeze([UNLOADED, ERROR]),
  [UNLOADED]: Object.freeze([LOADING]),
  [ERROR]: Object.freeze([LOADING, UNLOADING]),
  [RELOADING]: Object.freeze([ACTIVE, ERROR]),
});

/** Whether {@link TRANSITIONS} lists the move. A state does not move to itself. */
export function isLegalTransition(from: LifecycleState, to: LifecycleState): boolean {
  return TRANSITIONS[from].includes(to);
}

/**
 * Refuses a move that {@link TRANSITIONS} does not list.
 *
 * @throws InvalidTransitionError naming the plugin, both states and what would be allowed.
 */
export function assertTransition(pluginId: string, from: LifecycleState, to: LifecycleState): void {
  if (!isLegalTransition(from, to)) {
    throw new InvalidTransitionError({ pluginId, from, to, allowed: TRANSITIONS[from] });
  }
}
