/**
 * A suite as a picture: for each comparison a panel, for each contender a bar from 1 × to its ratio, on a logarithmic
 * axis, with a line over the middle half of the rounds.
 *
 * Ratios span from a tenth to a thousand, and twice as fast must look as far from even as twice as slow. Colours
 * follow the reader's scheme, and no meaning hangs on colour alone: our rows are bold, and floors are hatched.
 *
 * @module
 */
import { type Comparison, type Role, type Row, type SuiteFigures } from './figures.ts';
import { formatRatio, formatValue } from './format.ts';

const WIDTH = 880;
const LABEL_WIDTH = 330;
const VALUE_WIDTH = 170;
const AXIS_LEFT = LABEL_WIDTH + 28;
const AXIS_RIGHT = WIDTH - VALUE_WIDTH;
const ROW_HEIGHT = 22;
const BAR_HEIGHT = 13;
const PANEL_HEAD = 44;
const PANEL_GAP = 14;
const LEGEND_HEIGHT = 34;

const STYLE = `
  text { font: 12px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #24292f; }
  .title { font-size: 13px; font-weight: 600; }
  .ours { font-weight: 600; }
  .faint { fill: #57606a; font-size: 11px; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .even { stroke: #57606a; stroke-width: 1.5; }
  .spread { stroke: #24292f; stroke-width: 1.5; }
  .bar-ours { fill: #0969da; }
  .bar-peer { fill: #afb8c1; }
  .hatch { stroke: #8c959f; stroke-width: 2; }
  .bar-floor { fill: url(#hatched); stroke: #8c959f; }
  .paper { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #9198a1; }
    .grid { stroke: #30363d; }
    .even { stroke: #9198a1; }
    .spread { stroke: #e6edf3; }
    .bar-ours { fill: #4493f8; }
    .bar-peer { fill: #59616b; }
    .hatch, .bar-floor { stroke: #818b96; }
    .paper { fill: #0d1117; }
  }`;

const HATCHED =
  '<pattern id="hatched" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="5"/></pattern>';

const LEGEND = [
  legendItem(12, 'bar-ours', 'ours'),
  legendItem(80, 'bar-peer', 'another way to the same end'),
  legendItem(270, 'bar-floor', 'a part of the work alone'),
  `<text class="faint" text-anchor="end" x="${String(WIDTH - 12)}" y="20">further left is better; line: middle half of the rounds</text>`,
].join('');

function legendItem(left: number, style: string, text: string): string {
  return (
    `<rect class="${style}" x="${String(left)}" y="9" width="${String(BAR_HEIGHT)}" height="${String(BAR_HEIGHT)}"/>` +
    `<text class="faint" x="${String(left + 20)}" y="20">${text}</text>`
  );
}

/** The picture of all comparisons of a suite, as an SVG file. */
export function plotSuite({ title, comparisons }: Pick<SuiteFigures, 'title' | 'comparisons'>): string {
  let top = LEGEND_HEIGHT;
  const panels = comparisons.map((comparison) => {
    const panel = `<g transform="translate(0 ${String(top)})">${panelOf(comparison)}</g>`;
    top += PANEL_HEAD + comparison.rows.length * ROW_HEIGHT + PANEL_GAP;
    return panel;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(top)}" width="${String(WIDTH)}" height="${String(top)}" role="img" aria-label="${escape(title)}">
<style>${STYLE}
</style>
<defs>${HATCHED}</defs>
<rect class="paper" width="${String(WIDTH)}" height="${String(top)}"/>
${LEGEND}
${panels.join('\n')}
</svg>
`;
}

function panelOf({ title, rows, unit }: Comparison): string {
  const scale = scaleFor(rows);
  const bottom = PANEL_HEAD + rows.length * ROW_HEIGHT;
  const [first] = rows;
  const grid = scale.ticks.map(
    (tick) =>
      `<line class="${tick === 1 ? 'even' : 'grid'}" x1="${at(scale, tick)}" y1="${String(PANEL_HEAD - 4)}" x2="${at(scale, tick)}" y2="${String(bottom)}"/>` +
      `<text class="faint" text-anchor="middle" x="${at(scale, tick)}" y="${String(PANEL_HEAD - 10)}">${tick === 1 ? '1 ×' : String(tick)}</text>`,
  );
  const bars = rows.map((row, index) => barOf(row, scale, PANEL_HEAD + index * ROW_HEIGHT, unit));
  return [
    `<text class="title" x="12" y="16">${escape(title)}</text>`,
    `<text class="faint" text-anchor="end" x="${String(LABEL_WIDTH)}" y="${String(PANEL_HEAD - 10)}">1 × is ${escape(shortened(first?.name ?? '', 36))}</text>`,
    ...grid,
    ...bars,
  ].join('');
}

const BAR_CLASS: Readonly<Record<Role, string>> = { ours: 'bar-ours', peer: 'bar-peer', floor: 'bar-floor' };

function barOf(
  { name, role, value, ratio }: Row,
  scale: Scale,
  top: number,
  unit: Comparison['unit'],
): string {
  const middle = top + ROW_HEIGHT / 2;
  const [even, end] = [position(scale, 1), position(scale, ratio.median)];
  const [left, width] = [Math.min(even, end), Math.max(Math.abs(end - even), 2)];
  const isOurs = role === 'ours' ? ' class="ours"' : '';
  return [
    `<text${isOurs} text-anchor="end" x="${String(LABEL_WIDTH)}" y="${String(middle + 4)}">${escape(shortened(name, 42))}</text>`,
    `<rect class="${BAR_CLASS[role]}" x="${left.toFixed(1)}" y="${String(middle - BAR_HEIGHT / 2)}" width="${width.toFixed(1)}" height="${String(BAR_HEIGHT)}"/>`,
    `<line class="spread" x1="${at(scale, ratio.lowerQuartile)}" y1="${String(middle)}" x2="${at(scale, ratio.upperQuartile)}" y2="${String(middle)}"/>`,
    `<text${isOurs} x="${String(AXIS_RIGHT + 14)}" y="${String(middle + 4)}">${formatRatio(ratio.median)}</text>`,
    `<text class="faint" text-anchor="end" x="${String(WIDTH - 12)}" y="${String(middle + 4)}">${formatValue(value.median, unit)}</text>`,
  ].join('');
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** 1, 2, 5, 10, 20, 50 and so on, both ways. */
const STEPS: readonly number[] = Array.from({ length: 9 }, (_, power) => 10 ** (power - 4)).flatMap((power) =>
  [1, 2, 5].map((step) => Number((step * power).toPrecision(1))),
);
const MAX_TICKS = 8;

/** From the step below everything that is shown to the one above, and always 1. */
function scaleFor(rows: readonly Row[]): Scale {
  const shown = rows
    .flatMap(({ ratio }) => [ratio.median, ratio.lowerQuartile, ratio.upperQuartile])
    .filter((value) => Number.isFinite(value) && value > 0);
  const [least, most] = [Math.min(1, ...shown), Math.max(1, ...shown)];
  const low = STEPS.findLast((step) => step < least) ?? least;
  const high = STEPS.find((step) => step > most) ?? most;
  const inside = STEPS.filter((step) => step >= low && step <= high);
  const ticks = inside.length <= MAX_TICKS ? inside : inside.filter((step) => Math.log10(step) % 1 === 0);
  return { low, high, ticks };
}

function position({ low, high }: Scale, ratio: number): number {
  const share = Math.log(ratio / low) / Math.log(high / low);
  return AXIS_LEFT + (Number.isFinite(share) ? share : 0) * (AXIS_RIGHT - AXIS_LEFT);
}

function at(scale: Scale, ratio: number): string {
  return position(scale, ratio).toFixed(1);
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}
