/**
 * The built-ins that the channel and the guest's own runtime use, captured when this module loads:
 * before any plugin code ran. A plugin may patch `Array.prototype` or `Map.prototype` as it likes;
 * what stands here keeps working.
 *
 * Consequences for code that uses it: index loops instead of `for … of` (which calls a patchable
 * iterator), and these functions instead of methods.
 *
 * @module
 */

type Method<This, Args extends readonly unknown[], Result> = (self: This, ...args: Args) => Result;

const { bind, call } = Function.prototype;

/** Turns a method into a function that takes its `this` first and cannot be patched. */
function uncurryThis<This, Args extends readonly unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
): Method<This, Args, Result> {
  return bind.call(call, method) as Method<This, Args, Result>;
}

export const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray;
export const objectKeys: (value: object) => string[] = Object.keys;
export const getPrototypeOf: (value: object) => unknown = Object.getPrototypeOf;
export const defineProperty: typeof Object.defineProperty = Object.defineProperty;
export const freeze: typeof Object.freeze = Object.freeze;
export const objectIs: (a: unknown, b: unknown) => boolean = Object.is;
export const hasOwn: (value: object, key: PropertyKey) => boolean = Object.hasOwn;
export const jsonStringify: (value: unknown) => string = JSON.stringify;
export const jsonParse: (text: string) => unknown = JSON.parse;
export const isView: (value: unknown) => value is ArrayBufferView = ArrayBuffer.isView;
export const toText: (value: unknown) => string = String;
export const numberIsFinite: (value: unknown) => boolean = Number.isFinite;
export const numberIsInteger: (value: unknown) => boolean = Number.isInteger;

export const apply: (fn: unknown, self: unknown, args: readonly unknown[]) => unknown =
  Reflect.apply as never;

export const objectPrototype: object = Object.prototype;
export const arrayPrototype: readonly unknown[] = Array.prototype as readonly unknown[];

/**
 * A `Map` whose methods nobody can replace. Without an iterable to start from, and not to be iterated: that would
 * call what can be.
 */
export class SafeMap<Key, Value> extends Map<Key, Value> {
  static {
    const { prototype } = Map;
    const names = ['get', 'set', 'has', 'delete', 'clear', 'forEach', 'size'] as const;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] ?? 'get';
      Object.defineProperty(this.prototype, name, Object.getOwnPropertyDescriptor(prototype, name) ?? {});
    }
  }
}

export const mapGet: Method<Map<unknown, unknown>, [key: unknown], unknown> = uncurryThis(Map.prototype.get);
export const mapSet: Method<Map<unknown, unknown>, [key: unknown, value: unknown], unknown> = uncurryThis(
  Map.prototype.set,
);
export const mapForEach: Method<
  Map<unknown, unknown>,
  [visit: (value: unknown, key: unknown) => void],
  void
> = uncurryThis(Map.prototype.forEach);
export const setHas: Method<Set<unknown>, [value: unknown], boolean> = uncurryThis(Set.prototype.has);
export const setAdd: Method<Set<unknown>, [value: unknown], unknown> = uncurryThis(Set.prototype.add);
export const setForEach: Method<Set<unknown>, [visit: (value: unknown) => void], void> = uncurryThis(
  Set.prototype.forEach,
);
export const dateGetTime: Method<Date, [], number> = uncurryThis(Date.prototype.getTime);
export const bigIntToString: Method<bigint, [], string> = uncurryThis(BigInt.prototype.toString);
export const stringSlice: Method<string, [start: number, end?: number], string> = uncurryThis(
  String.prototype.slice,
);
export const stringIncludes: Method<string, [part: string], boolean> = uncurryThis(String.prototype.includes);
export const stringLastIndexOf: Method<string, [part: string], number> = uncurryThis(
  String.prototype.lastIndexOf,
);
export const symbolToString: Method<symbol, [], string> = uncurryThis(Symbol.prototype.toString);

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagGetter = Object.getOwnPropertyDescriptor(typedArrayPrototype, Symbol.toStringTag)?.get;

/** The concrete class of a typed array, e.g. `Float64Array`; `undefined` for anything else. Reads an internal slot. */
export const typedArrayName: (value: unknown) => string | undefined = uncurryThis(
  tagGetter as (this: unknown) => string | undefined,
);

/** Gives an object a property of its own, hidden from loops. What descriptors inherit is not looked at. */
export function define<Target extends object>(target: Target, key: PropertyKey, value: unknown): Target {
  const descriptor = { __proto__: null, value, writable: true, configurable: true };
  return defineProperty(target, key, descriptor as PropertyDescriptor);
}

function defineVisible(target: object, key: PropertyKey, value: unknown): void {
  const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
  defineProperty(target, key, descriptor as PropertyDescriptor);
}

/** Whether the memory of an `ArrayBuffer` was transferred away. Shared memory never is. */
const detachedGetter = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'detached')?.get;
export const isDetached: (memory: ArrayBuffer) => boolean = uncurryThis(
  detachedGetter as (this: ArrayBuffer) => boolean,
);

/**
 * Sets a property as an object literal would: what a prototype holds under that name is not called. Plain
 * assignment does the same where no prototype knows the name, and is many times faster.
 */
export function put(target: object, key: string, value: unknown): void {
  if (key in objectPrototype) defineVisible(target, key, value);
  else (target as Record<string, unknown>)[key] = value;
}

/** Appends without calling a patchable `push`, or a setter that somebody gave `Array.prototype`. */
export function append<Item>(list: Item[], item: Item): void {
  const { length } = list;
  if (length in arrayPrototype) defineVisible(list, length, item);
  else list[length] = item;
}
