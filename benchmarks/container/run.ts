/**
 * Measures sandboxes in containers beside what one would otherwise do: `docker run` for every call, `docker
 * exec` for every call, the engine's own bare start of Node, a bare `fork`, and the process sandbox. Prints
 * medians, ratios of paired rounds, and whether the targets are met. Takes the engines that work here.
 *
 * ```sh
 * npx nx build sandbox && cd benchmarks && node container/run.ts
 * ```
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ContainerSandboxEngine, ProcessSandboxEngine, buildGuestImage } from '@truthound/sandbox';
import { BENCHMARK_POLICY, FORK_JSON, type PeerKind } from '../sandbox/peers.ts';
import { writePlugin } from '../sandbox/plugins.ts';
import { median, threeDigits } from '../sandbox/statistics.ts';
import { measureCalls } from '../sandbox/warm-calls.ts';
import { type Engine, type Stop, adapt, keepContainer, runPerCall, startBare } from './engines.ts';

const isQuick = process.argv.includes('quick');
const ROUNDS = isQuick ? 3 : 15;
const WARM_ROUNDS = isQuick ? 5 : 41;
/** Long enough for a busy machine to start the next standby container. */
const REFILL_MS = isQuick ? 1500 : 2500;
const ROW = { id: 123_456, name: 'a'.repeat(30), tags: ['x', 'y'], isOpen: true, price: 1.5, note: null };

interface Contender {
  readonly name: string;
  readonly waitMs?: number;
  readonly run: () => Promise<Stop>;
}

interface Target {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
}

const targets: Target[] = [];
const noStop: Stop = () => Promise.resolve();

function printRows(title: string, rows: readonly (readonly string[])[]): void {
  console.log(`\n${title}`);
  const width = Math.max(...rows.map(([name = '']) => name.length));
  for (const [name = '', ...cells] of rows)
    console.log(`  ${name.padEnd(width)}  ${cells.map((cell) => cell.padStart(16)).join('')}`);
}

/** All contenders in turn, each round starting with another. Answers the times of each, in milliseconds. */
async function measure(contenders: readonly Contender[]): Promise<readonly (readonly number[])[]> {
  const times = contenders.map((): number[] => []);
  // The first rounds warm what is kept, and start the pools.
  for (let round = -2; round < ROUNDS; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (turn + round + 2) % contenders.length;
      const contender = contenders[index];
      if (contender === undefined) continue;
      await sleep(contender.waitMs ?? 0);
      const before = performance.now();
      const stop = await contender.run();
      if (round >= 0) times[index]?.push(performance.now() - before);
      await stop();
    }
  }
  return times;
}

const pairedRatio = (own: readonly number[], other: readonly number[]): number =>
  median(own.map((time, round) => time / (other[round] ?? Number.NaN)));

async function measureStarts(engine: Engine): Promise<void> {
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
    { name: 'bare start of node', run: () => startBare(engine) },
    { name: 'sandbox, cold', run: () => first(cold) },
    { name: 'sandbox, standby', waitMs: REFILL_MS, run: () => first(ready) },
    { name: `${name} run per call`, run: () => runPerCall(engine, value).then(() => noStop) },
    { name: `${name} exec per call`, run: () => kept.call(value).then(() => noStop) },
    { name: 'process sandbox, cold', run: () => first(processes) },
  ];
  const times = await measure(contenders);
  await kept.stop();
  const [bare = [], coldTimes = [], standby = []] = times;
  printRows(`${name}: from nothing to the first answer`, [
    ['', 'median', 'against bare'],
    ...contenders.map((contender, index) => [
      contender.name,
      `${threeDigits(median(times[index] ?? []))} ms`,
      `${threeDigits(pairedRatio(times[index] ?? [], bare))} x`,
    ]),
  ]);
  targets.push(
    {
      what: `${name}: cold sandbox / bare start of node`,
      value: pairedRatio(coldTimes, bare),
      limit: 1.2,
      unit: 'x',
    },
    { what: `${name}: first call from a standby container`, value: median(standby), limit: 8, unit: 'ms' },
  );
}

function containerPeer(runtime: string): PeerKind {
  return {
    name: `sandbox, ${runtime}`,
    takesBytes: true,
    start: async () => {
      const engine = new ContainerSandboxEngine({ runtime });
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

const PROCESS_SANDBOX: PeerKind = {
  name: 'sandbox, process',
  takesBytes: true,
  start: async () => {
    const engine = new ProcessSandboxEngine();
    const context = await engine.createSandbox('echo', BENCHMARK_POLICY);
    const echo = (value: unknown): unknown => value;
    return {
      pid: undefined,
      echo: (value) => engine.execute(context, echo, value),
      [Symbol.asyncDispose]: () => engine.cleanup(),
    };
  },
};

async function measureWarmCalls(runtimes: readonly string[]): Promise<void> {
  const kinds = [FORK_JSON, PROCESS_SANDBOX, ...runtimes.map(containerPeer)];
  for (const inFlight of [1, 64]) {
    const results = await measureCalls(kinds, {
      value: ROW,
      calls: inFlight === 1 ? 300 : 3000,
      inFlight,
      rounds: WARM_ROUNDS,
    });
    printRows(`a warm call of 100 B, ${String(inFlight)} in flight`, [
      ['', 'median', 'calls a second', 'against fork'],
      ...results.map(({ name, wall, wallRatio }) => [
        name,
        `${threeDigits(1000 * wall.median)} us`,
        threeDigits(1000 / wall.median),
        `${threeDigits(wallRatio)} x`,
      ]),
    ]);
    for (const { name, wallRatio } of results.slice(2))
      targets.push({
        what: `${name}: ${inFlight === 1 ? 'latency' : 'time a call, 64 in flight'} / fork with JSON`,
        value: wallRatio,
        limit: inFlight === 1 ? 1.8 : 1,
        unit: 'x',
      });
  }
}

const diagnoses = await new ContainerSandboxEngine().diagnose();
for (const { isUsable, detail } of diagnoses) if (!isUsable) console.log(`not measured: ${detail}`);
const runtimes = diagnoses.filter(({ isUsable }) => isUsable).map(({ runtime }) => runtime);
for (const runtime of runtimes) {
  const { reference } = await buildGuestImage({ runtime });
  await measureStarts(adapt(runtime, reference));
}
if (runtimes.length > 0) await measureWarmCalls(runtimes);
printRows('targets', [
  ...targets.map(({ what, value, limit, unit }) => [
    what,
    `${threeDigits(value)} ${unit}`,
    `<= ${String(limit)} ${unit}`,
    value <= limit ? 'met' : 'MISSED',
  ]),
]);
