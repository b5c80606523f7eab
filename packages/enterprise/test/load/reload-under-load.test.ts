import { type ReloadResult, ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { type LoadPlan, type LoadReport, type LoadedReload, reloadUnderLoad } from './reload-under-load.ts';

const PLANS: Readonly<Record<string, LoadPlan>> = {
  /** With every test run. */
  short: {
    plugins: 2,
    callers: 8,
    reloads: 10,
    brokenEvery: 2,
    instances: 2,
    startTimeoutMs: 5_000,
    bakeTimeMs: 400,
  },
  /** All plugins and callers, and each way to be broken once. */
  wide: {
    plugins: 8,
    callers: 64,
    reloads: 10,
    brokenEvery: 2,
    instances: 2,
    startTimeoutMs: 30_000,
    bakeTimeMs: 2_000,
  },
  /** Everything: minutes on a quiet machine, hours on a busy one. */
  full: {
    plugins: 8,
    callers: 64,
    reloads: 100,
    brokenEvery: 5,
    instances: 2,
    startTimeoutMs: 30_000,
    bakeTimeMs: 2_000,
  },
};

/** `TRUTHOUND_LOAD_TEST=wide` or `full`. */
const WISH = process.env['TRUTHOUND_LOAD_TEST'] ?? 'short';
const PLAN = PLANS[WISH];
if (PLAN === undefined) throw new Error(`TRUTHOUND_LOAD_TEST is one of ${Object.keys(PLANS).join(', ')}`);

/** On a machine this busy even a sound version may miss its time limit; the old one must then serve on. */
function isTooSlow({ error }: ReloadResult): boolean {
  return (error?.cause as Error | undefined)?.name === 'DeadlineExceeded';
}

/** Whether a reload ended as it must, given what is wrong with the version. */
function isRight({ flaw, result, serving, expected }: LoadedReload): boolean {
  if (serving !== expected) return false;
  if (result.success) return flaw === 'none' && !result.rolledBack;
  // It may have been too slow once calls went to it, or, of a roll, once they went to its first instance.
  if (isTooSlow(result)) return true;
  return flaw !== 'none' && result.rolledBack === (flaw === 'crashes in bake');
}

function describeFigures(plan: LoadPlan, { ledger, reloads, seconds }: LoadReport): string {
  const { calls, answered, aborted, crashed, lost, doubled, byUnhealthy, answerMs } = ledger;
  const times = reloads
    .filter(({ result }) => result.success)
    .map(({ result }) => result.reloadTimeMs)
    .sort((a, b) => a - b);
  return [
    `${String(plan.plugins)} plugins × ${String(plan.reloads)} reloads, ${String(plan.callers)} callers, ${seconds.toFixed(0)} s`,
    `${String(calls)} calls (${(calls / seconds).toFixed(0)}/s): ${String(answered)} answered, ${String(aborted)} aborted, ` +
      `${String(crashed)} in a version that crashed, ${String(lost)} lost, ${String(doubled)} doubled, ` +
      `${String(byUnhealthy)} by a version that never was healthy; p50 ${answerMs.p50.toFixed(1)} ms, p99 ${answerMs.p99.toFixed(1)} ms`,
    `reloads that succeeded: ${String(times.length)} of ${String(reloads.length)}, ` +
      `${String(reloads.filter(({ flaw, result }) => flaw === 'none' && !result.success).length)} sound ones too slow, median ${String(Math.round(times[times.length >> 1] ?? 0))} ms`,
  ].join('\n');
}

describe('plugins that are called at full speed while they are reloaded', () => {
  it(
    'W-60 W-61 W-62: lose no call and double none, whatever is wrong with the new version',
    { timeout: WISH === 'short' ? 240_000 : 7_200_000 },
    async () => {
      const report = await reloadUnderLoad(PLAN);
      console.log(describeFigures(PLAN, report));
      const { ledger, reloads, supervised } = report;

      expect(ledger).toMatchObject({
        lost: 0,
        doubled: 0,
        byUnhealthy: 0,
        changedVersion: 0,
        complaints: [],
      });
      expect(ledger.answered).toBeGreaterThan(reloads.length);
      expect(ledger.answered + ledger.aborted + ledger.crashed).toBe(ledger.calls);

      expect(reloads.filter((reload) => !isRight(reload))).toEqual([]);
      expect(new Set(reloads.map(({ flaw }) => flaw)).size).toBe(6);

      const cutOff = reloads.filter(({ result }) => result.aborted > 0);
      expect(cutOff.filter(({ result }) => result.strategy !== ReloadStrategy.IMMEDIATE)).toEqual([]);
      expect(cutOff.reduce((sum, { result }) => sum + result.aborted, 0)).toBe(ledger.aborted);
      expect(supervised).toEqual([]);
    },
  );
});
