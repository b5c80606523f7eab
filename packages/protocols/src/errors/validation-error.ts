import {
  type ErrorCode,
  type ErrorJson,
  TruthoundError,
  brandErrorClass,
  errorToJson,
  hasErrorBrand,
} from './truthound-error.ts';

/** One thing that is wrong with a piece of data. */
export interface Fault {
  /** Where: `resourceLimits.maxMemoryMb`, `permissions.read[2]`; empty for the whole. */
  readonly path: string;
  /** What is wrong and what would be right, as the rest of a sentence that starts with the path. */
  readonly problem: string;
  /** Set when the value has the right type but lies outside its range. */
  readonly outOfRange?: true;
}

/** What follows "is not valid:": one line each, or the same line when there is only one. */
export function describeFaults(faults: readonly Fault[]): string {
  const lines = faults.map(({ path, problem }) => (path === '' ? problem : `${path} ${problem}`));
  return lines.length === 1 ? ` ${String(lines[0])}` : `\n${lines.map((line) => `  - ${line}`).join('\n')}`;
}

function messageFor(subject: string, faults: readonly Fault[]): string {
  return `${subject} is not valid:${describeFaults(faults)}`;
}

/** Data given to this library is wrong. Lists every fault, not only the first. */
export class ValidationError extends TruthoundError {
  static {
    brandErrorClass(this, 'ValidationError');
  }

  readonly code: ErrorCode = 'ERR_VALIDATION';
  /** What was validated: "ResourceLimits", "SecurityPolicy", a file name. */
  readonly subject: string;
  readonly faults: readonly Fault[];

  constructor(
    facts: { readonly subject: string; readonly faults: readonly Fault[] },
    options?: ErrorOptions,
  ) {
    super(messageFor(facts.subject, facts.faults), options);
    this.subject = facts.subject;
    this.faults = facts.faults;
  }
}

/**
 * A {@link ValidationError} where at least one number is outside its range.
 * It is a built-in `RangeError` as well, so `catch (e) { if (e instanceof RangeError) … }` works.
 */
export class ValidationRangeError extends RangeError {
  static {
    brandErrorClass(this, 'ValidationRangeError', ['ValidationError', 'TruthoundError']);
  }

  /** As {@link TruthoundError} has it, which is not its parent: holds across copies of this package. */
  static override [Symbol.hasInstance](
    this: abstract new (...args: never[]) => Error,
    value: unknown,
  ): boolean {
    return hasErrorBrand(this, value);
  }

  readonly code: ErrorCode = 'ERR_VALIDATION_RANGE';
  readonly subject: string;
  readonly faults: readonly Fault[];

  constructor(
    facts: { readonly subject: string; readonly faults: readonly Fault[] },
    options?: ErrorOptions,
  ) {
    super(messageFor(facts.subject, facts.faults), options);
    this.subject = facts.subject;
    this.faults = facts.faults;
  }

  toJSON(): ErrorJson {
    return errorToJson(this);
  }
}
