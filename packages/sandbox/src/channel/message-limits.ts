/**
 * What one message may ask of its reader.
 *
 * Bytes cost what they weigh. Text costs far more: three characters of JSON make an object of fifty bytes,
 * and making millions of them keeps the event loop busy for seconds, or fills the heap. So text is limited
 * on its own, and what it would become is counted before it is parsed.
 *
 * @module
 */
import { MalformedMessageError } from './decode-value.ts';
import { MAX_VALUE_DEPTH } from './plain-json.ts';

/** Limits of one message. */
export interface MessageLimits {
  /** Largest message, in bytes. */
  readonly bytes: number;
  /** Largest JSON text in one, in bytes. */
  readonly textBytes: number;
  /** Most values that text may hold: its brackets, braces and commas, outside of strings. */
  readonly values: number;
  /** Deepest nesting of that text. */
  readonly depth: number;
}

/** Largest message that crosses, in bytes. */
export const MAX_MESSAGE_BYTES: number = 256 * 1024 * 1024;

/** For a peer that is trusted. */
export const FULL_LIMITS: MessageLimits = {
  bytes: MAX_MESSAGE_BYTES,
  textBytes: MAX_MESSAGE_BYTES,
  values: Infinity,
  depth: Infinity,
};

/** For text from a guest: what ten megabytes of dense rows hold. */
const MAX_GUEST_TEXT_BYTES = 64 * 1024 * 1024;
const MAX_GUEST_VALUES = 2_000_000;
/**
 * A tag takes up to four levels of JSON for each level of the value. Text that is nested deeper makes `JSON.parse` of some
 * releases of V8 (seen in Node 26.10) write over the host's memory, where it finds a fault at that depth.
 */
const MAX_GUEST_DEPTH = 4 * MAX_VALUE_DEPTH + 16;

/** The limits of a guest that may use that much memory: nothing honest is larger than what it was made in. */
export function guestLimits(maxMemoryMb: number): MessageLimits {
  const bytes = Math.min(maxMemoryMb * 1024 * 1024, MAX_MESSAGE_BYTES);
  return {
    bytes,
    textBytes: Math.min(bytes, MAX_GUEST_TEXT_BYTES),
    values: MAX_GUEST_VALUES,
    depth: MAX_GUEST_DEPTH,
  };
}

/** A message is larger than its reader takes. */
export class MessageSizeError extends MalformedMessageError {
  static {
    this.prototype.name = 'MessageSizeError';
  }

  readonly limit: number;

  constructor(limit: number, unit: 'bytes' | 'bytes of JSON' | 'values' | 'pieces of bytes' = 'bytes') {
    super(
      `a message is larger than ${String(limit)} ${unit}: give less at a time, as items of an async iterable, or as bytes`,
    );
    this.limit = limit;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;
const END_BRACKET = 0x5d;
const END_BRACE = 0x7d;

/**
 * Looks through JSON text before it is parsed.
 * @throws MessageSizeError when it is too long, or holds too many values; MalformedMessageError when it is nested deeper
 *   than any value that can cross
 */
export function assertTextFits(bytes: Uint8Array, start: number, end: number, limits: MessageLimits): void {
  if (end - start > limits.textBytes) throw new MessageSizeError(limits.textBytes, 'bytes of JSON');
  // Each level and each value takes a byte: a shorter text need not be looked through.
  if (end - start <= Math.min(limits.depth, limits.values)) return;
  let [values, depth] = [0, 0];
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) index = findStringEnd(bytes, index + 1, end);
    else if (byte === COMMA) values += 1;
    else if (byte === BRACKET || byte === BRACE) {
      values += 1;
      depth += 1;
      if (depth > limits.depth)
        throw new MalformedMessageError(
          `text is nested deeper than ${String(limits.depth)} levels, and no value is`,
        );
    } else if (byte === END_BRACKET || byte === END_BRACE) depth -= 1;
  }
  if (values > limits.values) throw new MessageSizeError(limits.values, 'values');
}

/** What most strings are shorter than; a search in native code takes longer than to look at that many bytes. */
const SHORT_STRING_BYTES = 64;

/** Where the quote stands that closes a string; `end` when none does. */
function findStringEnd(bytes: Uint8Array, start: number, end: number): number {
  const shortEnd = Math.min(end, start + SHORT_STRING_BYTES);
  let from = start;
  for (; from < shortEnd; from += 1) {
    const byte = bytes[from];
    if (byte === QUOTE) return from;
    if (byte === BACKSLASH) from += 1;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote === -1 || quote >= end) return end;
    let first = quote;
    while (first > from && bytes[first - 1] === BACKSLASH) first -= 1;
    if ((quote - first) % 2 === 0) return quote;
    from = quote + 1;
  }
}
