import { defineProperty, getPrototypeOf, objectPrototype } from '../channel/primordials.ts';

/**
 * Gives an object every member of its prototypes as its own, fixed. Whoever patches a prototype later,
 * to be called with this object as `this`, is not called: plugin code may patch `Writable.prototype`, and
 * must not be handed the channel that way.
 */
export function pinMethods(target: object): void {
  let prototype = getPrototypeOf(target);
  while (typeof prototype === 'object' && prototype !== null && prototype !== objectPrototype) {
    for (const key of Reflect.ownKeys(prototype)) {
      const member = Object.getOwnPropertyDescriptor(prototype, key);
      if (member === undefined || key === 'constructor' || Object.hasOwn(target, key)) continue;
      const isMethod = typeof member.value === 'function';
      if (isMethod || member.get !== undefined)
        defineProperty(target, key, {
          ...member,
          ...(isMethod ? { writable: true } : {}),
          configurable: true,
        });
    }
    prototype = getPrototypeOf(prototype);
  }
}
