/**
 * What a reader should see first: where others are better, and which goals are missed.
 *
 * @module
 */
import {
  type Comparison,
  type Figure,
  type SuiteFigures,
  isMet,
  ourRow,
  peersAgainstOurs,
} from './figures.ts';
import { formatFigure, formatGoal, formatRatio, threeDigits } from './format.ts';

/** One thing in which we are not the best, and why. */
export interface Loss {
  readonly where: string;
  readonly how: string;
  readonly why: string | undefined;
}

/** Where something that serves the same end is better, comparison by comparison, and the goals that are missed. */
export function lossesOf({ comparisons, figures }: SuiteFigures): readonly Loss[] {
  return [...comparisons.flatMap(lossesIn), ...figures.filter((each) => !isMet(each)).map(missedGoal)];
}

function lossesIn(comparison: Comparison): readonly Loss[] {
  const better = peersAgainstOurs(comparison)
    .filter(({ times }) => times < 1)
    .sort((a, b) => a.times - b.times);
  if (better.length === 0) return [];
  const word = comparison.unit === 'ms' ? 'of our time' : 'of our value';
  const how = better.map(
    ({ row, times }) => `${row.name} takes ${formatRatio(times)} ${word}${noteOn(comparison, row)}`,
  );
  return [{ where: comparison.title, how: how.join('; '), why: comparison.why }];
}

/** A difference that is smaller than how far the rounds lie apart may be another one in the next run. */
function noteOn(comparison: Comparison, { ratio }: Comparison['rows'][number]): string {
  const ours = ourRow(comparison);
  if (ours === undefined) return '';
  const isClear = ratio.upperQuartile < ours.ratio.lowerQuartile;
  return isClear ? '' : ' (within the spread)';
}

function missedGoal({ what, goal, why, ...rest }: Figure): Loss {
  const figure = { what, ...rest };
  const wanted = goal === undefined ? '' : `; the goal is ${formatGoal(goal, figure.unit)}`;
  return { where: what, how: `${formatFigure(figure)}${wanted}`, why };
}

/** Ours beside the best of the others, in one phrase; `undefined` where there is no other. */
export function verdictOn(comparison: Comparison): string | undefined {
  const [best] = peersAgainstOurs(comparison).toSorted((a, b) => a.times - b.times);
  if (best === undefined) return undefined;
  const { row, times } = best;
  return times >= 1
    ? `ours; ${row.name} takes ${threeDigits(times)} × as much`
    : `${row.name}; ours takes ${threeDigits(1 / times)} × as much`;
}
