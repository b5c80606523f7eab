/**
 * What a graph of plugins costs, beside the libraries that are taken for it. In this workspace:
 * `node --expose-gc --conditions=@truthound/source dependencies/run.ts`
 *
 * The others are given what they like best: edges one by one, and no promise about the order. Ours takes
 * manifests, checks every field, and answers one order for every order of insertion.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DependencyGraph } from '@truthound/dependencies';
import { checkingTasks } from './checking.ts';
import { randomPlugins } from './input.ts';
import { LIBRARIES } from './libraries.ts';
import { compare, compareSteps, time } from './rounds.ts';
import { solvingTasks } from './solving.ts';

function compareGraphs(count: number, rounds: number): void {
  const nodes = randomPlugins(count);
  const edges = nodes.reduce((sum, { targets }) => sum + targets.length, 0);
  const titles = [`build ${count} plugins, ${edges} edges`, `order ${count} plugins`];
  const tasks = LIBRARIES.map(({ name, build, order }) => ({
    name,
    run: (): readonly number[] => {
      const [building, graph] = time(() => build(nodes));
      const [ordering, ordered] = time(() => order(graph));
      if (ordered !== count) throw new Error(`${name} lost plugins`);
      return [building, ordering];
    },
  }));
  compareSteps(titles, rounds, tasks);
}

function measureMemory(): void {
  console.log('\nmemory of 100000 plugins, beyond the input');
  const script = fileURLToPath(new URL('memory.ts', import.meta.url));
  for (const index of LIBRARIES.keys()) {
    const flags = ['--expose-gc', '--conditions=@truthound/source'];
    process.stdout.write(
      execFileSync(process.execPath, [...flags, script, `${index}`], { encoding: 'utf8' }),
    );
  }
}

/** One plugin replaced in a graph of 10,000, and the whole graph built again for comparison. */
function compareUpdates(): void {
  const nodes = randomPlugins(10_000);
  const graph = new DependencyGraph();
  for (const node of nodes) graph.addNode(node);
  const middle = nodes[5_000];
  if (middle === undefined) throw new Error('there are 10,000 plugins');
  compare('change a graph of 10000 plugins', 15, [
    {
      name: 'remove and add a plugin, 1000 times',
      run: () => {
        for (let time = 0; time < 1_000; time += 1) {
          graph.removeNode(middle.pluginId);
          graph.addNode(middle);
        }
      },
    },
    {
      name: 'build the graph again, once',
      run: () => {
        const again = new DependencyGraph();
        for (const node of nodes) again.addNode(node);
      },
    },
  ]);
}

console.log(`Node ${process.version}, ${process.platform} ${process.arch}`);
compareGraphs(10_000, 7);
compareGraphs(100_000, 3);
measureMemory();
compareUpdates();
compare('check 10000 installed plugins', 9, checkingTasks(10_000));
compare('choose among versions', 7, solvingTasks(1_000));
