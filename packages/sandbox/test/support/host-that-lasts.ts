/**
 * A host for `leaks.test.ts`: makes sandboxes and calls, and prints what it holds at two points in time,
 * with the same number of calls and sandboxes before each. Arguments: the engine, calls, sandboxes.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { DEVELOPMENT, type SandboxEngine, createPolicy } from '@truthound/protocols';
import { NoopSandboxEngine, ProcessSandboxEngine } from '../../src/index.ts';
import { PROCESS_POLICY } from './policy.ts';

/** What this process holds, as counts; memory in megabytes. */
interface Holdings {
  readonly memoryMb: number;
  readonly descriptors: number;
  readonly processes: number;
  readonly folders: number;
  readonly listeners: number;
}

function count(read: () => readonly unknown[]): number {
  try {
    return read().length;
  } catch {
    return 0;
  }
}

async function takeStock(): Promise<Holdings> {
  // Streams of guests that have ended close a moment later.
  await delay(300);
  (globalThis as { gc?: () => void }).gc?.();
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const self = `/proc/self/task/${String(process.pid)}/children`;
  return {
    memoryMb: (heapUsed + external) / 1024 / 1024,
    descriptors: count(() => readdirSync('/proc/self/fd')),
    processes: count(() => readFileSync(self, 'utf8').split(' ').filter(Boolean)),
    folders: readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`truthound-sandbox-${String(process.pid)}-`),
    ).length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

const [kind = 'process', calls = '100', sandboxes = '5'] = process.argv.slice(2);
const isNoop = kind === 'none';
const policy = isNoop ? DEVELOPMENT : createPolicy({ base: PROCESS_POLICY, maxExecutionTimeSec: 60 });
const makeEngine = (): SandboxEngine => (isNoop ? new NoopSandboxEngine() : new ProcessSandboxEngine());

await using engine = makeEngine();
const lasting = await engine.createSandbox('lasting', policy, {
  host: { double: (value: number) => value * 2 },
});
const caller = new AbortController();

/** One of every kind of call: answered, failed, given up by a signal, streamed, with bytes. */
async function callOften(times: number): Promise<void> {
  const { signal } = caller;
  for (let index = 0; index < times; index += 1) {
    await engine.invoke(lasting, (value: number) => value + 1, [index], { signal });
    if (index % 10 === 0) {
      await engine
        .execute(lasting, () => {
          throw new Error('expected');
        })
        .catch(() => undefined);
      await engine.execute(lasting, (bytes: Uint8Array) => bytes, new Uint8Array(1000));
      const stream = await engine.execute(lasting, async function* () {
        for (;;) yield await Promise.resolve(1);
      });
      for await (const item of stream) if (item === 1) break;
    }
  }
}

async function startOften(times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    const sandbox = await engine.createSandbox(`short-${String(index)}`, policy);
    sandbox.on('log', () => undefined);
    await engine.execute(sandbox, () => 'once');
    if (index % 2 === 0) await engine.terminate(sandbox);
    else if (!isNoop) await engine.execute(sandbox, () => process.exit(1)).catch(() => undefined);
    else await sandbox[Symbol.asyncDispose]();
  }
}

await callOften(Number(calls));
await startOften(Number(sandboxes));
const before = await takeStock();
await callOften(Number(calls));
await startOften(Number(sandboxes));
const after = await takeStock();
console.log(JSON.stringify({ before, after }));
