/**
 * A profile as a Markdown page. Whatever comes from the data is escaped: a cell must not write the report.
 *
 * This release is broken on purpose: it reads `rows`, which no profiler answers. Its `health()` notices.
 *
 * @module
 */
import { markdownTable } from 'markdown-table';

/**
 * The part of the profiler's answer that is shown.
 *
 * @typedef {object} Profile
 * @property {number} rows
 * @property {number} duplicateRows
 * @property {ColumnProfile[]} columns
 * @property {{ column: string, severity: string, problem: string }[]} findings
 *
 * @typedef {object} ColumnProfile
 * @property {string} name
 * @property {string} type
 * @property {number} missing
 * @property {number} distinct
 * @property {Record<'min' | 'lowerQuartile' | 'median' | 'mean' | 'upperQuartile' | 'max', number> & { outliers: number[] }} [numbers]
 * @property {{ first: Date, last: Date, gaps: unknown[] }} [dates]
 * @property {{ value: string, count: number }[]} [frequent]
 */

/**
 * @param {string} title
 * @param {Profile} profile
 * @param {string} version of the plugin, for the last line
 * @returns {string}
 */
export function renderReport(title, profile, version) {
  const { rows, duplicateRows, columns } = profile;
  return [
    `# ${escapeText(title)}`,
    `${rows} rows, ${columns.length} columns, ${duplicateRows} duplicate rows.`,
    '## Findings',
    renderFindings(profile),
    '## Columns',
    renderColumns(columns),
    ...renderNumbers(columns),
    `Written by reporter ${version}.`,
  ]
    .join('\n\n')
    .concat('\n');
}

/** @param {Profile} profile */
function renderFindings({ findings }) {
  if (findings.length === 0) return 'Nothing stands out.';
  return findings
    .map(({ severity, column, problem }) => `- ${severity}: **${escapeText(column)}** ${escapeText(problem)}`)
    .join('\n');
}

/** @param {readonly ColumnProfile[]} columns */
function renderColumns(columns) {
  return markdownTable(
    [
      ['column', 'type', 'missing', 'distinct', 'values'],
      ...columns.map((column) => [
        escapeText(column.name),
        column.type,
        String(column.missing),
        String(column.distinct),
        escapeText(summarise(column)),
      ]),
    ],
    { align: ['l', 'l', 'r', 'r', 'l'] },
  );
}

/** @param {ColumnProfile} column */
function summarise({ numbers, dates, frequent }) {
  if (numbers) return `${formatNumber(numbers.min)} to ${formatNumber(numbers.max)}`;
  if (dates) return `${formatDay(dates.first)} to ${formatDay(dates.last)}, ${dates.gaps.length} gaps`;
  return (frequent ?? []).map(({ value, count }) => `${value} ${count}`).join(', ');
}

/**
 * @param {readonly ColumnProfile[]} columns
 * @returns {string[]} nothing where no column holds numbers
 */
function renderNumbers(columns) {
  const rows = columns.flatMap(({ name, numbers }) => {
    if (numbers === undefined) return [];
    const { min, lowerQuartile, median, mean, upperQuartile, max, outliers } = numbers;
    const cells = [min, lowerQuartile, median, mean, upperQuartile, max].map(formatNumber);
    return [[escapeText(name), ...cells, String(outliers.length)]];
  });
  if (rows.length === 0) return [];
  const header = ['column', 'min', '25 %', 'median', 'mean', '75 %', 'max', 'outliers'];
  return ['## Numbers', markdownTable([header, ...rows], { align: ['l', ...'rrrrrrr'] })];
}

/** @param {number} value */
function formatNumber(value) {
  return String(Number(value.toPrecision(4)));
}

/** @param {Date} date */
function formatDay(date) {
  return date.toISOString().slice(0, 10);
}

/** @param {string} text */
function escapeText(text) {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*[\]<>|&]/g, String.raw`\$&`);
}
