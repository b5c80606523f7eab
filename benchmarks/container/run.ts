/**
 * What a sandbox in a container costs, beside what one would otherwise do: `docker run` for every call, `docker exec`
 * for every call, the engine's own bare start of Node, a bare `fork`, and the process sandbox. Takes the engines that
 * work here. `npm run bench -- container`, or `npx nx build sandbox && node benchmarks/container/run.ts [--quick]`
 */
import { ContainerSandboxEngine, ProcessSandboxEngine, buildGuestImage } from '@truthound/sandbox';
import { type Contender, compare } from '../harness/compare.ts';
import { type Comparison, type Figure, Role, rowOf } from '../harness/figures.ts';
import { type Effort, runSuite } from '../harness/run-suite.ts';
import { type Stop, starting } from '../harness/starting.ts';
import { BENCHMARK_POLICY, FORK_JSON, type PeerKind } from '../sandbox/peers.ts';
import { writePlugin } from '../sandbox/plugins.ts';
import { measureCalls } from '../sandbox/warm-calls.ts';
import { type Engine, adapt, keepContainer, runPerCall, startBare } from './engines.ts';

/** Long enough for a busy machine to start the next standby container. */
const REFILL_MS = 2500;
const QUICK_REFILL_MS = 1500;
const ROW = { id: 123_456, name: 'a'.repeat(30), tags: ['x', 'y'], isOpen: true, price: 1.5, note: null };

const BARE = 'bare start of node';
const COLD = 'sandbox, cold';
const STANDBY = 'sandbox, standby';

async function measureStarts(engine: Engine, { isQuick, rounds }: Effort): Promise<Comparison> {
  using plugin = writePlugin(1);
  const { name } = engine;
  await using cold = new ContainerSandboxEngine({ runtime: name });
  await using ready = new ContainerSandboxEngine({ runtime: name, standby: 1 });
  await using processes = new ProcessSandboxEngine();
  const kept = await keepContainer(engine);
  const value = JSON.stringify(ROW);
  const first = async (of: ContainerSandboxEngine | ProcessSandboxEngine): Promise<Stop> => {
    const context = await of.createSandbox('measured', BENCHMARK_POLICY, { plugin: plugin.root });
    await of.execute(context, { export: 'run' }, 1);
    return () => of.terminate(context);
  };
  const contenders: readonly Contender[] = [
    starting(BARE, Role.FLOOR, 0, () => startBare(engine)),
    starting(COLD, Role.OURS, 0, () => first(cold)),
    starting(STANDBY, Role.OURS, isQuick ? QUICK_REFILL_MS : REFILL_MS, () => first(ready)),
    { name: `${name} run per call`, role: Role.PEER, run: () => runPerCall(engine, value) },
    { name: `${name} exec per call`, role: Role.PEER, run: () => kept.call(value) },
    starting('process sandbox, cold', Role.OURS, 0, () => first(processes)),
  ];
  const title = `${name}: from nothing to the first answer`;
  // The first rounds warm what is kept, and start the pools.
  const comparison = await compare({
    title,
    contenders,
    rounds: rounds(9),
    warmUps: 2,
    hasCpu: false,
    why: 'A container that is kept needs no start, and shares its state between all calls.',
  });
  await kept.stop();
  return comparison;
}

function startGoals(runtime: string, starts: Comparison): readonly Figure[] {
  return [
    {
      what: `${runtime}: cold sandbox to bare start of node`,
      value: rowOf(starts, COLD).ratio.median,
      unit: '×',
      goal: { atMost: 1.2 },
    },
    {
      what: `${runtime}: first call from a standby container`,
      value: rowOf(starts, STANDBY).value.median,
      unit: 'ms',
      goal: { atMost: 8 },
    },
  ];
}

function echoPeer(name: string, open: () => ContainerSandboxEngine | ProcessSandboxEngine): PeerKind {
  return {
    name,
    role: Role.OURS,
    takesBytes: true,
    start: async () => {
      const engine = open();
      const context = await engine.createSandbox('echo', BENCHMARK_POLICY);
      const echo = (value: unknown): unknown => value;
      return {
        pid: undefined,
        echo: (value) => engine.execute(context, echo, value),
        [Symbol.asyncDispose]: () => engine.cleanup(),
      };
    },
  };
}

interface Flight {
  readonly inFlight: number;
  readonly calls: number;
  readonly title: string;
  /** At most so many times `fork` with JSON. */
  readonly atMost: number;
}

const FLIGHTS: readonly Flight[] = [
  { inFlight: 1, calls: 300, title: 'a warm call of 100 B', atMost: 1.8 },
  { inFlight: 64, calls: 3000, title: 'a warm call of 100 B, 64 in flight', atMost: 1 },
];

/** Answers the comparisons, and how near the containers come to `fork`. */
async function measureWarmCalls(
  runtimes: readonly string[],
  { rounds }: Effort,
): Promise<{ readonly comparisons: readonly Comparison[]; readonly figures: readonly Figure[] }> {
  const inContainers = runtimes.map((runtime) =>
    echoPeer(`sandbox, ${runtime}`, () => new ContainerSandboxEngine({ runtime })),
  );
  const kinds = [FORK_JSON, ...inContainers, echoPeer('sandbox, process', () => new ProcessSandboxEngine())];
  const comparisons: Comparison[] = [];
  const figures: Figure[] = [];
  for (const { inFlight, calls, title, atMost } of FLIGHTS) {
    const load = { title, value: ROW, calls, inFlight, rounds: rounds(41), hasCpu: false };
    const comparison = await measureCalls(kinds, load);
    comparisons.push(comparison);
    for (const { name } of inContainers)
      figures.push({
        what: `${name}: ${title}, to fork with JSON`,
        value: rowOf(comparison, name).ratio.median,
        unit: '×',
        goal: { atMost },
      });
  }
  return { comparisons, figures };
}

await runSuite(async (effort) => {
  const diagnoses = await new ContainerSandboxEngine().diagnose();
  const runtimes = diagnoses.filter(({ isUsable }) => isUsable).map(({ runtime }) => runtime);
  const comparisons: Comparison[] = [];
  const figures: Figure[] = [];
  for (const runtime of runtimes) {
    const { reference } = await buildGuestImage({ runtime });
    const starts = await measureStarts(adapt(runtime, reference), effort);
    comparisons.push(starts);
    figures.push(...startGoals(runtime, starts));
  }
  if (runtimes.length > 0) {
    const warm = await measureWarmCalls(runtimes, effort);
    comparisons.push(...warm.comparisons);
    figures.push(...warm.figures);
  }
  return {
    title: 'What a sandbox in a container costs',
    method:
      'The bare start is the engine’s fastest start of Node that can be talked to, with no protection of ours. CPU time of containers is the engine’s and is not counted.',
    comparisons,
    figures,
    skipped: diagnoses.filter(({ isUsable }) => !isUsable).map(({ detail }) => detail),
  };
});
