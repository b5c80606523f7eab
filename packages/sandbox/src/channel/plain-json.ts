import {
  arrayPrototype,
  getPrototypeOf,
  hasOwn,
  isArray,
  numberIsFinite,
  objectIs,
  objectKeys,
  objectPrototype,
  setAdd,
  setHas,
} from './primordials.ts';

/** Deepest nesting that crosses. Deeper data would overflow the stack of whoever walks it next. */
export const MAX_VALUE_DEPTH = 1000;

/** The key that marks a tagged value. An object that has it itself is sent as pairs. */
export const TAG = '$';

/** Objects kept in an array before a Set pays. */
const FEW = 8;

/** The objects met so far, so that an object met twice is noticed. */
class SeenObjects {
  /** Written by index into places that exist, which no setter on `Array.prototype` can see. */
  readonly #few: (object | undefined)[] = [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ];
  #count = 0;
  #many: Set<unknown> | undefined;

  /** Answers whether `value` is new, and remembers it. */
  add(value: object): boolean {
    if (this.#many !== undefined) {
      if (setHas(this.#many, value)) return false;
      setAdd(this.#many, value);
      return true;
    }
    for (let index = 0; index < this.#count; index += 1) if (this.#few[index] === value) return false;
    if (this.#count < FEW) {
      this.#few[this.#count] = value;
      this.#count += 1;
      return true;
    }
    this.#many = new Set();
    for (let index = 0; index < FEW; index += 1) setAdd(this.#many, this.#few[index]);
    setAdd(this.#many, value);
    return true;
  }
}

function isPlainPrimitive(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  return typeof value === 'number' && numberIsFinite(value) && !objectIs(value, -0);
}

function isPlain(value: unknown, seen: SeenObjects, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return isPlainPrimitive(value);
  if (depth >= MAX_VALUE_DEPTH || !seen.add(value)) return false;
  if (isArray(value)) {
    if (getPrototypeOf(value) !== arrayPrototype || hasOwn(value, 'toJSON')) return false;
    for (let index = 0; index < value.length; index += 1)
      if (!isPlain(value[index], seen, depth + 1)) return false;
    return true;
  }
  if (getPrototypeOf(value) !== objectPrototype) return false;
  const keys = objectKeys(value);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    if (key === TAG || key === '__proto__' || key === 'toJSON') return false;
    if (!isPlain((value as Readonly<Record<string, unknown>>)[key], seen, depth + 1)) return false;
  }
  return true;
}

/** Whether `JSON.stringify` keeps the value exactly: no type, no key and no shared object is lost. The usual case. */
export function isPlainJson(value: unknown): boolean {
  if ('toJSON' in objectPrototype || 'toJSON' in arrayPrototype) return false;
  return isPlain(value, new SeenObjects(), 0);
}
