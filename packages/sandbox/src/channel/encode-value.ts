/**
 * Values as they leave for the other side.
 *
 * What JSON can say goes as it is. The rest of the structured-clone types is tagged: `{"$":["date",0]}`.
 * Bytes travel beside the text, as parts. An object met before is a reference, so cycles and shared
 * structure survive.
 *
 * @module
 */
import { MAX_VALUE_DEPTH, TAG, isPlainJson } from './plain-json.ts';
import {
  SafeMap,
  append,
  arrayPrototype,
  bigIntToString,
  dateGetTime,
  define,
  getPrototypeOf,
  hasOwn,
  isArray,
  isDetached,
  isView,
  jsonStringify,
  mapForEach,
  mapGet,
  mapSet,
  numberIsFinite,
  objectIs,
  objectKeys,
  objectPrototype,
  put,
  setForEach,
  symbolToString,
  typedArrayName,
} from './primordials.ts';

/** A value ready for a frame. */
export interface EncodedValue {
  /** What `JSON.stringify` takes. */
  readonly json: unknown;
  /** Whether `json` holds tags. */
  readonly isTagged: boolean;
  readonly parts: readonly Uint8Array[];
}

/** What encoding needs beside the value. */
export interface EncodeOptions {
  /** How messages call the value: `result`, `argument 0`. */
  readonly path: string;
  /** Registers a stream and answers its id. Without it, async iterables cannot cross. */
  readonly openStream?: ((source: AsyncIterable<unknown>) => number) | undefined;
}

const NO_PARTS: readonly Uint8Array[] = [];

/**
 * Encodes a value.
 * @throws TypeError that names the path of what cannot cross.
 */
export function encodeValue(value: unknown, options: EncodeOptions): EncodedValue {
  if (isPlainJson(value)) return { json: value, isTagged: false, parts: NO_PARTS };
  const encoder = new ValueEncoder(options.openStream);
  return { json: encoder.encode(value, options.path, 0), isTagged: true, parts: encoder.parts };
}

/** Where a value stands. Becomes text only when something cannot cross. */
type Path =
  | string
  | { readonly parent: Path; readonly key: string | number }
  | { readonly parent: Path; readonly suffix: string };

/** `parent.key`, `parent[0]` or `parent["odd key"]`. */
function describePath(path: Path): string {
  if (typeof path === 'string') return path;
  if ('suffix' in path) return describePath(path.parent) + path.suffix;
  const { parent, key } = path;
  const isName = typeof key === 'string' && /^[\w$]+$/.test(key);
  return describePath(parent) + (isName ? `.${key}` : `[${jsonStringify(key)}]`);
}

function cannotCross(path: Path, what: string): TypeError {
  return new TypeError(`${describePath(path)}: ${what}`);
}

/** An object that inherits no `toJSON`. Its properties are set with {@link put}. */
function bareObject(): Record<string, unknown> {
  return 'toJSON' in objectPrototype ? { __proto__: null } : {};
}

function tagged(tag: string, content: unknown): unknown {
  const result = bareObject();
  put(result, TAG, withoutInheritedToJson([tag, content]));
  return result;
}

class ValueEncoder {
  readonly parts: Uint8Array[] = [];
  readonly #openStream: EncodeOptions['openStream'];
  readonly #indexes = new SafeMap<unknown, unknown>();
  #count = 0;

  constructor(openStream: EncodeOptions['openStream']) {
    this.#openStream = openStream;
  }

  encode(value: unknown, path: Path, depth: number): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'undefined':
        return tagged('undefined', null);
      case 'number':
        if (numberIsFinite(value) && !objectIs(value, -0)) return value;
        return tagged('number', objectIs(value, -0) ? '-0' : String(value));
      case 'bigint':
        return tagged('bigint', bigIntToString(value));
      case 'symbol':
        throw cannotCross(path, `symbols cannot cross (${symbolToString(value)})`);
      case 'function':
        throw cannotCross(path, 'functions cannot cross; offer it as a host function, or as an export');
      case 'object':
        return value === null ? null : this.#encodeObject(value, path, depth);
    }
  }

  #encodeObject(value: object, path: Path, depth: number): unknown {
    const met = mapGet(this.#indexes, value);
    if (met !== undefined) return tagged('ref', met);
    if (depth >= MAX_VALUE_DEPTH)
      throw cannotCross(path, `is nested deeper than ${String(MAX_VALUE_DEPTH)} levels`);
    mapSet(this.#indexes, value, this.#count);
    this.#count += 1;
    if (isArray(value)) return this.#encodeArray(value, path, depth);
    if (getPrototypeOf(value) === objectPrototype && !(Symbol.asyncIterator in value))
      return this.#encodePlain(value, path, depth);
    return this.#encodeSpecial(value, path, depth) ?? this.#encodePlain(value, path, depth);
  }

  #encodeArray(value: readonly unknown[], path: Path, depth: number): unknown {
    const items: unknown[] = [];
    for (let index = 0; index < value.length; index += 1) {
      append(items, this.encode(value[index], { parent: path, key: index }, depth + 1));
    }
    return withoutInheritedToJson(items);
  }

  #encodePlain(value: object, path: Path, depth: number): unknown {
    const keys = objectKeys(value);
    if (hasOwn(value, TAG)) return tagged('object', this.#encodePairs(value, keys, path, depth));
    const result = bareObject();
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] ?? '';
      if (key === '__proto__') throw cannotCross({ parent: path, key }, 'a key of this name cannot cross');
      const child = (value as Readonly<Record<string, unknown>>)[key];
      put(result, key, this.encode(child, { parent: path, key }, depth + 1));
    }
    return result;
  }

  #encodePairs(value: object, keys: readonly string[], path: Path, depth: number): unknown {
    const pairs: unknown[] = [];
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] ?? '';
      if (key === '__proto__') throw cannotCross({ parent: path, key }, 'a key of this name cannot cross');
      const child = this.encode(
        (value as Readonly<Record<string, unknown>>)[key],
        { parent: path, key },
        depth + 1,
      );
      append(pairs, withoutInheritedToJson([key, child]));
    }
    return withoutInheritedToJson(pairs);
  }

  /** The types beside arrays and plain objects; `undefined` when `value` is a plain object or an instance of some class. */
  #encodeSpecial(value: object, path: Path, depth: number): unknown {
    if (isView(value)) return this.#encodeBytes(typedArrayName(value) ?? 'DataView', bytesOf(value, path));
    if (value instanceof ArrayBuffer)
      return this.#encodeBytes('ArrayBuffer', bytesOf(new Uint8Array(assertAttached(value, path)), path));
    if (value instanceof SharedArrayBuffer)
      throw cannotCross(path, 'shared memory cannot cross; copy it into a Uint8Array');
    if (value instanceof Date) return tagged('date', dateGetTime(value));
    if (value instanceof Map) return this.#encodeMap(value, path, depth);
    if (value instanceof Set) return this.#encodeSet(value, path, depth);
    if (value instanceof RegExp) return tagged('regexp', withoutInheritedToJson([value.source, value.flags]));
    if (value instanceof Error) return this.#encodeError(value, path, depth);
    if (value instanceof Promise) throw cannotCross(path, 'promises cannot cross; await it first');
    if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
      throw cannotCross(path, 'weak collections cannot cross');
    }
    if (Symbol.asyncIterator in value) return this.#encodeStream(value as AsyncIterable<unknown>, path);
    return undefined;
  }

  #encodeBytes(type: string, bytes: Uint8Array): unknown {
    append(this.parts, bytes);
    return tagged('bytes', withoutInheritedToJson([type, this.parts.length - 1]));
  }

  #encodeMap(value: Map<unknown, unknown>, path: Path, depth: number): unknown {
    const entries: unknown[] = [];
    mapForEach(value, (item, key) => {
      const at = {
        parent: path,
        suffix: `.get(${typeof key === 'string' ? jsonStringify(key) : String(entries.length)})`,
      };
      const pair = [
        this.encode(key, { parent: at, suffix: ' key' }, depth + 1),
        this.encode(item, at, depth + 1),
      ];
      append(entries, withoutInheritedToJson(pair));
    });
    return tagged('map', withoutInheritedToJson(entries));
  }

  #encodeSet(value: Set<unknown>, path: Path, depth: number): unknown {
    const items: unknown[] = [];
    setForEach(value, (item) => {
      append(items, this.encode(item, { parent: path, suffix: ` item ${String(items.length)}` }, depth + 1));
    });
    return tagged('set', withoutInheritedToJson(items));
  }

  #encodeError(
    value: Error & { readonly code?: unknown; readonly errors?: unknown },
    path: Path,
    depth: number,
  ): unknown {
    const facts = bareObject();
    put(facts, 'name', readText(value.name));
    put(facts, 'message', readText(value.message));
    put(facts, 'stack', readText(value.stack));
    if (typeof value.code === 'string' || typeof value.code === 'number') put(facts, 'code', value.code);
    if (value.cause !== undefined)
      put(facts, 'cause', this.encode(value.cause, { parent: path, key: 'cause' }, depth + 1));
    if (isArray(value.errors))
      put(facts, 'errors', this.encode(value.errors, { parent: path, key: 'errors' }, depth + 1));
    return tagged('error', facts);
  }

  #encodeStream(value: AsyncIterable<unknown>, path: Path): unknown {
    if (this.#openStream === undefined) throw cannotCross(path, 'an async iterable cannot cross here');
    return tagged('stream', this.#openStream(value));
  }
}

/** An error's fields may hold anything: only text crosses as text. */
function readText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const NO_BYTES = new Uint8Array(0);

/** A socket refuses bytes whose memory is gone, and those that a resized buffer no longer holds. */
function bytesOf(view: ArrayBufferView, path: Path): Uint8Array {
  assertAttached(view.buffer, path);
  if (view.byteLength === 0) return NO_BYTES;
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function assertAttached<Memory extends ArrayBufferLike>(memory: Memory, path: Path): Memory {
  if (memory instanceof ArrayBuffer && isDetached(memory))
    throw cannotCross(path, 'its bytes were transferred away; copy them first');
  return memory;
}

/** Own `toJSON: undefined` hides one that somebody put on `Array.prototype`; arrays serialise by index all the same. */
function withoutInheritedToJson<Items extends unknown[]>(items: Items): Items {
  return 'toJSON' in arrayPrototype ? define(items, 'toJSON', undefined) : items;
}
