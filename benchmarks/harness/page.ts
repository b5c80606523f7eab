/**
 * One page of all that a run found, for people: the short answer first, then every table, then how it was made.
 *
 * @module
 */
import { type Comparison, type Figure, type SuiteFigures, isMet } from './figures.ts';
import { lossesOf, verdictOn } from './findings.ts';
import { formatFigure, formatGoal, formatMiddleHalf, formatRatio, formatValue } from './format.ts';
import type { Machine } from './machine.ts';

/** A suite's figures, and what the machine was doing meanwhile. */
export interface SuiteRun {
  readonly name: string;
  readonly seconds: number;
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly figures: SuiteFigures;
}

/** All that one run found. */
export interface Run {
  readonly date: string;
  /** Few rounds: shows that everything runs, and nothing else. */
  readonly isQuick: boolean;
  readonly machine: Machine;
  readonly suites: readonly SuiteRun[];
}

/** The page, in Markdown. Pictures are named after the suites and lie beside it. */
export function toPage(run: Run): string {
  return [
    head(run),
    '## In short',
    ...run.suites.map(shortAnswer),
    ...run.suites.map(suiteSection),
    '## How this was made',
    making(run),
  ].join('\n\n');
}

function head({ isQuick }: Run): string {
  const warning = isQuick
    ? '\n\n> **A quick run.** Few rounds on small inputs: it shows that everything runs. The figures mean little.'
    : '';
  return `# What it costs

Written by \`npm run bench\`; do not edit. The same figures for programs: [results.json](results.json).

All contenders of a table ran in turn in one process, round by round, each round starting with another one. Ratios are
medians of the rounds' own ratios to the first line: a busy moment of the machine meets both sides. The middle half is
where half of the rounds lie. CPU time counts all sides where it can be told; on a busy machine it is the steadier one.${warning}`;
}

function shortAnswer({ name, figures }: SuiteRun): string {
  const { title, comparisons } = figures;
  const rows = comparisons.flatMap((comparison) => {
    const verdict = verdictOn(comparison);
    return verdict === undefined ? [] : [[comparison.title, verdict]];
  });
  const goals = figures.figures
    .filter(({ goal }) => goal !== undefined)
    .map((figure) => [figure.what, `${formatFigure(figure)}, ${goalCell(figure)}`]);
  const link = `**[${title}](#${name})**`;
  if (rows.length + goals.length === 0) return `${link}: nothing to compare with.`;
  return `${link}\n\n${table(['', 'best'], [...rows, ...goals])}`;
}

function suiteSection({ name, figures, ...run }: SuiteRun): string {
  const { title, method, comparisons, figures: numbers, skipped = [] } = figures;
  const losses = lossesOf(figures);
  return [
    `<a id="${name}"></a>\n\n## ${title}`,
    method,
    ...(comparisons.length === 0 ? [] : [`![${title}](${name}.svg)`]),
    ...comparisons.map(comparisonTable),
    ...(numbers.length === 0 ? [] : [table(['', '', 'goal'], numbers.map(figureRow))]),
    ...skipped.map((each) => `Not measured here: ${each}`),
    ...(losses.length === 0
      ? []
      : [
          `### ${title}: where we lose`,
          losses
            .map(({ where, how, why }) => `- **${where}**: ${how}.${why === undefined ? '' : ` ${why}`}`)
            .join('\n'),
        ]),
    `Took ${run.seconds.toFixed(0)} s, at a load average of ${run.loadBefore.toFixed(1)} before and ${run.loadAfter.toFixed(1)} after.`,
  ].join('\n\n');
}

function comparisonTable({ title, unit, rounds, rows }: Comparison): string {
  const hasCpu = rows.some(({ cpu }) => cpu !== undefined);
  const cells = rows.map(({ name, role, value, ratio, cpu }) => [
    role === 'ours' ? `**${name}**` : name,
    formatValue(value.median, unit),
    ...(rounds > 1 ? [formatMiddleHalf(value, unit)] : []),
    formatRatio(ratio.median),
    ...(cpu === undefined ? [] : [formatValue(cpu.value.median, unit), formatRatio(cpu.ratio.median)]),
  ]);
  const header = [
    '',
    'median',
    ...(rounds > 1 ? ['middle half'] : []),
    'ratio',
    ...(hasCpu ? ['CPU', 'CPU ratio'] : []),
  ];
  return `#### ${title}\n\n${table(header, cells)}`;
}

function figureRow(figure: Figure): readonly string[] {
  return [figure.what, formatFigure(figure), goalCell(figure)];
}

function goalCell(figure: Figure): string {
  const { goal, unit } = figure;
  if (goal === undefined) return '';
  return `${formatGoal(goal, unit)}: ${isMet(figure) ? 'met' : '**missed**'}`;
}

function making({ date, machine, suites }: Run): string {
  const seconds = suites.reduce((sum, suite) => sum + suite.seconds, 0);
  const rows = [
    ['Date', date],
    ['Commit', machine.commit ?? 'not a clone'],
    ['Machine', `${String(machine.cores)} cores of ${machine.cpu}, ${String(machine.memoryMb)} MB`],
    ['System', machine.system],
    ['Node', `${machine.node} (V8 ${machine.v8}, OpenSSL ${machine.openssl})`],
    ['Duration', `${(seconds / 60).toFixed(1)} minutes`],
    [
      'Measured beside',
      Object.entries(machine.peers)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ];
  return `${rows.map(([what = '', value = '']) => `- ${what}: ${value}`).join('\n')}

\`\`\`sh
npm ci && npm run bench             # everything, as above
npm run bench -- versioning signing # some suites, printed only
npm run bench -- --quick            # whether it all runs
\`\`\`

A machine that does nothing else gives the steadiest figures; what it did meanwhile stands below each suite. Other times on
another machine are to be expected, other ratios hardly.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}
