import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { comparisonOf } from '../harness/compare.ts';
import { type Comparison, Role } from '../harness/figures.ts';
import { inTurn } from '../harness/in-turn.ts';
import { PluginOnDisk, load, reload } from './plugin-on-disk.ts';

interface Way {
  readonly name: string;
  readonly role: Role;
  /** Publishes a version and answers how many ms it took until it served. */
  readonly take: (version: number) => Promise<number>;
}

/** Ways to get a new version to answer, in turn; and importing again, which was timed in a process of its own. */
export async function measureReloads(
  fileCount: number,
  rounds: number,
  importTimes: readonly number[],
): Promise<Comparison> {
  await using watched = await PluginOnDisk.create(fileCount);
  await using asked = await PluginOnDisk.create(fileCount);
  await using restarted = await PluginOnDisk.create(fileCount);
  await using watching = await watched.openHost({ watch: true });
  await using asking = await asked.openHost({ watch: false });
  const plugin = await load(watching);
  await load(asking);

  const ways: readonly Way[] = [
    {
      name: 'reload: verify, start beside, health, switch, stop',
      role: Role.OURS,
      take: async (version) => {
        await asked.publish(version);
        return reload(asking);
      },
    },
    {
      name: 'file saved → new version answers (100 ms are quiet)',
      role: Role.OURS,
      take: async (version) => {
        await watched.publish(version);
        const saved = performance.now();
        while ((await plugin.version()) !== version) await new Promise((resolve) => setTimeout(resolve, 2));
        return performance.now() - saved;
      },
    },
    {
      name: 'the whole host started again → answers',
      role: Role.PEER,
      take: async (version) => {
        await restarted.publish(version);
        return timeRestart(restarted.root, version);
      },
    },
  ];
  let version = 0;
  const times = await inTurn(ways, { rounds }, ({ take }) => take((version += 1)));
  const timed = ways.map(({ name, role }, index) => ({ name, role, values: times[index] ?? [] }));
  const importing = {
    name: 'import(url?v=n), in the host, nothing verified',
    role: Role.PEER,
    values: importTimes,
  };
  return comparisonOf(
    `a new version of a signed plugin of ${String(fileCount)} ${fileCount === 1 ? 'module' : 'modules'}`,
    'ms',
    [...timed, importing],
    'Importing again starts no process. What it imported stays in the host’s memory for ever, shares the host’s rights, and cannot go back. Most of a reload is the start of the new process.',
  );
}

const HOST = fileURLToPath(new URL('whole-host.ts', import.meta.url));

async function timeRestart(root: string, version: number): Promise<number> {
  const start = performance.now();
  const host = spawn(process.execPath, [...process.execArgv, HOST, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = (await once(host.stdout, 'data')) as [Buffer];
  const took = performance.now() - start;
  if (answer.toString().trim() !== String(version)) throw new Error(`the host answered ${answer.toString()}`);
  await once(host, 'close');
  return took;
}
