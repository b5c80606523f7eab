import { ValidationError, ValidationRangeError } from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CrashPolicy, decideAfterCrash, listRecentCrashes } from '../../src/crash/crash-policy.ts';

describe('a crash policy', () => {
  it('has defaults, takes overrides and cannot be changed', () => {
    expect(CrashPolicy.create()).toEqual({
      initialDelayMs: 500,
      maxDelayMs: 60_000,
      backoffFactor: 2,
      jitter: 0.2,
      maxRestarts: 5,
      windowMs: 600_000,
    });
    const policy = CrashPolicy.create({ maxRestarts: 0 });
    expect(policy.maxRestarts).toBe(0);
    expect(Object.isFrozen(policy)).toBe(true);
  });

  test.each([
    [{ jitter: 1.1 }, 'jitter must be from 0 to 1, not 1.1'],
    [{ maxRestarts: 1.5 }, 'maxRestarts must be a whole number from 0 to 1000, not 1.5'],
    [{ backoffFactor: 0.5 }, 'backoffFactor must be from 1 to 1000'],
    [{ maxDelayMs: 2 ** 31 }, 'maxDelayMs must be from 0 to 2147483647'],
    [{ initialDelayMs: -1 }, 'initialDelayMs must be from 0'],
    [{ windowMs: 0 }, 'windowMs must be more than 0'],
    [{ windowMs: '5' as unknown as number }, 'windowMs must be more than 0, not 5'],
  ])('refuses %j', (overrides, message) => {
    expect(() => CrashPolicy.create(overrides)).toThrow(ValidationRangeError);
    expect(() => CrashPolicy.create(overrides)).toThrow(message);
  });

  it('refuses what is misspelt', () => {
    const overrides = { maxRestart: 3 } as Partial<CrashPolicy>;
    expect(() => CrashPolicy.create(overrides)).toThrow(ValidationError);
    expect(() => CrashPolicy.create(overrides)).toThrow(
      'maxRestart is not a field; the fields are initialDelayMs,',
    );
  });
});

describe('the decision', () => {
  const policy = CrashPolicy.create({
    initialDelayMs: 100,
    maxDelayMs: 1000,
    jitter: 0.5,
    maxRestarts: 6,
    windowMs: 10_000,
  });

  test.each([
    { crashes: 1, random: 0, delayMs: 100 },
    { crashes: 2, random: 0, delayMs: 200 },
    { crashes: 3, random: 0, delayMs: 400 },
    { crashes: 4, random: 0, delayMs: 800 },
    { crashes: 5, random: 0, delayMs: 1000 },
    { crashes: 3, random: 1, delayMs: 200 },
    { crashes: 3, random: 0.5, delayMs: 300 },
  ])('after crash $crashes, at random $random, waits $delayMs ms', ({ crashes, random, delayMs }) => {
    const times = Array.from({ length: crashes }, (_, index) => index);
    expect(decideAfterCrash(policy, times, { nowMs: crashes, random })).toEqual({
      type: 'restart',
      attempt: crashes,
      delayMs,
    });
  });

  it('is quarantine once the budget is spent, and says what was spent and what helps', () => {
    const times = [1, 2, 3, 4, 5, 6, 7];
    expect(decideAfterCrash(policy, times, { nowMs: 7, random: 0 })).toEqual({
      type: 'quarantine',
      reason:
        'crashed 7 times within 10 s, and the policy allows 6 restarts (maxRestarts, windowMs); ' +
        'release it once the cause is mended',
    });
  });

  it('forgets crashes older than the window', () => {
    const times = [1, 2, 3, 4, 5, 6, 10_007];
    expect(decideAfterCrash(policy, times, { nowMs: 10_007, random: 0 })).toMatchObject({
      type: 'restart',
      attempt: 1,
    });
    expect(listRecentCrashes(policy, times, 10_004)).toEqual([5, 6, 10_007]);
  });

  it('for any policy: waits no longer than the longest wait, never less than the jitter lets it, and ends', () => {
    const policies = fc.record({
      initialDelayMs: fc.nat(100_000),
      maxDelayMs: fc.nat(100_000),
      backoffFactor: fc.double({ min: 1, max: 1000, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      maxRestarts: fc.nat(50),
    });
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    const property = fc.property(policies, random, (fields, chance) => {
      const any = CrashPolicy.create(fields);
      const decisions = Array.from({ length: any.maxRestarts + 1 }, (_, index) =>
        decideAfterCrash(
          any,
          Array.from({ length: index + 1 }, () => 5),
          { nowMs: 5, random: chance },
        ),
      );
      const waits = decisions.flatMap((decision) => (decision.type === 'restart' ? [decision.delayMs] : []));
      expect(waits).toHaveLength(any.maxRestarts);
      expect(decisions.at(-1)).toMatchObject({ type: 'quarantine' });
      const isSorted = waits.every((wait, index) => wait >= (waits[index - 1] ?? 0));
      expect(isSorted).toBe(true);
      const least = Math.floor(Math.min(any.maxDelayMs, any.initialDelayMs) * (1 - any.jitter));
      expect(waits.every((wait) => wait >= least && wait <= any.maxDelayMs)).toBe(true);
    });
    fc.assert(property);
  });

  it('keeps no more crashes than it needs', () => {
    const times = Array.from({ length: 1000 }, (_, index) => index);
    expect(listRecentCrashes(policy, times, 1000)).toHaveLength(policy.maxRestarts + 1);
  });
});
