/**
 * Checking of data that comes from outside: all faults are collected, each with its path, and unknown
 * keys are refused, because a misspelt security option that is ignored is a hole.
 *
 * A check is a function that reports to a {@link FaultCollector}; checks for objects are tables of checks.
 *
 * @module
 */
import { type Fault, ValidationError, ValidationRangeError } from './errors/validation-error.ts';

/** Receives what a {@link Check} finds. */
export interface FaultCollector {
  add(path: string, problem: string): void;
  addOutOfRange(path: string, problem: string): void;
}

/** Reports what is wrong with `value`, which stands at `path`. */
export type Check = (value: unknown, path: string, faults: FaultCollector) => void;

/** Runs `check` and answers every fault. */
export function collectFaults(check: Check, value: unknown, path = ''): readonly Fault[] {
  const faults: Fault[] = [];
  check(value, path, {
    add: (at, problem) => void faults.push({ path: at, problem }),
    addOutOfRange: (at, problem) => void faults.push({ path: at, problem, outOfRange: true }),
  });
  return faults;
}

/**
 * Throws when `check` finds a fault.
 *
 * @throws {@link ValidationRangeError} when a number is out of its range, else {@link ValidationError}; both list all faults.
 */
export function assertValid(subject: string, check: Check, value: unknown): void {
  const faults = collectFaults(check, value);
  if (faults.length === 0) return;
  const ErrorClass = faults.some(({ outOfRange }) => outOfRange) ? ValidationRangeError : ValidationError;
  throw new ErrorClass({ subject, faults });
}

/** Names a value in a message without printing it whole: it may be long, or a secret. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  const kind = typeof value === 'object' ? kindOfObject(value) : typeof value;
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** In quotes, cut, and with control characters escaped: what is refused must not write the log. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** `array`, `object`, or the name of the class. */
function kindOfObject(value: object): string {
  if (Array.isArray(value)) return 'array';
  if (isRecord(value)) return 'object';
  const { constructor } = value;
  const name: unknown = typeof constructor === 'function' ? constructor.name : undefined;
  return typeof name === 'string' && /^[\w$]{1,60}$/.test(name) ? name : 'object of a class';
}

/**
 * Whether `value` is what JSON calls an object. Instances of classes are not: what a Map or a getter of a prototype
 * holds would be ignored by one reader and taken by the next.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * A copy of an object's own fields that inherits nothing; anything else as it is. Options are read from such a copy:
 * a field that a polluted `Object.prototype` adds is never checked, and must not be taken.
 */
export function ownFields<T>(value: T): T {
  return isRecord(value) ? ({ __proto__: null, ...(value as object) } as T) : value;
}

/** The key that `unknownKey` was probably meant to be: but for case, one edit or two swapped letters away. */
function suggest(unknownKey: string, known: readonly string[]): string | undefined {
  const lower = unknownKey.toLowerCase();
  return known.find((key) => key.toLowerCase() === lower || isOneEditApart(key.toLowerCase(), lower));
}

function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const restOfA = a.slice(start, a.length - end);
  const restOfB = b.slice(start, b.length - end);
  const isSwap = restOfA.length === 2 && restOfA === `${restOfB.charAt(1)}${restOfB.charAt(0)}`;
  return isSwap || Math.max(restOfA.length, restOfB.length) <= 1;
}

/** `parent.key`, or `key` at the top; a key that is no identifier is quoted. */
export function joinPath(parent: string, key: string): string {
  const isPlain = /^[\w$-]+$/.test(key);
  if (!isPlain || key.length > 60) return `${parent}[${quote(key)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

/** An object with these keys and no other. A key that is absent or `undefined` is left out of the check. */
export function objectOf(
  checks: Readonly<Record<string, Check>>,
  options: { readonly noun?: string } = {},
): Check {
  const known = Object.keys(checks);
  const noun = options.noun ?? 'key';
  return (value, path, faults) => {
    if (!isRecord(value)) {
      faults.add(path, `must be an object, not ${describeValue(value)}`);
      return;
    }
    for (const key of Object.keys(value)) {
      const at = joinPath(path, key);
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
      if (check === undefined) {
        const meant = suggest(key, known);
        const hint =
          meant === undefined ? `the ${noun}s are ${known.join(', ')}` : `did you mean "${meant}"?`;
        faults.add(at, `is not a known ${noun}: ${hint}`);
      } else if (value[key] !== undefined) check(value[key], at, faults);
    }
  };
}

/** An object whose keys are free; each key and each value is checked. */
export function recordOf(checkKey: Check, checkValue: Check): Check {
  return (value, path, faults) => {
    if (!isRecord(value)) {
      faults.add(path, `must be an object, not ${describeValue(value)}`);
      return;
    }
    for (const key of Object.keys(value)) {
      const at = joinPath(path, key);
      checkKey(key, at, faults);
      checkValue(value[key], at, faults);
    }
  };
}

/** An array of at most `maxItems` items, each checked. */
export function arrayOf(checkItem: Check, { maxItems = 10_000 }: { readonly maxItems?: number } = {}): Check {
  return (value, path, faults) => {
    if (!Array.isArray(value)) faults.add(path, `must be an array, not ${describeValue(value)}`);
    else if (value.length > maxItems)
      faults.addOutOfRange(path, `must have at most ${String(maxItems)} items, not ${String(value.length)}`);
    else
      // By index, because forEach passes over the holes of a sparse array.
      for (let index = 0; index < value.length; index += 1)
        checkItem(value[index], `${path}[${String(index)}]`, faults);
  };
}

export const boolean: Check = (value, path, faults) => {
  if (typeof value !== 'boolean') faults.add(path, `must be true or false, not ${describeValue(value)}`);
};

/** A string, trimmed length 1 to `maxLength`, without NUL, matching `pattern` where one is given. */
export function string(
  options: { readonly maxLength?: number; readonly pattern?: RegExp; readonly shape?: string } = {},
): Check {
  const { maxLength = 4096, pattern, shape } = options;
  return (value, path, faults) => {
    if (typeof value !== 'string') faults.add(path, `must be a string, not ${describeValue(value)}`);
    else if (value.trim() === '') faults.add(path, 'must not be empty');
    else if (value.length > maxLength)
      faults.add(path, `must be at most ${String(maxLength)} characters long, not ${String(value.length)}`);
    else if (value.includes('\0')) faults.add(path, 'must not contain a NUL character');
    else if (pattern?.test(value) === false)
      faults.add(path, `must be ${shape ?? String(pattern)}, not ${describeValue(value)}`);
  };
}

/** One of a fixed set of strings. */
export function oneOf(values: readonly string[]): Check {
  return (value, path, faults) => {
    if (typeof value !== 'string' || !values.includes(value)) {
      faults.add(
        path,
        `must be one of ${values.map((each) => `"${each}"`).join(', ')}, not ${describeValue(value)}`,
      );
    }
  };
}

/** A number greater than 0; `Infinity` stands for "no limit" and is allowed. */
export function positiveLimit(options: { readonly integer?: boolean } = {}): Check {
  return (value, path, faults) => {
    if (typeof value !== 'number') faults.add(path, `must be a number, not ${describeValue(value)}`);
    else if (!(value > 0))
      faults.addOutOfRange(path, `must be greater than 0 (Infinity for no limit), not ${String(value)}`);
    else if (options.integer === true && Number.isFinite(value) && !Number.isInteger(value)) {
      faults.addOutOfRange(path, `must be a whole number, not ${String(value)}`);
    }
  };
}

/** A whole number of at least `minimum`; `Infinity` only where it is allowed. */
export function wholeNumber(options: { readonly minimum: number; readonly allowInfinity?: boolean }): Check {
  return (value, path, faults) => {
    if (typeof value !== 'number') faults.add(path, `must be a number, not ${describeValue(value)}`);
    else if (options.allowInfinity === true && value === Infinity) return;
    else if (!Number.isInteger(value) || value < options.minimum) {
      faults.addOutOfRange(
        path,
        `must be a whole number of at least ${String(options.minimum)}, not ${String(value)}`,
      );
    }
  };
}
