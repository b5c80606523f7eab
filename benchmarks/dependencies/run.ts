/**
 * What a graph of plugins costs, beside the libraries that are taken for it: `npm run bench -- dependencies`
 *
 * The others are given what they like best: edges one by one, and no promise about the order. Ours takes
 * manifests, checks every field, and answers one order for every order of insertion.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DependencyGraph } from '@truthound/dependencies';
import { compare, compareSteps, comparisonOf } from '../harness/compare.ts';
import { type Comparison, type Figure, Role, rowOf } from '../harness/figures.ts';
import { inTurn } from '../harness/in-turn.ts';
import { type Effort, runSuite } from '../harness/run-suite.ts';
import { GRAPHLIB, OURS, checkingContenders } from './checking.ts';
import { collectGarbage } from './collect-garbage.ts';
import { randomPlugins } from './input.ts';
import { LIBRARIES } from './libraries.ts';
import { prepareSolving } from './solving.ts';

const OBJECTS =
  'Up to some ten thousand plugins, libraries that keep an object for each node are as fast or faster: a few megabytes fit the processor’s caches however they lie. toposort has no graph: its list of edges is only put together, and one order is asked of it.';

function time<T>(run: () => T): readonly [ms: number, result: T] {
  const start = performance.now();
  const result = run();
  return [performance.now() - start, result];
}

async function compareGraphs(count: number, rounds: number): Promise<readonly Comparison[]> {
  const nodes = randomPlugins(count);
  const edges = nodes.reduce((sum, { targets }) => sum + targets.length, 0);
  const size = `${count.toLocaleString('en')} plugins, ${edges.toLocaleString('en')} edges`;
  const contenders = LIBRARIES.map(({ name, role, build, order }) => ({
    name,
    role,
    prepare: collectGarbage,
    run: (): readonly number[] => {
      const [building, graph] = time(() => build(nodes));
      const [ordering, ordered] = time(() => order(graph));
      if (ordered !== count) throw new Error(`${name} lost plugins`);
      return [building, ordering];
    },
  }));
  return compareSteps([`build ${size}`, `order ${size}`], contenders, { rounds, why: OBJECTS });
}

const MEMORY_SCRIPT = fileURLToPath(new URL('memory.ts', import.meta.url));

/** A process for each library and round. */
async function compareMemory(count: number, rounds: number): Promise<Comparison> {
  const libraries = LIBRARIES.map(({ name, role }, index) => ({ name, role, index }));
  const values = await inTurn(libraries, { rounds, warmUps: 0 }, async ({ index }) => {
    const args = ['--expose-gc', ...process.execArgv, MEMORY_SCRIPT, String(index), String(count)];
    return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  });
  const measured = libraries.map((each, index) => ({ ...each, values: values[index] ?? [] }));
  return comparisonOf(`memory of ${count.toLocaleString('en')} plugins, beyond the input`, 'MB', measured);
}

/** One plugin replaced in a graph of 10,000, and the whole graph built again for comparison. */
async function compareUpdates(rounds: number): Promise<Comparison> {
  const nodes = randomPlugins(10_000);
  const graph = new DependencyGraph();
  for (const node of nodes) graph.addNode(node);
  const middle = nodes[5_000];
  if (middle === undefined) throw new Error('there are 10,000 plugins');
  const contenders = [
    {
      name: 'remove and add a plugin, 1,000 times',
      role: Role.OURS,
      prepare: collectGarbage,
      run: () => {
        for (let time = 0; time < 1_000; time += 1) {
          graph.removeNode(middle.pluginId);
          graph.addNode(middle);
        }
      },
    },
    {
      name: 'build the graph again, once',
      role: Role.OURS,
      prepare: collectGarbage,
      run: () => {
        const again = new DependencyGraph();
        for (const node of nodes) again.addNode(node);
      },
    },
  ];
  return compare({ title: 'change a graph of 10,000 plugins', contenders, rounds });
}

/** Of the CPU time, which a busy machine moves least. */
function checkingGoal(checked: Comparison): Figure {
  const ratio = (name: string): number => rowOf(checked, name).cpu?.ratio.median ?? Number.NaN;
  return {
    what: 'checking, to graphlib and semver together: so many times as fast',
    value: ratio(GRAPHLIB) / ratio(OURS),
    unit: '×',
    goal: { atLeast: 12 },
    why: 'Most of the time goes into checking each of 40,000 declared fields and looking up each id by its text.',
  };
}

await runSuite(async ({ isQuick, rounds }: Effort) => {
  const large = isQuick ? 20_000 : 100_000;
  const checked = await compare({
    title: 'check 10,000 installed plugins: is all there, does it fit, in what order',
    contenders: checkingContenders(10_000),
    rounds: rounds(15),
    warmUps: isQuick ? 2 : 8,
  });
  const { steps, contenders } = prepareSolving(1_000);
  const solved = await compare({
    title: `choose among 1,000 plugins of 10 versions each, in ${steps.toLocaleString('en')} steps`,
    contenders,
    rounds: rounds(7),
  });
  return {
    title: 'What a graph of plugins costs',
    method:
      'The others are given what they like best: edges one by one, and no promise about the order. Ours takes manifests, checks every field, and answers one order for every order of insertion. Garbage is collected before each. Nothing on npm chooses among versions, so nothing stands beside it.',
    comparisons: [
      ...(await compareGraphs(10_000, rounds(9))),
      ...(await compareGraphs(large, rounds(3))),
      await compareMemory(large, rounds(1)),
      await compareUpdates(rounds(15)),
      checked,
      solved,
    ],
    figures: [checkingGoal(checked)],
  };
});
