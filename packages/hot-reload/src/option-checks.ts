import { type Fault, ValidationError, ValidationRangeError } from '@truthound/protocols';
import { MAX_TIMER_MS } from './clock.ts';

/** Answers what is wrong with a value, as the rest of a sentence that starts with its name. */
export type Judge = (value: unknown) => { readonly problem: string; readonly outOfRange?: true } | undefined;

export function duration(minimum: number): Judge {
  return (value) => {
    if (typeof value !== 'number')
      return { problem: `must be a number of milliseconds, not ${String(value)}` };
    if (value === Infinity || (value >= minimum && value <= MAX_TIMER_MS)) return undefined;
    const problem = `must be at least ${minimum} and at most ${MAX_TIMER_MS} (or Infinity), not ${value}`;
    return { problem, outOfRange: true };
  };
}

export function count(minimum: number): Judge {
  return (value) => {
    if (typeof value !== 'number') return { problem: `must be a number, not ${String(value)}` };
    if (value === Infinity || (Number.isInteger(value) && value >= minimum)) return undefined;
    return { problem: `must be a whole number of at least ${minimum}, not ${value}`, outOfRange: true };
  };
}

export function oneOf(values: readonly string[]): Judge {
  return (value) =>
    values.includes(value as string)
      ? undefined
      : { problem: `must be one of ${values.map((each) => `"${each}"`).join(', ')}, not ${String(value)}` };
}

export function object(method: string): Judge {
  return (value) =>
    typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function'
      ? undefined
      : { problem: `must be an object with the method ${method}()` };
}

export const callback: Judge = (value) =>
  typeof value === 'function' ? undefined : { problem: `must be a function, not ${String(value)}` };

/** An AbortSignal. */
export const signal: Judge = (value) =>
  value instanceof AbortSignal ? undefined : { problem: 'must be an AbortSignal' };

/** Lets an option be left out. */
export function optional(judge: Judge): Judge {
  return (value) => (value === undefined ? undefined : judge(value));
}

/** The check of each option by its name. A misspelt option is refused, for it would be ignored. */
export type Judges = Readonly<Record<string, Judge>>;

function findFault(judges: Judges, option: string, value: unknown): Fault | undefined {
  const judge = Object.hasOwn(judges, option) ? judges[option] : undefined;
  if (judge === undefined) {
    return { path: option, problem: `is not an option; the options are ${Object.keys(judges).join(', ')}` };
  }
  const verdict = judge(value);
  return verdict && { path: option, ...verdict };
}

/**
 * Completes options with defaults, checks and freezes them. An option that has no default must be given.
 * @throws ValidationRangeError for a number out of its range, else ValidationError; both list every fault.
 */
export function resolveOptions<Settings extends object>(
  subject: string,
  judges: Judges,
  defaults: object,
  options: Partial<Settings>,
): Settings {
  const required = Object.fromEntries(Object.keys(judges).map((option) => [option, undefined]));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings = { ...required, ...defaults, ...Object.fromEntries(given) };
  const faults = Object.entries(settings).flatMap(
    ([option, value]) => findFault(judges, option, value) ?? [],
  );
  if (faults.length === 0) return Object.freeze(settings) as unknown as Settings;
  const FaultError = faults.some(({ outOfRange }) => outOfRange) ? ValidationRangeError : ValidationError;
  throw new FaultError({ subject, faults });
}
