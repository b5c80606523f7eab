/**
 * Facts about a column of dates. The usual step between two dates is taken from the data (the most frequent one),
 * so daily and hourly series are judged by their own measure.
 *
 * @module
 */
import { modeSorted, numericSort } from 'simple-statistics';

/**
 * @typedef {object} DateFacts
 * @property {Date} first
 * @property {Date} last
 * @property {boolean} isSorted whether no date stands before an earlier one
 * @property {number} repeated dates that are there already
 * @property {number | undefined} usualStepSec the most frequent distance between neighbours, `undefined` below two dates
 * @property {{ after: Date, before: Date, missing: number }[]} gaps where steps are missing, and how many
 */

/**
 * @param {readonly Date[]} dates at least one
 * @returns {DateFacts}
 */
export function describeDates(dates) {
  const times = dates.map((date) => date.getTime());
  const unique = numericSort([...new Set(times)]);
  const steps = unique.slice(1).map((time, index) => time - (unique[index] ?? time));
  const usualStep = steps.length === 0 ? undefined : modeSorted(numericSort([...steps]));
  return {
    first: new Date(unique[0] ?? Number.NaN),
    last: new Date(unique.at(-1) ?? Number.NaN),
    isSorted: times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time)),
    repeated: times.length - unique.length,
    usualStepSec: usualStep === undefined ? undefined : usualStep / 1000,
    gaps: usualStep === undefined ? [] : findGaps(unique, usualStep),
  };
}

/**
 * @param {readonly number[]} times sorted, each once
 * @param {number} step
 */
function findGaps(times, step) {
  return times.slice(1).flatMap((time, index) => {
    const previous = times[index] ?? time;
    const missing = Math.round((time - previous) / step) - 1;
    return missing > 0 ? [{ after: new Date(previous), before: new Date(time), missing }] : [];
  });
}
