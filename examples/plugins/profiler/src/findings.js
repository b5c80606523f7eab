/**
 * What in a profile a person should look at. Each rule reads one column's facts and answers a sentence, or nothing.
 *
 * @module
 */

/**
 * @typedef {import('./describe-column.js').ColumnProfile} ColumnProfile
 * @typedef {'error' | 'warning' | 'note'} Severity
 * @typedef {{ column: string, severity: Severity, problem: string }} Finding
 */

/** @type {readonly { severity: Severity, find: (column: ColumnProfile, rowCount: number) => string | undefined }[]} */
const RULES = [
  {
    severity: 'error',
    find: ({ type, mismatches: [first, ...others] }) =>
      first &&
      `${others.length + 1} of its values are no ${type}, first "${first.value}" in row ${first.row}`,
  },
  {
    severity: 'error',
    find: ({ dates }) => (dates?.repeated ? `${dates.repeated} dates are there more than once` : undefined),
  },
  {
    severity: 'warning',
    find: ({ missing }, rowCount) =>
      missing > 0 ? `${missing} of ${rowCount} cells have no value` : undefined,
  },
  {
    severity: 'warning',
    find: ({ dates }) => {
      const [gap] = dates?.gaps ?? [];
      return gap && `${dates?.gaps.length} gaps, the first after ${gap.after.toISOString().slice(0, 10)}`;
    },
  },
  {
    severity: 'warning',
    find: ({ dates }) => (dates && !dates.isSorted ? 'its dates are not in order' : undefined),
  },
  {
    severity: 'note',
    find: ({ numbers }) =>
      numbers && numbers.outliers.length > 0
        ? `${numbers.outliers.length} outliers, up to ${numbers.outliers.at(-1)}`
        : undefined,
  },
  {
    severity: 'note',
    find: ({ distinct }, rowCount) =>
      rowCount > 1 && distinct === 1 ? 'always has the same value' : undefined,
  },
];

/**
 * The worst first, then in the order of the columns.
 *
 * @param {readonly ColumnProfile[]} columns
 * @param {number} rowCount
 * @returns {Finding[]}
 */
export function findProblems(columns, rowCount) {
  return ['error', 'warning', 'note'].flatMap((wanted) =>
    columns.flatMap((column) =>
      RULES.filter(({ severity }) => severity === wanted).flatMap(({ severity, find }) => {
        const problem = find(column, rowCount);
        return problem === undefined ? [] : [{ column: column.name, severity, problem }];
      }),
    ),
  );
}
