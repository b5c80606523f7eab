/** From nothing to the answer of the first call: how long a plugin takes to be there. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ProcessSandboxEngine } from '@truthound/sandbox';
import { BENCHMARK_POLICY } from './peers.ts';
import { type PluginOnDisk, writePlugin } from './plugins.ts';
import { type Spread, median, spreadOf } from './statistics.ts';

export interface FirstCallResult {
  readonly name: string;
  readonly files: number;
  readonly wall: Spread;
  /** Against bare Node in the same round. */
  readonly ratio: number;
}

const BARE_CHILD = fileURLToPath(new URL('peers/bare-child.js', import.meta.url));
/** Long enough for a machine that is at work to refill the pool. */
const REFILL_MS = 700;

/** Starts Node, loads the module, calls it. No protection, and no more transport than that needs. */
async function callInBareNode({ entry }: PluginOnDisk): Promise<() => Promise<void>> {
  const child: ChildProcess = spawn(process.execPath, [BARE_CHILD], {
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const socket = child.stdio[3] as Socket;
  socket.write(`${JSON.stringify([pathToFileURL(entry).href, [1]])}\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  return async () => {
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  };
}

async function callInSandbox(
  engine: ProcessSandboxEngine,
  { root }: PluginOnDisk,
): Promise<() => Promise<void>> {
  const context = await engine.createSandbox('measured', BENCHMARK_POLICY, { plugin: root });
  await engine.execute(context, { export: 'run' }, 1);
  return () => engine.terminate(context);
}

/** Bare Node, a cold sandbox and one from the standby pool, in turn. */
export async function measureFirstCalls(files: number, rounds: number): Promise<readonly FirstCallResult[]> {
  using plugin = writePlugin(files);
  await using cold = new ProcessSandboxEngine();
  await using warm = new ProcessSandboxEngine({ standby: 1 });
  const contenders = [
    { name: 'bare node', waitMs: 0, run: () => callInBareNode(plugin) },
    { name: 'sandbox, cold', waitMs: 0, run: () => callInSandbox(cold, plugin) },
    { name: 'sandbox, standby', waitMs: REFILL_MS, run: () => callInSandbox(warm, plugin) },
  ];
  const times = contenders.map((): number[] => []);
  // The first two rounds start the pool.
  for (let round = -2; round < rounds; round += 1) {
    for (const [index, { waitMs, run }] of contenders.entries()) {
      await sleep(waitMs);
      const before = performance.now();
      const stop = await run();
      if (round >= 0) times[index]?.push(performance.now() - before);
      await stop();
    }
  }
  const bare = times[0] ?? [];
  return contenders.map(({ name }, index) => {
    const own = times[index] ?? [];
    return {
      name,
      files,
      wall: spreadOf(own),
      ratio: median(own.map((time, round) => time / (bare[round] ?? Number.NaN))),
    };
  });
}
