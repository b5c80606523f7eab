import { typeOfCell, typeOfColumn } from './column-type.js';
import { describeDates } from './date-facts.js';
import { describeNumbers } from './number-facts.js';

/**
 * @typedef {import('./column-type.js').Cell} Cell
 *
 * @typedef {object} ColumnProfile
 * @property {string} name
 * @property {import('./column-type.js').ColumnType} type what most of its values are
 * @property {number} missing cells without a value
 * @property {number} distinct different values
 * @property {{ row: number, value: string }[]} mismatches values of another type; rows are counted from 1, without the header
 * @property {import('./number-facts.js').NumberFacts} [numbers] only where the type is `number`
 * @property {import('./date-facts.js').DateFacts} [dates] only where the type is `date`
 * @property {{ value: string, count: number }[]} [frequent] the five most frequent values of any other column
 */

/**
 * @param {string} name
 * @param {readonly Cell[]} cells
 * @returns {ColumnProfile}
 */
export function describeColumn(name, cells) {
  const values = cells.filter((cell) => cell !== null);
  const type = typeOfColumn(values);
  const numbers = values.filter((value) => typeof value === 'number');
  const dates = values.filter((value) => value instanceof Date);
  return {
    name,
    type,
    missing: cells.length - values.length,
    distinct: new Set(values.map(toText)).size,
    mismatches: findMismatches(cells, type),
    ...(type === 'number' ? { numbers: describeNumbers(numbers) } : {}),
    ...(type === 'date' ? { dates: describeDates(dates) } : {}),
    ...(type === 'text' || type === 'boolean' ? { frequent: findFrequent(values) } : {}),
  };
}

/**
 * @param {readonly Cell[]} cells
 * @param {string} type
 */
function findMismatches(cells, type) {
  return cells.flatMap((cell, index) =>
    cell === null || typeOfCell(cell) === type ? [] : [{ row: index + 1, value: toText(cell) }],
  );
}

/** @param {readonly Exclude<Cell, null>[]} values */
function findFrequent(values) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const value of values) counts.set(toText(value), (counts.get(toText(value)) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, 5);
}

/** @param {Exclude<Cell, null>} value */
function toText(value) {
  return value instanceof Date ? value.toISOString() : String(value);
}
