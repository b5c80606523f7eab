/**
 * What one field of a CSV file means.
 *
 * Each cell is read on its own, so that one wrong cell in a column of numbers shows up as a fault of the data
 * instead of turning the whole column into text. A conversion that would lose something is not made:
 * `007` and digits beyond 2^53 stay text, they are identifiers.
 *
 * @module
 */

/** @typedef {string | number | boolean | Date | null} Cell */

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d{1,3})?$/i;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?)?$/;

/**
 * @param {string} text a field as it stands in the file
 * @param {ReadonlySet<string>} missing texts that stand for "no value"
 * @returns {Cell}
 */
export function readCell(text, missing) {
  const trimmed = text.trim();
  if (missing.has(trimmed)) return null;
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  if (NUMBER.test(trimmed)) return readNumber(trimmed) ?? text;
  if (DATE.test(trimmed)) return readDate(trimmed) ?? text;
  return text;
}

/** @param {string} text */
function readNumber(text) {
  const number = Number(text);
  const isExact = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
  return isExact ? number : undefined;
}

/**
 * Times without a zone are taken as UTC, so that a report does not depend on where it is made.
 *
 * @param {string} text
 */
function readDate(text) {
  const iso = text.replace(' ', 'T');
  const date = new Date(iso.includes('T') && !iso.endsWith('Z') ? `${iso}Z` : iso);
  if (Number.isNaN(date.getTime())) return undefined;
  // 2023-02-30 is read as 2 March by some engines: what is written must be what is meant.
  return date.toISOString().startsWith(text.slice(0, 10)) ? date : undefined;
}
