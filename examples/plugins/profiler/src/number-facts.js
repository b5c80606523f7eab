import {
  interquartileRange,
  max,
  mean,
  medianSorted,
  min,
  numericSort,
  quantileSorted,
  standardDeviation,
} from 'simple-statistics';

/**
 * @typedef {object} NumberFacts
 * @property {number} min
 * @property {number} max
 * @property {number} mean
 * @property {number} median
 * @property {number} lowerQuartile
 * @property {number} upperQuartile
 * @property {number} standardDeviation of the values as the whole population
 * @property {number[]} outliers values beyond 1.5 interquartile ranges outside the quartiles (Tukey's fences), sorted
 */

/**
 * @param {readonly number[]} values at least one
 * @returns {NumberFacts}
 */
export function describeNumbers(values) {
  const sorted = numericSort([...values]);
  const lowerQuartile = quantileSorted(sorted, 0.25);
  const upperQuartile = quantileSorted(sorted, 0.75);
  const reach = 1.5 * interquartileRange(sorted);
  return {
    min: min(sorted),
    max: max(sorted),
    mean: mean(sorted),
    median: medianSorted(sorted),
    lowerQuartile,
    upperQuartile,
    standardDeviation: standardDeviation(sorted),
    outliers: sorted.filter((value) => value < lowerQuartile - reach || value > upperQuartile + reach),
  };
}
