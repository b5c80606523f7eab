import { type VersionPoint, comparePoints } from './version-point.ts';

/** The versions from `from` on and before `to`. */
export interface Interval {
  readonly from: VersionPoint;
  readonly to: VersionPoint;
}

/** Intervals in order, none empty, none touching the next: the one way to write this set of versions. */
export type Intervals = readonly Interval[];

const highest = (a: VersionPoint, b: VersionPoint): VersionPoint => (comparePoints(a, b) < 0 ? b : a);
const lowest = (a: VersionPoint, b: VersionPoint): VersionPoint => (comparePoints(a, b) < 0 ? a : b);

/** May be empty. */
export function overlap(a: Interval, b: Interval): Interval {
  return { from: highest(a.from, b.from), to: lowest(a.to, b.to) };
}

export function isEmptyInterval({ from, to }: Interval): boolean {
  return comparePoints(from, to) >= 0;
}

/** Puts intervals in order and joins those that overlap or touch. */
export function unite(intervals: readonly Interval[]): Intervals {
  const filled = intervals.filter((interval) => !isEmptyInterval(interval));
  if (filled.length < 2) return filled;
  const ordered = filled.sort((a, b) => comparePoints(a.from, b.from));
  const united: Interval[] = [];
  for (const interval of ordered) {
    const last = united.at(-1);
    if (last !== undefined && comparePoints(interval.from, last.to) <= 0) {
      united[united.length - 1] = { from: last.from, to: highest(last.to, interval.to) };
    } else {
      united.push(interval);
    }
  }
  return united;
}

/** What lies in both. Walks both lists once. */
export function intersectIntervals(a: Intervals, b: Intervals): Intervals {
  const common: Interval[] = [];
  let left = 0;
  let right = 0;
  for (;;) {
    const first = a[left];
    const second = b[right];
    if (first === undefined || second === undefined) return common;
    const both = overlap(first, second);
    if (!isEmptyInterval(both)) common.push(both);
    if (comparePoints(first.to, second.to) < 0) left += 1;
    else right += 1;
  }
}

export function equalIntervals(a: Intervals, b: Intervals): boolean {
  return (
    a.length === b.length &&
    a.every(({ from, to }, index) => {
      const other = b[index];
      return (
        other !== undefined && comparePoints(from, other.from) === 0 && comparePoints(to, other.to) === 0
      );
    })
  );
}

export function isSubsetOfIntervals(a: Intervals, b: Intervals): boolean {
  return equalIntervals(intersectIntervals(a, b), a);
}
