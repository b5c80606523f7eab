/** The plugin's entry: what the host and other plugins call. */
import { parse } from 'csv-parse/sync';
import { readCell } from './cell.js';
import { CsvFormatError } from './csv-format-error.js';

/**
 * @typedef {import('./cell.js').Cell} Cell
 *
 * @typedef {object} Table
 * @property {string[]} columns names from the header line, each one once
 * @property {Cell[][]} rows one array a row, in the order of the columns
 *
 * @typedef {object} ReadOptions
 * @property {string} [delimiter] what stands between two fields; `,` by default
 * @property {string[]} [missing] texts that stand for "no value"; by default "", NA, N/A, NaN and null
 *
 * @typedef {{ calls: number, rows: number }} Counters
 */

const DEFAULT_MISSING = ['', 'NA', 'N/A', 'NaN', 'null'];
const OPTION_NAMES = ['delimiter', 'missing'];

/** @type {Counters} */
let counters = { calls: 0, rows: 0 };

/**
 * @param {import('@truthound/protocols').PluginContext} context
 * @param {import('@truthound/protocols').ActivateOptions} [options]
 */
export async function activate(context, { previousState } = {}) {
  counters = isCounters(previousState) ? { ...previousState } : { calls: 0, rows: 0 };
  await context.host['log']?.(`csv-reader ${context.version} continues at call ${counters.calls}`);
}

/** The next version goes on counting where this one stopped. */
export function dispose() {
  return { ...counters };
}

/** @returns {import('@truthound/protocols').PluginHealth} */
export function health() {
  const { rows } = parseTable('n,day\n1,2024-02-29\n');
  const [number, day] = rows[0] ?? [];
  const isHealthy = number === 1 && day instanceof Date;
  return isHealthy ? { isHealthy } : { isHealthy, reason: 'a table of one row is not read as it should be' };
}

/** How many tables and rows were read, by this version and those before it. */
export function statistics() {
  return { ...counters };
}

/**
 * Reads a table whose first line names its columns.
 *
 * @param {string} text
 * @param {ReadOptions} [options]
 * @returns {Table}
 * @throws {CsvFormatError} when the text is no table: no header, a name twice, rows of different lengths
 * @throws {TypeError} when an argument is wrong
 */
export function read(text, options = {}) {
  const table = parseTable(text, options);
  counters = { calls: counters.calls + 1, rows: counters.rows + table.rows.length };
  return table;
}

/**
 * @param {string} text
 * @param {ReadOptions} [options]
 * @returns {Table}
 */
function parseTable(text, options = {}) {
  if (typeof text !== 'string') throw new TypeError(`read() takes CSV text, not ${typeof text}`);
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`read() has no option "${unknown}": the options are ${OPTION_NAMES.join(', ')}`);
  }
  const { delimiter = ',', missing = DEFAULT_MISSING } = options;
  const [columns, ...records] = parseRecords(text, delimiter);
  if (columns === undefined) throw new CsvFormatError({ problem: 'is empty: it needs a header line' });
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new CsvFormatError({ problem: `the column "${twice}" is there twice`, line: 1 });
  }
  const isMissing = new Set(missing);
  return { columns, rows: records.map((record) => record.map((field) => readCell(field, isMissing))) };
}

/**
 * @param {string} text
 * @param {string} delimiter
 * @returns {string[][]}
 */
function parseRecords(text, delimiter) {
  try {
    return parse(text, { bom: true, delimiter, skip_empty_lines: true });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const line = 'lines' in cause && typeof cause.lines === 'number' ? cause.lines : undefined;
    // The cause carries the parser's whole state: only its message is for the caller.
    throw new CsvFormatError({ problem: cause.message, line });
  }
}

/**
 * State of another version comes from outside: taken only when it is what it should be.
 *
 * @param {unknown} state
 * @returns {state is Counters}
 */
function isCounters(state) {
  if (typeof state !== 'object' || state === null) return false;
  return (
    'calls' in state &&
    Number.isSafeInteger(state.calls) &&
    'rows' in state &&
    Number.isSafeInteger(state.rows)
  );
}
