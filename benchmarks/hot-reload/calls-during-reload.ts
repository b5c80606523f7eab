import { quantile } from '../sandbox/statistics.ts';
import { PluginOnDisk, load, reload } from './plugin-on-disk.ts';

export interface CallTimes {
  /** p50 and p99 in ms of each window. */
  readonly calm: readonly (readonly [p50: number, p99: number])[];
  readonly reloading: readonly (readonly [p50: number, p99: number])[];
  readonly calls: number;
  readonly reloads: number;
}

const WINDOW_MS = 3_000;
const CALLERS = 4;
const PAUSE_MS = 5;

/** Windows without and with reloads, in turn; callers that pause a little, as callers do. */
export async function measureCalls(rounds: number): Promise<CallTimes> {
  await using disk = await PluginOnDisk.create(1);
  await using manager = await disk.openHost({ watch: false });
  const plugin = await load(manager);
  const calm: (readonly [number, number])[] = [];
  const reloading: (readonly [number, number])[] = [];
  let calls = 0;
  let reloads = 0;

  const during = async (
    work: (isOver: () => boolean) => Promise<void>,
  ): Promise<readonly [number, number]> => {
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
    calls += times.length;
    return [quantile(times, 0.5), quantile(times, 0.99)];
  };

  for (let round = 0; round < rounds; round += 1) {
    calm.push(await during(() => Promise.resolve()));
    reloading.push(
      await during(async (isOver) => {
        while (!isOver()) {
          reloads += 1;
          await disk.publish(reloads);
          await reload(manager);
          // One reload a second is more than any operator does.
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
      }),
    );
  }
  return { calm, reloading, calls, reloads };
}
