/**
 * One order for ids on every machine: UTF-16 code units, never a locale.
 *
 * Three-way radix quicksort reads each character about once. Comparing whole strings reads the common
 * beginnings (`@truthound/plugin-…`) again for every comparison, and plugin ids are mostly that.
 *
 * @module
 */

/** Negative when `a` comes first. */
export function compareCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A sorted copy. */
export function sortedIds(ids: Iterable<string>): string[] {
  return [...ids].sort(compareCodeUnits);
}

const SMALL = 12;

/** -1 at the end of a string, so that a prefix comes before what it begins. */
function unitAt(text: string, depth: number): number {
  return depth < text.length ? text.charCodeAt(depth) : -1;
}

function insertionSort(items: number[], from: number, to: number, textOf: readonly string[]): void {
  for (let next = from + 1; next < to; next += 1) {
    const item = items[next] ?? 0;
    const text = textOf[item] ?? '';
    let at = next;
    while (at > from && (textOf[items[at - 1] ?? 0] ?? '') > text) {
      items[at] = items[at - 1] ?? 0;
      at -= 1;
    }
    items[at] = item;
  }
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Sorts `items` in place by the text at `textOf[item]`; texts must be distinct. */
export function sortByText(items: number[], textOf: readonly string[]): void {
  // Ranges still to sort, as triples: from, to, and how many code units all of the range share.
  const pending = [0, items.length, 0];
  const unitOf = (position: number, depth: number): number =>
    unitAt(textOf[items[position] ?? 0] ?? '', depth);

  while (pending.length > 0) {
    const depth = pending.pop() ?? 0;
    const to = pending.pop() ?? 0;
    const from = pending.pop() ?? 0;
    if (to - from <= SMALL) {
      insertionSort(items, from, to, textOf);
      continue;
    }
    const pivot = median(unitOf(from, depth), unitOf((from + to) >> 1, depth), unitOf(to - 1, depth));
    let lower = from;
    let upper = to;
    let at = from;
    while (at < upper) {
      const unit = unitOf(at, depth);
      const item = items[at] ?? 0;
      if (unit < pivot) {
        items[at] = items[lower] ?? 0;
        items[lower] = item;
        lower += 1;
        at += 1;
      } else if (unit > pivot) {
        upper -= 1;
        items[at] = items[upper] ?? 0;
        items[upper] = item;
      } else at += 1;
    }
    pending.push(from, lower, depth, upper, to, depth);
    if (pivot >= 0) pending.push(lower, upper, depth + 1);
  }
}
