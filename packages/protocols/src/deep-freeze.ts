/**
 * Freezes `value` and every plain object and array inside it, and answers it.
 * Security data must not be changeable after it was checked; `readonly` in the types alone would not keep that.
 */
export function deepFreeze<T>(value: T): T {
  freezeInto(value, new Set());
  return value;
}

/** `seen` ends cycles; that an object is frozen already says nothing about what is inside it. */
function freezeInto(value: unknown, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  if (ArrayBuffer.isView(value) || value instanceof Date) return;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) freezeInto(Reflect.get(value, key), seen);
  Object.freeze(value);
}
