/** The plugin's entry: what the host and other plugins call. */
import { describeColumn } from './describe-column.js';
import { findProblems } from './findings.js';

/**
 * @typedef {import('./column-type.js').Cell} Cell
 * @typedef {import('./describe-column.js').ColumnProfile} ColumnProfile
 * @typedef {import('./findings.js').Finding} Finding
 * @typedef {{ columns: string[], rows: Cell[][] }} Table what the reader answers
 *
 * @typedef {object} Profile
 * @property {number} rowCount
 * @property {number} duplicateRows rows that equal an earlier one
 * @property {ColumnProfile[]} columns
 * @property {Finding[]} findings the worst first
 */

/** @type {import('@truthound/protocols').PluginDependencyHandle | undefined} */
let reader;

/** @param {import('@truthound/protocols').PluginContext} context */
export async function activate(context) {
  reader = context.plugins['csv-reader'];
  await context.host['log']?.(`profiler ${context.version} reads with csv-reader`);
}

export function deactivate() {
  reader = undefined;
}

/** @returns {import('@truthound/protocols').PluginHealth} */
export function health() {
  return reader === undefined
    ? { isHealthy: false, reason: 'it was not given csv-reader: is it loaded?' }
    : { isHealthy: true };
}

/**
 * Reads CSV text through the plugin `csv-reader` and computes what its quality is judged by.
 *
 * @param {string} text
 * @param {{ delimiter?: string, missing?: string[] }} [options] passed to the reader
 * @returns {Promise<Profile>}
 */
export async function profile(text, options = {}) {
  if (reader === undefined) throw new Error('profile() needs the plugin csv-reader: activate with it loaded');
  /** @type {Table} */
  const { columns, rows } = await reader.call('read', text, options);
  const profiles = columns.map((name, index) =>
    describeColumn(
      name,
      rows.map((row) => row[index] ?? null),
    ),
  );
  return {
    rowCount: rows.length,
    duplicateRows: rows.length - new Set(rows.map((row) => JSON.stringify(row))).size,
    columns: profiles,
    findings: findProblems(profiles, rows.length),
  };
}
