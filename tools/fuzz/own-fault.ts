/** Messages that the engine writes when code does what it can't: a parser's refusals never read like that. */
const ENGINE_MESSAGES =
  /^(?:Maximum call stack|Cannot (?:read|set|convert|destructure|mix|delete|define|access)|Invalid (?:array|string|typed array|time|BigInt)|undefined|null)|is not (?:a function|iterable|defined|a constructor|extensible)|object is not iterable|allocation failed/;

/**
 * The error of the engine that stands behind a refusal, however far down its causes; `undefined` where there is none. A parser that
 * wraps all that it catches would otherwise hide its own faults.
 */
export function findOwnFault(error: unknown): Error | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const isOfEngine = current.constructor === TypeError || current.constructor === RangeError;
    if (isOfEngine && ENGINE_MESSAGES.test(current.message)) return current;
    if (current instanceof ReferenceError) return current;
  }
  return undefined;
}
