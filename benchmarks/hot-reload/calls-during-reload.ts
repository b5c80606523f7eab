import { comparisonOf } from '../harness/compare.ts';
import { type Comparison, Role } from '../harness/figures.ts';
import { inTurn } from '../harness/in-turn.ts';
import { quantile } from '../harness/statistics.ts';
import { PluginOnDisk, load, reload } from './plugin-on-disk.ts';

const WINDOW_MS = 3_000;
const CALLERS = 4;
const PAUSE_MS = 5;

/** Calls in windows of a few seconds, with and without reloads, in turn; callers pause a little, as callers do. */
export async function measureCalls(rounds: number): Promise<readonly Comparison[]> {
  await using disk = await PluginOnDisk.create(1);
  await using manager = await disk.openHost({ watch: false });
  const plugin = await load(manager);
  let reloads = 0;

  const during = async (work: (isOver: () => boolean) => Promise<void>): Promise<readonly number[]> => {
    const end = performance.now() + WINDOW_MS;
    const isOver = (): boolean => performance.now() >= end;
    const times: number[] = [];
    const callers = Array.from({ length: CALLERS }, async () => {
      while (!isOver()) {
        const start = performance.now();
        await plugin.version();
        times.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    });
    await Promise.all([...callers, work(isOver)]);
    return times;
  };

  const windows = [
    { name: 'without reloads', role: Role.FLOOR, take: () => during(() => Promise.resolve()) },
    {
      name: 'while reloading',
      role: Role.OURS,
      take: () =>
        during(async (isOver) => {
          while (!isOver()) {
            reloads += 1;
            await disk.publish(reloads);
            await reload(manager);
            // One reload a second is more than any operator does.
            await new Promise((resolve) => setTimeout(resolve, 500));
          }
        }),
    },
  ];
  const times = await inTurn(windows, { rounds, warmUps: 0 }, ({ take }) => take());
  return [0.5, 0.99].map((share) => {
    const values = windows.map((window, index) => ({
      ...window,
      values: (times[index] ?? []).map((calls) => quantile(calls, share)),
    }));
    const title = `a call by one of ${String(CALLERS)} callers, p${String(share * 100)} of windows of ${String(WINDOW_MS / 1000)} s`;
    return comparisonOf(title, 'ms', values);
  });
}
