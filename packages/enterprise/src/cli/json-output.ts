/**
 * Values of plugins as JSON. What JSON cannot say is written so that it can be told: a BigInt as its decimal text, a
 * Map as its entries, a Set as its items, bytes as base64, an error by its name and message, `undefined` and numbers
 * that are none as null.
 *
 * @module
 */
export function toJsonText(value: unknown, layout: 'pretty' | 'compact' = 'pretty'): string {
  return JSON.stringify(value ?? null, replace, layout === 'pretty' ? 2 : undefined);
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value.entries()];
  if (value instanceof Set) return [...value.values()];
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (value instanceof Error && !('toJSON' in value)) return { name: value.name, message: value.message };
  return value;
}
