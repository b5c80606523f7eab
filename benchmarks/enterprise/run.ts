/**
 * What the manager adds to what cannot be spared, starting Node once for each plugin and looking at each folder:
 * `npm run bench -- enterprise`, or `npx nx build enterprise && node benchmarks/enterprise/run.ts [--quick]`
 *
 * It measures the built packages, because those are what hosts run.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EnterprisePluginManager } from '@truthound/enterprise';
import { type Contender, compare } from '../harness/compare.ts';
import { endedChildrenCpuMs } from '../harness/cpu-time.ts';
import { type Comparison, type Figure, Role, rowOf } from '../harness/figures.ts';
import { runSuite } from '../harness/run-suite.ts';
import { median } from '../harness/statistics.ts';
import { startBareNodes } from './bare-starts.ts';
import { type LoadRun, loadAll } from './load-all.ts';
import { removeTree, writePlugins } from './plugins.ts';

const AT_A_TIME = 2;
const WARM = 'plugins active, snapshots there';

interface Loads {
  readonly comparison: Comparison;
  readonly figures: readonly Figure[];
}

async function measureLoads(count: number, rounds: number): Promise<Loads> {
  using folders = await writePlugins(count, { isSigned: true });
  const cold = join(folders.root, 'cold');
  const warm = join(folders.root, 'warm');
  const coldRuns: LoadRun[] = [];
  const warmRuns: LoadRun[] = [];
  const bareCpuMs: number[] = [];
  const contenders: readonly Contender[] = [
    {
      name: 'bare starts of Node',
      role: Role.FLOOR,
      async run() {
        const before = endedChildrenCpuMs();
        await startBareNodes(count, AT_A_TIME, folders.root);
        bareCpuMs.push(endedChildrenCpuMs() - before);
      },
    },
    loading('plugins active, first time', coldRuns, () => {
      mkdirSync(cold, { recursive: true });
      removeTree(cold);
      return loadAll(folders, cold, AT_A_TIME);
    }),
    loading(WARM, warmRuns, () => loadAll(folders, warm, AT_A_TIME)),
  ];
  const comparison = await compare({
    title: `${String(count)} signed plugins, ${String(AT_A_TIME)} at a time, under STANDARD`,
    contenders,
    rounds,
    hasCpu: false,
  });
  // The first of each warmed up.
  const figures = figuresOf(coldRuns.slice(1), bareCpuMs.slice(1), count);
  const goal: Figure = {
    what: `${WARM}: to bare starts of Node`,
    value: rowOf(comparison, WARM).ratio.median,
    unit: '×',
    goal: { atMost: 1.3 },
    why: 'A guest uses two to three times the CPU of a bare start until it serves.',
  };
  return { comparison, figures: [goal, ...figures] };
}

/** What counts of a load ends before its plugins do: it says itself how long it took. */
function loading(name: string, runs: LoadRun[], load: () => Promise<LoadRun>): Contender {
  return {
    name,
    role: Role.OURS,
    async run() {
      runs.push(await load());
    },
    ownMs: () => runs.at(-1)?.wallMs ?? Number.NaN,
  };
}

/** How the time of the two that work at a time is spent, and the CPU of each plugin; the rest is waiting for a turn. */
function figuresOf(runs: readonly LoadRun[], bareCpuMs: readonly number[], count: number): readonly Figure[] {
  const shares = [...(runs[0]?.steps.keys() ?? [])].map((step): Figure => {
    const shareOf = ({ steps, wallMs }: LoadRun): number => (steps.get(step) ?? 0) / wallMs / AT_A_TIME;
    return { what: `share of the first load: ${step}`, value: 100 * median(runs.map(shareOf)), unit: '%' };
  });
  const perPlugin = (what: string, values: readonly number[]): Figure => ({
    what,
    value: median(values) / count,
    unit: 'ms',
  });
  return [
    ...shares,
    perPlugin('CPU of a bare start of Node', bareCpuMs),
    perPlugin(
      'CPU of a plugin until it serves',
      runs.map(({ guestCpuMs }) => guestCpuMs),
    ),
    perPlugin(
      'CPU of the host for it',
      runs.map(({ hostCpuMs }) => hostCpuMs),
    ),
  ];
}

async function measureDiscovery(count: number, rounds: number): Promise<Comparison> {
  using folders = await writePlugins(count, { isSigned: false });
  const contenders: readonly Contender[] = [
    { name: 'recursive stat, nothing read', role: Role.FLOOR, run: () => statTree(folders.pluginDir) },
    {
      name: 'discovered',
      role: Role.OURS,
      async run() {
        await using manager = new EnterprisePluginManager({
          pluginDirs: [folders.pluginDir],
          scanEntrypoints: false,
        });
        const found = await manager.discoverPlugins();
        if (found.length !== count) throw new Error(`only ${String(found.length)} were found`);
      },
    },
  ];
  return await compare({ title: `${count.toLocaleString('en')} plugins discovered`, contenders, rounds });
}

function statTree(folder: string): void {
  for (const item of readdirSync(folder)) {
    const path = join(folder, item);
    if (statSync(path).isDirectory()) statTree(path);
  }
}

await runSuite(async ({ isQuick, rounds }) => {
  const discovery = await measureDiscovery(isQuick ? 200 : 1000, rounds(9));
  const { comparison, figures } = await measureLoads(isQuick ? 10 : 100, isQuick ? 1 : 3);
  return {
    title: 'What many plugins cost',
    method:
      'Floors: a bare start of Node for each plugin, and a recursive stat that reads nothing. Plugins are signed, verified, copied, confined and activated, each in a process of its own.',
    comparisons: [discovery, comparison],
    figures,
  };
});
