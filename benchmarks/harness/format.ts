import type { Figure, Goal, Unit } from './figures.ts';
import type { Spread } from './statistics.ts';

/** Rounded to what a reader can use: three digits. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/** From this many ms on, in this unit. */
const TIMES: readonly (readonly [fromMs: number, name: string, perMs: number])[] = [
  [10_000, 's', 1e-3],
  [1, 'ms', 1],
  [1e-3, 'µs', 1e3],
  [0, 'ns', 1e6],
];

/** A value with its unit. Times choose the unit that keeps them short. */
export function formatValue(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '–';
  if (unit !== 'ms') return `${threeDigits(value)} ${unit}`;
  const [, name, perMs] = TIMES.find(([fromMs]) => Math.abs(value) >= fromMs) ?? [0, 'ms', 1];
  return `${threeDigits(value * perMs)} ${name}`;
}

export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–';
  return `${ratio >= 0.1 && ratio < 100 ? ratio.toFixed(2) : threeDigits(ratio)} ×`;
}

/** From the lower to the upper quartile: where half of the rounds lie. */
export function formatMiddleHalf({ lowerQuartile, upperQuartile }: Spread, unit: Unit): string {
  return `${formatValue(lowerQuartile, unit)} – ${formatValue(upperQuartile, unit)}`;
}

export function formatGoal(goal: Goal, unit: Unit): string {
  return 'atMost' in goal
    ? `at most ${formatValue(goal.atMost, unit)}`
    : `at least ${formatValue(goal.atLeast, unit)}`;
}

export function formatFigure({ value, unit }: Figure): string {
  return formatValue(value, unit);
}
