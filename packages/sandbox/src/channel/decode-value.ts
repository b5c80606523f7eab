/**
 * Values as they arrive. The sender may be hostile: only plain data is built, nothing that it writes can
 * become a live object, a prototype or an accessor, and every count is bounded by what really arrived.
 *
 * @module
 */
import { MAX_VALUE_DEPTH, TAG } from './plain-json.ts';
import { append, define, hasOwn, isArray, mapSet, objectKeys, put, setAdd } from './primordials.ts';

/** Something that arrived is not what an honest peer sends. */
export class MalformedMessageError extends Error {
  static {
    this.prototype.name = 'MalformedMessageError';
  }
}

/** What decoding needs beside the value. */
export interface DecodeOptions {
  readonly isTagged: boolean;
  readonly parts: readonly Uint8Array[];
  /** Makes the local end of a stream. Without it, a stream is malformed. */
  readonly openStream?: ((streamId: number) => AsyncIterable<unknown>) | undefined;
}

/**
 * Makes plain data of what `JSON.parse` answered.
 * @throws MalformedMessageError
 */
export function decodeValue(json: unknown, options: DecodeOptions): unknown {
  if (options.isTagged) return new ValueDecoder(options).decode(json, 0);
  assertPlain(json, 0);
  return json;
}

/** Untagged data is used as it was parsed: only depth and `__proto__` keys can be wrong with it. */
function assertPlain(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_VALUE_DEPTH) throw tooDeep();
  if (isArray(value)) {
    for (let index = 0; index < value.length; index += 1) assertPlain(value[index], depth + 1);
    return;
  }
  const keys = objectKeys(value);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    if (key === '__proto__') throw new MalformedMessageError('a value has a key "__proto__"');
    assertPlain((value as Readonly<Record<string, unknown>>)[key], depth + 1);
  }
}

function tooDeep(): MalformedMessageError {
  return new MalformedMessageError(`a value is nested deeper than ${String(MAX_VALUE_DEPTH)} levels`);
}

const TYPED_ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** Built-in error classes that may be rebuilt; any other name becomes an `Error` of that name. */
const ERROR_CLASSES = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
} as const;

/** Digits beyond this would keep the parser busy: its work grows faster than the text. Of one, and of all in a value. */
const MAX_BIGINT_DIGITS = 100_000;
const MAX_DIGITS = 1_000_000;

type TaggedReader = (content: unknown, depth: number) => unknown;

class ValueDecoder {
  readonly #options: DecodeOptions;
  /** Objects in the order the encoder met them, for references. */
  readonly #objects: unknown[] = [];
  readonly #readers: Readonly<Record<string, TaggedReader>>;
  /** By index, which parts were used. */
  readonly #usedParts: true[] = [];
  #digits = 0;

  constructor(options: DecodeOptions) {
    this.#options = options;
    this.#readers = {
      undefined: () => undefined,
      number: (content) => readNumber(content),
      bigint: (content) => this.#readBigInt(content),
      ref: (content) => this.#readReference(content),
      date: (content) => this.#keep(new Date(typeof content === 'number' ? content : NaN)),
      regexp: (content) => this.#keep(readRegExp(content)),
      bytes: (content) => this.#keep(this.#readBytes(content)),
      stream: (content) => this.#keep(this.#readStream(content)),
      object: (content, depth) => this.#readPairs(content, depth),
      map: (content, depth) => this.#readMap(content, depth),
      set: (content, depth) => this.#readSet(content, depth),
      error: (content, depth) => this.#readError(content, depth),
    };
  }

  decode(json: unknown, depth: number): unknown {
    if (typeof json !== 'object' || json === null) return json;
    if (depth > MAX_VALUE_DEPTH) throw tooDeep();
    if (isArray(json)) return this.#readArray(json, depth);
    if (!hasOwn(json, TAG)) return this.#readPlain(json as Readonly<Record<string, unknown>>, depth);
    const pair = (json as Readonly<Record<string, unknown>>)[TAG];
    if (!isArray(pair) || typeof pair[0] !== 'string') throw new MalformedMessageError('a tag is malformed');
    const reader = hasOwn(this.#readers, pair[0]) ? this.#readers[pair[0]] : undefined;
    if (reader === undefined) throw new MalformedMessageError('a tag is unknown');
    return reader(pair[1], depth);
  }

  #keep<Value>(value: Value): Value {
    append(this.#objects, value);
    return value;
  }

  #readArray(json: readonly unknown[], depth: number): unknown[] {
    const result = this.#keep<unknown[]>([]);
    for (let index = 0; index < json.length; index += 1) append(result, this.decode(json[index], depth + 1));
    return result;
  }

  #readPlain(json: Readonly<Record<string, unknown>>, depth: number): object {
    const result = this.#keep<Record<string, unknown>>({});
    const keys = objectKeys(json);
    for (let index = 0; index < keys.length; index += 1)
      this.#setOwn(result, keys[index] ?? '', json[keys[index] ?? ''], depth);
    return result;
  }

  #readPairs(content: unknown, depth: number): object {
    const result = this.#keep<Record<string, unknown>>({});
    const pairs = asArray(content);
    for (let index = 0; index < pairs.length; index += 1) {
      const pair = asArray(pairs[index]);
      if (typeof pair[0] !== 'string') throw new MalformedMessageError('a key is not a string');
      this.#setOwn(result, pair[0], pair[1], depth);
    }
    return result;
  }

  #setOwn(target: Record<string, unknown>, key: string, json: unknown, depth: number): void {
    if (key === '__proto__') throw new MalformedMessageError('a value has a key "__proto__"');
    put(target, key, this.decode(json, depth + 1));
  }

  #readMap(content: unknown, depth: number): Map<unknown, unknown> {
    const result = this.#keep(new Map<unknown, unknown>());
    const entries = asArray(content);
    for (let index = 0; index < entries.length; index += 1) {
      const pair = asArray(entries[index]);
      mapSet(result, this.decode(pair[0], depth + 1), this.decode(pair[1], depth + 1));
    }
    return result;
  }

  #readSet(content: unknown, depth: number): Set<unknown> {
    const result = this.#keep(new Set<unknown>());
    const items = asArray(content);
    for (let index = 0; index < items.length; index += 1)
      setAdd(result, this.decode(items[index], depth + 1));
    return result;
  }

  #readError(content: unknown, depth: number): Error {
    if (typeof content !== 'object' || content === null)
      throw new MalformedMessageError('an error is malformed');
    const facts = content as Readonly<Record<string, unknown>>;
    const name = typeof facts['name'] === 'string' ? facts['name'] : 'Error';
    const ErrorClass = hasOwn(ERROR_CLASSES, name)
      ? ERROR_CLASSES[name as keyof typeof ERROR_CLASSES]
      : Error;
    const result = this.#keep(new ErrorClass(typeof facts['message'] === 'string' ? facts['message'] : ''));
    define(result, 'stack', typeof facts['stack'] === 'string' ? facts['stack'] : '');
    if (result.name !== name) define(result, 'name', name);
    if (typeof facts['code'] === 'string' || typeof facts['code'] === 'number')
      Object.assign(result, { code: facts['code'] });
    if (facts['cause'] !== undefined) define(result, 'cause', this.decode(facts['cause'], depth + 1));
    if (facts['errors'] !== undefined) define(result, 'errors', this.decode(facts['errors'], depth + 1));
    return result;
  }

  #readReference(content: unknown): unknown {
    if (typeof content !== 'number' || !hasOwn(this.#objects, content))
      throw new MalformedMessageError('a reference leads nowhere');
    return this.#objects[content];
  }

  #readBytes(content: unknown): unknown {
    const pair = asArray(content);
    const type = pair[0];
    const index = pair[1];
    const part = typeof index === 'number' ? this.#options.parts[index] : undefined;
    if (part === undefined || typeof type !== 'string' || typeof index !== 'number')
      throw new MalformedMessageError('bytes are missing');
    // Each use may make a copy: a few bytes of text would become gigabytes.
    if (hasOwn(this.#usedParts, index)) throw new MalformedMessageError('bytes are used twice');
    define(this.#usedParts, index, true);
    if (type === 'Uint8Array') return part;
    // A copy of its own: the part may share a larger buffer, and other types need alignment.
    const bytes = part.slice();
    if (type === 'ArrayBuffer') return bytes.buffer;
    if (type === 'DataView') return new DataView(bytes.buffer);
    const TypedArray = hasOwn(TYPED_ARRAYS, type)
      ? TYPED_ARRAYS[type as keyof typeof TYPED_ARRAYS]
      : undefined;
    if (TypedArray === undefined || bytes.byteLength % TypedArray.BYTES_PER_ELEMENT !== 0) {
      throw new MalformedMessageError('bytes do not fit their type');
    }
    return new TypedArray(bytes.buffer);
  }

  #readBigInt(content: unknown): bigint {
    if (typeof content !== 'string' || content.length > MAX_BIGINT_DIGITS || !/^-?\d+$/.test(content)) {
      throw new MalformedMessageError('a bigint is malformed');
    }
    this.#digits += content.length;
    if (this.#digits > MAX_DIGITS) throw new MalformedMessageError('a value has too many digits of bigints');
    return BigInt(content);
  }

  #readStream(content: unknown): AsyncIterable<unknown> {
    if (typeof content !== 'number' || this.#options.openStream === undefined) {
      throw new MalformedMessageError('a stream came where none can');
    }
    return this.#options.openStream(content);
  }
}

function asArray(value: unknown): readonly unknown[] {
  if (!isArray(value)) throw new MalformedMessageError('a list is missing');
  return value;
}

function readNumber(content: unknown): number {
  if (content === '-0') return -0;
  return content === 'Infinity' ? Infinity : content === '-Infinity' ? -Infinity : NaN;
}

function readRegExp(content: unknown): RegExp {
  const pair = asArray(content);
  const source = pair[0];
  const flags = pair[1];
  if (typeof source !== 'string' || typeof flags !== 'string')
    throw new MalformedMessageError('a regular expression is malformed');
  try {
    // eslint-disable-next-line security/detect-non-literal-regexp -- a value of this type is what crosses; it is only built here, never run
    return new RegExp(source, flags);
  } catch (cause) {
    throw new MalformedMessageError('a regular expression is malformed', { cause });
  }
}
