/**
 * The root of every error in the family, and how a class is recognised.
 *
 * Two copies of this package can end up in one process (a CommonJS and an ES module build, two
 * installed versions). So `instanceof` compares a brand, a registered symbol on each class's
 * prototype, and not only the identity of the class object.
 *
 * @module
 */

const BRAND: unique symbol = Symbol.for('@truthound/protocols/error') as never;

/** Stable identifier of an error. Branch on this, never on `message`. */
export type ErrorCode = `ERR_${string}`;

/** What a guard on `error.toJSON()` can rely on: plain data, safe to log or to send. */
export interface ErrorJson {
  readonly name: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly cause?: CauseJson;
  readonly [fact: string]: unknown;
}

/** A cause: any thrown value, since JavaScript can throw anything. */
export interface CauseJson {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly cause?: CauseJson;
  readonly [fact: string]: unknown;
}

type ErrorClass = abstract new (...args: never[]) => Error;

function brandsOf(prototype: object): readonly unknown[] {
  const brands: unknown = Object.hasOwn(prototype, BRAND) ? Reflect.get(prototype, BRAND) : undefined;
  return Array.isArray(brands) ? brands : [];
}

/**
 * Names an error class and makes `instanceof` hold across copies of this package.
 * Called once in a static block of each class; a class that is not branded uses plain `instanceof`.
 *
 * @param alsoInstanceOf names of branded classes outside its prototype chain that it counts as an instance of.
 */
export function brandErrorClass(
  errorClass: ErrorClass,
  name: string,
  alsoInstanceOf: readonly string[] = [],
): void {
  Object.defineProperty(errorClass.prototype, BRAND, { value: Object.freeze([name, ...alsoInstanceOf]) });
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true });
}

/** Whether `value` is an instance of `errorClass` or of a branded class of the same name in another copy. */
export function hasErrorBrand(errorClass: ErrorClass, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const [wanted] = brandsOf(errorClass.prototype as object);
  let prototype: unknown = Object.getPrototypeOf(value);
  while (typeof prototype === 'object' && prototype !== null) {
    if (prototype === errorClass.prototype) return true;
    if (wanted !== undefined && brandsOf(prototype).includes(wanted)) return true;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}

/** `seen` ends a chain that leads back into itself. */
function causeToJson(cause: unknown, seen: Set<unknown>): CauseJson {
  if (cause instanceof TruthoundError) return seen.has(cause) ? summarise(cause) : errorToJson(cause, seen);
  if (!(cause instanceof Error)) return { name: typeof cause, message: describeThrown(cause) };
  if (seen.has(cause)) return summarise(cause);
  seen.add(cause);
  const code: unknown = Reflect.get(cause, 'code');
  return {
    ...summarise(cause),
    ...(code === undefined ? {} : { code }),
    ...(cause.cause === undefined ? {} : { cause: causeToJson(cause.cause, seen) }),
  };
}

function summarise({ name, message }: Error): CauseJson {
  return { name, message };
}

/** Objects are not printed: they may refuse it, be huge, or hold secrets. */
function describeThrown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object that is no error' : String(value);
}

/** Builds what `toJSON` answers: name, code, message, every own public field, and the causes. */
export function errorToJson(
  error: Error & { readonly code: ErrorCode },
  seen: Set<unknown> = new Set<unknown>(),
): ErrorJson {
  seen.add(error);
  const facts: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (value !== undefined && key !== 'cause') facts[key] = value;
  }
  return {
    ...facts,
    name: error.name,
    code: error.code,
    message: error.message,
    ...(error.cause === undefined ? {} : { cause: causeToJson(error.cause, seen) }),
  };
}

/**
 * Root of every error that a `@truthound/*` package throws.
 *
 * Subclasses take facts and write the message themselves: what happened, to what, what to do next.
 */
export abstract class TruthoundError extends Error {
  static {
    brandErrorClass(this, 'TruthoundError');
  }

  /** Stable identifier: branch on this, never on `message`. */
  abstract readonly code: ErrorCode;

  static override [Symbol.hasInstance](this: ErrorClass, value: unknown): boolean {
    return hasErrorBrand(this, value);
  }

  /** Plain data for logs and messages: name, code, message, facts and the chain of causes; never the stack. */
  toJSON(): ErrorJson {
    return errorToJson(this);
  }
}
