/**
 * What to do about a plugin that crashed: a pure decision, from times and a policy.
 *
 * A budget of restarts within a sliding window separates bad luck from a plugin that cannot run: an old
 * crash stops counting by itself, so a plugin that recovers needs no one to reset it. Waiting longer each
 * time (with some of the wait random, so that plugins that fell together do not rise together) keeps a
 * crash loop from eating the host. Who waits and restarts is restart-supervisor.ts.
 *
 * @module
 */
import { type Fault, ValidationError, ValidationRangeError } from '@truthound/protocols';

/** How often and how fast a crashed plugin is restarted. Make one with `CrashPolicy.create`. */
export interface CrashPolicy {
  /** Wait before the first restart, in milliseconds. @defaultValue 500 */
  readonly initialDelayMs: number;
  /** Longest wait, in milliseconds. @defaultValue 60_000 */
  readonly maxDelayMs: number;
  /** What each further crash in the window multiplies the wait by; 1 keeps it the same. @defaultValue 2 */
  readonly backoffFactor: number;
  /** Share of the wait that is random, 0 to 1: 0.2 waits between 80 % and 100 %. @defaultValue 0.2 */
  readonly jitter: number;
  /** Restarts allowed in the window; the crash after the last one leads to quarantine. @defaultValue 5 */
  readonly maxRestarts: number;
  /** How long a crash counts, in milliseconds. @defaultValue 600_000 (10 minutes) */
  readonly windowMs: number;
}

/** What follows from a crash. */
export type CrashDecision =
  | { readonly type: 'restart'; readonly attempt: number; readonly delayMs: number }
  | { readonly type: 'quarantine'; readonly reason: string };

const LONGEST_TIMER_MS = 2_147_483_647;

interface Bound {
  readonly isWithin: (value: number) => boolean;
  readonly range: string;
}

const delay: Bound = {
  isWithin: (value) => value >= 0 && value <= LONGEST_TIMER_MS,
  range: `from 0 to ${LONGEST_TIMER_MS}`,
};

const BOUNDS: Readonly<Record<keyof CrashPolicy, Bound>> = {
  initialDelayMs: delay,
  maxDelayMs: delay,
  backoffFactor: { isWithin: (value) => value >= 1 && value <= 1000, range: 'from 1 to 1000' },
  jitter: { isWithin: (value) => value >= 0 && value <= 1, range: 'from 0 to 1' },
  maxRestarts: {
    isWithin: (value) => Number.isInteger(value) && value >= 0 && value <= 1000,
    range: 'a whole number from 0 to 1000',
  },
  windowMs: { isWithin: (value) => value > 0, range: 'more than 0' },
};

const DEFAULTS: CrashPolicy = {
  initialDelayMs: 500,
  maxDelayMs: 60_000,
  backoffFactor: 2,
  jitter: 0.2,
  maxRestarts: 5,
  windowMs: 600_000,
};

/** Makes crash policies. */
export const CrashPolicy: Readonly<{
  /**
   * Completes `overrides` with the defaults and freezes the result.
   *
   * @throws ValidationError naming every unknown field and every value out of range; a ValidationRangeError
   * where there is one of the latter.
   */
  create(overrides?: Partial<CrashPolicy>): CrashPolicy;
}> = Object.freeze({
  create(overrides: Partial<CrashPolicy> = {}): CrashPolicy {
    const policy = { ...DEFAULTS, ...overrides };
    const faults = Object.entries(policy).flatMap(([field, value]) => findFault(field, value));
    if (faults.length > 0) {
      const ErrorClass = faults.some(({ outOfRange }) => outOfRange) ? ValidationRangeError : ValidationError;
      throw new ErrorClass({ subject: 'CrashPolicy', faults });
    }
    return Object.freeze(policy);
  },
});

function findFault(field: string, value: unknown): readonly Fault[] {
  const bound = new Map(Object.entries(BOUNDS)).get(field);
  if (bound === undefined) {
    return [{ path: field, problem: `is not a field; the fields are ${Object.keys(BOUNDS).join(', ')}` }];
  }
  if (typeof value === 'number' && bound.isWithin(value)) return [];
  return [{ path: field, problem: `must be ${bound.range}, not ${String(value)}`, outOfRange: true }];
}

/** The crashes that still count, oldest first, and never more than the decision needs. */
export function listRecentCrashes(
  policy: CrashPolicy,
  crashTimesMs: readonly number[],
  nowMs: number,
): readonly number[] {
  return crashTimesMs.filter((time) => time > nowMs - policy.windowMs).slice(-(policy.maxRestarts + 1));
}

/**
 * Decides what follows from the latest crash.
 *
 * @param crashTimesMs when it crashed, this time included.
 * @param facts.random from 0 to 1: which part of the jitter to take.
 */
export function decideAfterCrash(
  policy: CrashPolicy,
  crashTimesMs: readonly number[],
  facts: { readonly nowMs: number; readonly random: number },
): CrashDecision {
  const attempt = listRecentCrashes(policy, crashTimesMs, facts.nowMs).length;
  if (attempt > policy.maxRestarts) {
    const reason =
      `crashed ${attempt} times within ${policy.windowMs / 1000} s, and the policy allows ` +
      `${policy.maxRestarts} restarts (maxRestarts, windowMs); release it once the cause is mended`;
    return Object.freeze({ type: 'quarantine', reason });
  }
  const fullDelayMs = Math.min(
    policy.maxDelayMs,
    policy.initialDelayMs * policy.backoffFactor ** Math.max(0, attempt - 1),
  );
  const delayMs = Math.round(fullDelayMs * (1 - policy.jitter * facts.random));
  return Object.freeze({ type: 'restart', attempt, delayMs });
}
