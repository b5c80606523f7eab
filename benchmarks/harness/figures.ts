/**
 * What a suite found: one shape for all suites, so that one page can show them and one file keep them.
 *
 * @module
 */
import type { Spread } from './statistics.ts';

/** Times are in milliseconds, memory is in megabytes of 1,000,000 bytes. */
export type Unit = 'ms' | 'MB' | '%' | '×';

/** What a contender stands for. */
export const Role = {
  /** This project. */
  OURS: 'ours',
  /** Another way to the same end, at least for those whose needs it meets. */
  PEER: 'peer',
  /** A part of the work that nobody can leave out: what cannot be undercut. */
  FLOOR: 'floor',
} as const;

export type Role = (typeof Role)[keyof typeof Role];

/** One contender of a comparison. */
export interface Row {
  readonly name: string;
  readonly role: Role;
  readonly value: Spread;
  /** To the first row: of the rounds' own ratios. */
  readonly ratio: Spread;
  /** CPU time of all sides, where it can be told. */
  readonly cpu?: { readonly value: Spread; readonly ratio: Spread };
}

/** One question, answered by several contenders in turn. The first row is the one that the others are compared with. */
export interface Comparison {
  readonly title: string;
  readonly unit: Unit;
  readonly rounds: number;
  readonly rows: readonly Row[];
  /** Why others are better, where they are. */
  readonly why?: string;
}

/** How far a figure may go. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** A single number. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  readonly goal?: Goal;
  /** Why the goal is missed, where it is. */
  readonly why?: string;
}

/** All that one suite found. */
export interface SuiteFigures {
  /** As a reader would ask it. */
  readonly title: string;
  /** What is compared, and what must be known to read the figures. */
  readonly method: string;
  readonly comparisons: readonly Comparison[];
  readonly figures: readonly Figure[];
  /** What could not be measured here, and why. */
  readonly skipped?: readonly string[];
}

export function isMet({ value, goal }: Pick<Figure, 'value' | 'goal'>): boolean {
  if (goal === undefined) return true;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/** Our own row: the first of ours. */
export function ourRow({ rows }: Comparison): Row | undefined {
  return rows.find(({ role }) => role === Role.OURS);
}

/** How many times our value each other way to the same end takes; less than 1: it is better. */
export function peersAgainstOurs(
  comparison: Comparison,
): readonly { readonly row: Row; readonly times: number }[] {
  const ours = ourRow(comparison);
  if (ours === undefined) return [];
  return comparison.rows
    .filter(({ role, ratio }) => role === Role.PEER && Number.isFinite(ratio.median))
    .map((row) => ({ row, times: row.ratio.median / ours.ratio.median }));
}

/** A row by its name. @throws when there is none: the suite and its goals no longer fit. */
export function rowOf(comparison: Comparison, name: string): Row {
  const row = comparison.rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`"${comparison.title}" has no row "${name}"`);
  return row;
}
