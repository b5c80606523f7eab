/**
 * One order for ids on every machine: UTF-16 code units, never a locale.
 *
 * @module
 */
import { doubleAt, intAt, itemAt } from './element-at.ts';

/** Negative when `a` comes first. */
export function compareCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A sorted copy. Without a comparison function `sort` goes by code units, and faster. */
export function sortedIds(ids: Iterable<string>): string[] {
  return [...ids].sort();
}

/** Ranges up to this length are sorted by comparing whole strings. */
const SMALL = 16;

/** One more than the number of code units: 0 stands for the end of a string, so that a prefix comes before what it begins. */
const UNITS = 0x1_0001;

/** Two units and a position fit into the 53 bits of a number up to this many strings. */
const MAX_RANGE = Math.floor(Number.MAX_SAFE_INTEGER / UNITS ** 2);

/**
 * Sorts `items` in place by the text at `textOf[item]`; texts must be distinct.
 *
 * Plugin ids mostly begin alike (`@scope/plugin-…`), and comparing whole strings reads the common part again for
 * every comparison. This reads each string a few times in all: past what a range has in common, the
 * next two code units and the position are packed into one number, numbers are sorted natively, and
 * ranges that are still equal are sorted further.
 */
export function sortByText(items: Int32Array, textOf: readonly string[]): void {
  // Ranges still to sort, and how many code units all of the range share.
  const pending = [{ from: 0, to: items.length, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { from, to, depth } = next;
    const range = items.subarray(from, to);
    if (range.length <= SMALL || range.length > MAX_RANGE) {
      range.sort((a, b) => compareCodeUnits(itemAt(textOf, a), itemAt(textOf, b)));
    } else {
      const shared = countSharedUnits(range, textOf, depth);
      for (const [start, end] of sortByTwoUnits(range, textOf, shared))
        pending.push({ from: from + start, to: from + end, depth: shared + 2 });
    }
  }
}

function countSharedUnits(range: Int32Array, textOf: readonly string[], depth: number): number {
  const first = itemAt(textOf, intAt(range, 0));
  let shared = first.length;
  for (const item of range) {
    const text = itemAt(textOf, item);
    const end = Math.min(shared, text.length);
    let at = depth;
    while (at < end && text.charCodeAt(at) === first.charCodeAt(at)) at += 1;
    shared = at;
    if (shared === depth) break;
  }
  return shared;
}

function unitAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) + 1 : 0;
}

/** Sorts a range by the two code units at `at`, and answers the runs that are equal in both. */
function sortByTwoUnits(
  range: Int32Array,
  textOf: readonly string[],
  at: number,
): readonly (readonly [number, number])[] {
  const count = range.length;
  const packed = new Float64Array(count);
  for (let position = 0; position < count; position += 1) {
    const text = itemAt(textOf, intAt(range, position));
    packed[position] = (unitAt(text, at) * UNITS + unitAt(text, at + 1)) * count + position;
  }
  packed.sort();

  const before = range.slice();
  const runs: (readonly [number, number])[] = [];
  let runStart = 0;
  let runKey = -1;
  for (let position = 0; position < count; position += 1) {
    const value = doubleAt(packed, position);
    const key = Math.floor(value / count);
    range[position] = intAt(before, value - key * count);
    if (key === runKey) continue;
    if (position - runStart > 1) runs.push([runStart, position]);
    runStart = position;
    runKey = key;
  }
  if (count - runStart > 1) runs.push([runStart, count]);
  return runs;
}
