import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PluginOnDisk, load, reload } from './plugin-on-disk.ts';

/** Milliseconds of each round, by what was timed. */
export interface ReloadTimes {
  /** From the end of writing to the first answer of the new version, the host watching. */
  readonly savedToAnswer: readonly number[];
  /** The reload alone, as it says itself. */
  readonly reload: readonly number[];
  /** The same change, with the whole host started again instead. */
  readonly restart: readonly number[];
}

/** All three in turn, round by round, so that a busy moment of the machine meets all. */
export async function measureReloads(fileCount: number, rounds: number): Promise<ReloadTimes> {
  await using watched = await PluginOnDisk.create(fileCount);
  await using asked = await PluginOnDisk.create(fileCount);
  await using restarted = await PluginOnDisk.create(fileCount);
  await using watching = await watched.openHost({ watch: true });
  await using asking = await asked.openHost({ watch: false });
  const plugin = await load(watching);
  await load(asking);
  const times = { savedToAnswer: [] as number[], reload: [] as number[], restart: [] as number[] };
  for (let round = 1; round <= rounds; round += 1) {
    await watched.publish(round);
    const saved = performance.now();
    while ((await plugin.version()) !== round) await new Promise((resolve) => setTimeout(resolve, 2));
    times.savedToAnswer.push(performance.now() - saved);

    await asked.publish(round);
    times.reload.push(await reload(asking));

    await restarted.publish(round);
    times.restart.push(await timeRestart(restarted.root, round));
  }
  return times;
}

const HOST = fileURLToPath(new URL('whole-host.ts', import.meta.url));

async function timeRestart(root: string, version: number): Promise<number> {
  const start = performance.now();
  const host = spawn(process.execPath, ['--conditions=@truthound/source', HOST, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = (await once(host.stdout, 'data')) as [Buffer];
  const took = performance.now() - start;
  if (answer.toString().trim() !== String(version)) throw new Error(`the host answered ${answer.toString()}`);
  await once(host, 'close');
  return took;
}
