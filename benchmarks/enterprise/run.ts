/**
 * What the manager adds to what cannot be spared: starting Node once for each plugin, and looking at each folder.
 *
 *   npx nx run enterprise:build && cd benchmarks && node enterprise/run.ts [rounds]
 *
 * It measures the built packages, because those are what hosts run. All contenders of a table run in turn in one
 * process, each round starting with another one; ratios are medians of the rounds' own.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { EnterprisePluginManager } from '@truthound/enterprise';
import { endedChildrenCpuMs, startBareNodes } from './bare-starts.ts';
import { type LoadRun, loadAll } from './load-all.ts';
import { removeTree, writePlugins } from './plugins.ts';
import { type Contender, measureRounds, median, printTable } from './rounds.ts';

const LOADED = 100;
const DISCOVERED = 1000;
const AT_A_TIME = 2;
const rounds = Number(process.argv[2] ?? 5);

console.log(`Node ${process.versions.node}, ${String(cpus().length)} × ${cpus()[0]?.model ?? '?'}`);
await measureDiscovery();
await measureLoads();
console.log(`\nload average at the end: ${loadavg()[0]?.toFixed(1) ?? '?'}`);

async function measureLoads(): Promise<void> {
  using folders = await writePlugins(LOADED, { isSigned: true });
  const cold = join(folders.root, 'cold');
  const warm = join(folders.root, 'warm');
  const runs: { readonly cold: LoadRun[]; readonly warm: LoadRun[] } = { cold: [], warm: [] };
  const bareCpuMs: number[] = [];
  const contenders: readonly Contender[] = [
    {
      name: `${String(LOADED)} bare Node starts`,
      async run() {
        const before = endedChildrenCpuMs();
        await startBareNodes(LOADED, AT_A_TIME, folders.root);
        bareCpuMs.push(endedChildrenCpuMs() - before);
      },
    },
    {
      name: 'plugins active, first time',
      prepare() {
        mkdirSync(cold, { recursive: true });
        removeTree(cold);
      },
      async run() {
        return record(runs.cold, await loadAll(folders, cold, AT_A_TIME));
      },
    },
    {
      name: 'plugins active, snapshots there',
      async run() {
        return record(runs.warm, await loadAll(folders, warm, AT_A_TIME));
      },
    },
  ];
  const results = await measureRounds(contenders, rounds);
  printTable(`${String(LOADED)} signed plugins, ${String(AT_A_TIME)} at a time`, results);
  printShares(runs.cold.slice(1));
  console.log(`${perPlugin(bareCpuMs.slice(1))} ms of CPU a bare Node start`);
}

/** How the time of the two that work at a time is spent; the rest is waiting for a turn and putting in order. */
function printShares(runs: readonly LoadRun[]): void {
  console.log('\nShare of each step, first time');
  const shareOf = (step: string): number =>
    median(runs.map(({ steps, wallMs }) => (steps.get(step) ?? 0) / wallMs / AT_A_TIME));
  for (const step of runs[0]?.steps.keys() ?? [])
    console.log(`${(shareOf(step) * 100).toFixed(1).padStart(6)} %  ${step}`);
  console.log(`${perPlugin(runs.map(({ hostCpuMs }) => hostCpuMs))} ms of the host's CPU a plugin`);
  console.log(`${perPlugin(runs.map(({ guestCpuMs }) => guestCpuMs))} ms of its guest's`);
}

function perPlugin(values: readonly number[]): string {
  return (median(values) / LOADED).toFixed(1).padStart(6);
}

async function measureDiscovery(): Promise<void> {
  using folders = await writePlugins(DISCOVERED, { isSigned: false });
  const results = await measureRounds(
    [
      {
        name: 'recursive stat, nothing read',
        run: () => {
          statTree(folders.pluginDir);
        },
      },
      {
        name: 'discovered',
        async run() {
          await using manager = new EnterprisePluginManager({
            pluginDirs: [folders.pluginDir],
            scanEntrypoints: false,
          });
          const found = await manager.discoverPlugins();
          if (found.length !== DISCOVERED) throw new Error(`only ${String(found.length)} were found`);
        },
      },
    ],
    Math.max(rounds, 9),
  );
  printTable(`${String(DISCOVERED)} plugins discovered`, results);
}

function statTree(folder: string): void {
  for (const item of readdirSync(folder)) {
    const path = join(folder, item);
    if (statSync(path).isDirectory()) statTree(path);
  }
}

/** Keeps a run. What counts of it ends before its plugins do. */
function record(runs: LoadRun[], run: LoadRun): number {
  runs.push(run);
  return run.wallMs;
}
