/** @typedef {string | number | boolean | Date | null} Cell */
/** @typedef {'number' | 'date' | 'boolean' | 'text' | 'empty'} ColumnType */

/**
 * @param {Exclude<Cell, null>} cell
 * @returns {Exclude<ColumnType, 'empty'>}
 */
export function typeOfCell(cell) {
  if (cell instanceof Date) return 'date';
  if (typeof cell === 'number') return 'number';
  return typeof cell === 'boolean' ? 'boolean' : 'text';
}

/**
 * The type that most of a column's values have; the others are what a report has to name.
 *
 * @param {readonly Exclude<Cell, null>[]} values
 * @returns {ColumnType}
 */
export function typeOfColumn(values) {
  /** @type {Map<ColumnType, number>} */
  const counts = new Map();
  for (const value of values) counts.set(typeOfCell(value), (counts.get(typeOfCell(value)) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 'empty';
}
