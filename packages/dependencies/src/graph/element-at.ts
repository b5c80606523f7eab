/**
 * Reading what is known to be there. The algorithms of this package compute their indices; one that leads
 * nowhere is a defect, and stops here instead of going on with a made-up value.
 *
 * A function for each kind of list: one for all would be slow, because the engine specialises a read by
 * the kind of list that it has seen there.
 *
 * @module
 */

/** @throws RangeError when there is no such element. */
export function intAt(list: Int32Array, index: number): number {
  return list[index] ?? refuseIndex(index, list.length);
}

/** @throws RangeError when there is no such element. */
export function byteAt(list: Uint8Array, index: number): number {
  return list[index] ?? refuseIndex(index, list.length);
}

/** @throws RangeError when there is no such element. */
export function doubleAt(list: Float64Array, index: number): number {
  return list[index] ?? refuseIndex(index, list.length);
}

/** @throws RangeError when there is no such element. */
export function itemAt<T>(list: readonly T[], index: number): T {
  return list[index] ?? refuseIndex(index, list.length);
}

/** @throws RangeError when there is no such key. */
export function entryOf<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`defect in @truthound/dependencies: no entry ${String(key)}`);
  return value;
}

function refuseIndex(index: number, length: number): never {
  throw new RangeError(
    `defect in @truthound/dependencies: index ${index} is outside of a list of ${length} elements`,
  );
}
