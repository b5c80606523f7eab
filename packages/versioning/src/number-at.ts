/**
 * Reads a number that is known to be there. Indices are computed here, so one that leads nowhere is a defect,
 * and stops instead of going on with a made-up number.
 *
 * @throws RangeError when there is no such element.
 */
export function numberAt(list: readonly number[], index: number): number {
  return list[index] ?? refuseIndex(index, list.length);
}

function refuseIndex(index: number, length: number): never {
  throw new RangeError(
    `defect in @truthound/versioning: index ${index} is outside of a list of ${length} numbers`,
  );
}
