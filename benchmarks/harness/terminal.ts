import { type Comparison, type Figure, type SuiteFigures, isMet } from './figures.ts';
import { formatFigure, formatGoal, formatMiddleHalf, formatRatio, formatValue } from './format.ts';

/** A suite's figures as text. */
export function toText({ title, method, comparisons, figures, skipped = [] }: SuiteFigures): string {
  const blocks = [`${title}\n${method}`, ...comparisons.map(comparisonText)];
  if (figures.length > 0) blocks.push(align(figures.map(figureCells)));
  blocks.push(...skipped.map((each) => `not measured: ${each}`));
  return `${blocks.join('\n\n')}\n`;
}

function comparisonText({ title, unit, rounds, rows }: Comparison): string {
  const hasCpu = rows.some(({ cpu }) => cpu !== undefined);
  const head = ['', 'median', 'best', 'middle half', 'ratio', ...(hasCpu ? ['CPU', 'CPU ratio'] : [])];
  const cells = rows.map(({ name, value, ratio, cpu }) => [
    name,
    formatValue(value.median, unit),
    formatValue(value.best, unit),
    formatMiddleHalf(value, unit),
    formatRatio(ratio.median),
    ...(cpu === undefined ? [] : [formatValue(cpu.value.median, unit), formatRatio(cpu.ratio.median)]),
  ]);
  return `${title} (${String(rounds)} ${rounds === 1 ? 'round' : 'rounds'})\n${align([head, ...cells])}`;
}

function figureCells(figure: Figure): readonly string[] {
  const { what, goal, unit } = figure;
  if (goal === undefined) return [what, formatFigure(figure), '', ''];
  return [what, formatFigure(figure), formatGoal(goal, unit), isMet(figure) ? 'met' : 'MISSED'];
}

/** The first column to the left, the others to the right. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join('\n');
}
