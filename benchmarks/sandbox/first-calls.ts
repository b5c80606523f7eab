/** From nothing to the answer of the first call: how long a plugin takes to be there. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ProcessSandboxEngine } from '@truthound/sandbox';
import { compare } from '../harness/compare.ts';
import { type Comparison, Role } from '../harness/figures.ts';
import { starting } from '../harness/starting.ts';
import { BENCHMARK_POLICY } from './peers.ts';
import { type PluginOnDisk, writePlugin } from './plugins.ts';

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
export async function measureFirstCalls(files: number, rounds: number): Promise<Comparison> {
  using plugin = writePlugin(files);
  await using cold = new ProcessSandboxEngine();
  await using warm = new ProcessSandboxEngine({ standby: 1 });
  const contenders = [
    starting('bare node', Role.FLOOR, 0, () => callInBareNode(plugin)),
    starting('sandbox, cold', Role.OURS, 0, () => callInSandbox(cold, plugin)),
    starting('sandbox, standby', Role.OURS, REFILL_MS, () => callInSandbox(warm, plugin)),
  ];
  const title = `from nothing to the first answer, ${String(files)} ${files === 1 ? 'file' : 'files'}`;
  // The first two rounds start the pool.
  return await compare({ title, contenders, rounds, warmUps: 2, hasCpu: false });
}
