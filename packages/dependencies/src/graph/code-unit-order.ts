/**
 * One order for ids on every machine: UTF-16 code units, never a locale.
 *
 * @module
 */

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
  // Ranges still to sort, as triples: from, to, and how many code units all of the range share.
  const pending = [0, items.length, 0];
  while (pending.length > 0) {
    const depth = pending.pop() ?? 0;
    const to = pending.pop() ?? 0;
    const from = pending.pop() ?? 0;
    const range = items.subarray(from, to);
    if (range.length <= SMALL || range.length > MAX_RANGE) {
      range.sort((a, b) => compareCodeUnits(textOf[a] ?? '', textOf[b] ?? ''));
    } else {
      const shared = countSharedUnits(range, textOf, depth);
      for (const [start, end] of sortByTwoUnits(range, textOf, shared))
        pending.push(from + start, from + end, shared + 2);
    }
  }
}

function countSharedUnits(range: Int32Array, textOf: readonly string[], depth: number): number {
  const first = textOf[range[0] ?? 0] ?? '';
  let shared = first.length;
  for (const item of range) {
    const text = textOf[item] ?? '';
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
    const text = textOf[range[position] ?? 0] ?? '';
    packed[position] = (unitAt(text, at) * UNITS + unitAt(text, at + 1)) * count + position;
  }
  packed.sort();

  const before = range.slice();
  const runs: (readonly [number, number])[] = [];
  let runStart = 0;
  let runKey = -1;
  for (let position = 0; position < count; position += 1) {
    const value = packed[position] ?? 0;
    const key = Math.floor(value / count);
    range[position] = before[value - key * count] ?? 0;
    if (key === runKey) continue;
    if (position - runStart > 1) runs.push([runStart, position]);
    runStart = position;
    runKey = key;
  }
  if (count - runStart > 1) runs.push([runStart, count]);
  return runs;
}
