import type { Interval } from './intervals.ts';
import {
  FIRST,
  UNBOUNDED,
  type VersionPoint,
  comparePoints,
  formatPoint,
  nextPoint,
} from './version-point.ts';

export type Operator = '=' | '<' | '<=' | '>' | '>=';

/** The smallest part of a constraint: one version and how others must stand to it. */
export interface Comparator {
  readonly operator: Operator;
  readonly version: VersionPoint;
}

/** Comparators that must all hold; an empty list holds for every version. */
export interface Alternative {
  /** As the author wrote it, for messages. */
  readonly text: string;
  readonly comparators: readonly Comparator[];
}

const ACCEPTS: Readonly<Record<Operator, (comparison: number) => boolean>> = {
  '=': (comparison) => comparison === 0,
  '<': (comparison) => comparison < 0,
  '<=': (comparison) => comparison <= 0,
  '>': (comparison) => comparison > 0,
  '>=': (comparison) => comparison >= 0,
};

const INTERVAL_OF: Readonly<Record<Operator, (version: VersionPoint) => Interval>> = {
  '=': (version) => ({ from: version, to: nextPoint(version) }),
  '<': (version) => ({ from: FIRST, to: version }),
  '<=': (version) => ({ from: FIRST, to: nextPoint(version) }),
  '>': (version) => ({ from: nextPoint(version), to: UNBOUNDED }),
  '>=': (version) => ({ from: version, to: UNBOUNDED }),
};

export function holdsFor({ operator, version }: Comparator, candidate: VersionPoint): boolean {
  return ACCEPTS[operator](comparePoints(candidate, version));
}

export function toInterval({ operator, version }: Comparator): Interval {
  return INTERVAL_OF[operator](version);
}

export function formatComparator({ operator, version }: Comparator): string {
  return `${operator === '=' ? '' : operator}${formatPoint(version)}`;
}
