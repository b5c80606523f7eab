import { ValidationError } from './errors/validation-error.ts';
import { describeValue } from './validation.ts';

/** How far a plugin is kept from the host. Compare two levels with {@link compareIsolation}. */
export const IsolationLevel = {
  /** Same process and same rights as the host. Only the time of asynchronous calls is limited. */
  NONE: 'none',
  /** A child process of its own, confined by the kernel and by Node. */
  PROCESS: 'process',
  /** A Docker or Podman container, with the same confinement inside. */
  CONTAINER: 'container',
  /** A WebAssembly engine. None is built in: register your own with `SandboxFactory.register`. */
  WASM: 'wasm',
} as const;
Object.freeze(IsolationLevel);

/** One of the values of the {@link IsolationLevel} object. */
export type IsolationLevel = (typeof IsolationLevel)[keyof typeof IsolationLevel];

/** Every level, weakest first. The position is the strength that {@link compareIsolation} compares. */
export const ISOLATION_LEVELS: readonly IsolationLevel[] = Object.freeze([
  IsolationLevel.NONE,
  IsolationLevel.PROCESS,
  IsolationLevel.CONTAINER,
  IsolationLevel.WASM,
]);

/**
 * Orders two levels by strength, for `sort` and for "at least" questions.
 *
 * @returns a negative number when `a` isolates less than `b`, 0 when they are equal, a positive number otherwise.
 * @throws ValidationError for a level that is none: a comparison with it must not pass for "strong enough".
 */
export function compareIsolation(a: IsolationLevel, b: IsolationLevel): number {
  return strengthOf(a) - strengthOf(b);
}

function strengthOf(level: IsolationLevel): number {
  const strength = ISOLATION_LEVELS.indexOf(level);
  if (strength === -1) {
    const problem = `${describeValue(level)} is none; the levels are ${ISOLATION_LEVELS.join(', ')}`;
    throw new ValidationError({ subject: 'isolation level', faults: [{ path: '', problem }] });
  }
  return strength;
}
