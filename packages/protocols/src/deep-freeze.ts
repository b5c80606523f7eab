/**
 * Freezes `value` and every plain object and array inside it, and answers it.
 * Security data must not be changeable after it was checked; `readonly` in the types alone would not keep that.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (ArrayBuffer.isView(value) || value instanceof Date) return value;
  for (const key of Reflect.ownKeys(value)) deepFreeze(Reflect.get(value, key));
  return Object.freeze(value);
}
