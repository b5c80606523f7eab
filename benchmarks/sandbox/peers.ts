/** The ways to run somebody else's code that are measured beside ours: each echoes a value. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { STANDARD, type SecurityPolicy, createPolicy } from '@truthound/protocols';
import { ProcessSandboxEngine } from '@truthound/sandbox';
import { Piscina } from 'piscina';
import { getQuickJS } from 'quickjs-emscripten';
import { Role } from '../harness/figures.ts';

/** Something that answers a value with the same value, after a trip to where the code runs. */
export interface Peer extends AsyncDisposable {
  echo(value: unknown): Promise<unknown>;
  /** The process that its code runs in, where that is not this one. */
  readonly pid: number | undefined;
}

export interface PeerKind {
  readonly name: string;
  readonly role: Role;
  readonly start: () => Promise<Peer>;
  /** Whether bytes cross as bytes. JSON makes an object of a Buffer that nobody would send. */
  readonly takesBytes: boolean;
}

const file = (name: string): string => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** STANDARD as far as this machine keeps it, with nothing that slows or ends a long measurement. */
export const BENCHMARK_POLICY: SecurityPolicy = createPolicy({
  base: STANDARD,
  enforcement: 'best-effort',
  maxCpuPercent: Infinity,
});

/** Answers by id, for transports that only have messages. */
class Replies {
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #nextId = 0;

  ask(send: (message: readonly [number, unknown]) => void, value: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      const id = this.#nextId;
      this.#nextId += 1;
      this.#waiting.set(id, resolve);
      send([id, value]);
    });
  }

  answer([id, value]: readonly [number, unknown]): void {
    this.#waiting.get(id)?.(value);
    this.#waiting.delete(id);
  }
}

function forked(serialization: 'json' | 'advanced'): () => Promise<Peer> {
  return () => {
    const child: ChildProcess = fork(file('fork-child.js'), { serialization, env: {} });
    const replies = new Replies();
    child.on('message', (message) => {
      replies.answer(message as unknown as [number, unknown]);
    });
    return Promise.resolve({
      pid: child.pid,
      echo: (value) => replies.ask((message) => child.send(message), value),
      [Symbol.asyncDispose]: async () => {
        child.kill('SIGKILL');
        await new Promise((resolve) => child.once('exit', resolve));
      },
    });
  };
}

async function startSandbox(): Promise<Peer> {
  const engine = new ProcessSandboxEngine();
  const context = await engine.createSandbox('echo', BENCHMARK_POLICY);
  const echo = (value: unknown): unknown => value;
  return {
    pid: await engine.execute(context, () => process.pid),
    echo: (value) => engine.execute(context, echo, value),
    [Symbol.asyncDispose]: () => engine.cleanup(),
  };
}

function startWorker(): Promise<Peer> {
  const worker = new Worker(file('worker.js'));
  const replies = new Replies();
  worker.on('message', (message: readonly [number, unknown]) => {
    replies.answer(message);
  });
  return Promise.resolve({
    pid: undefined,
    echo: (value) =>
      replies.ask((message) => {
        worker.postMessage(message);
      }, value),
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  });
}

function startPiscina(): Promise<Peer> {
  const pool = new Piscina({
    filename: file('echo.js'),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: 64,
  });
  return Promise.resolve({
    pid: undefined,
    echo: (value) => pool.run(value),
    [Symbol.asyncDispose]: () => pool.destroy(),
  });
}

/** Values cross into QuickJS as JSON text, which is how its documentation passes data. */
async function startQuickJs(): Promise<Peer> {
  const context = (await getQuickJS()).newContext();
  const echo = context.unwrapResult(
    context.evalCode('(text) => JSON.stringify(((value) => value)(JSON.parse(text)))'),
  );
  return {
    pid: undefined,

    async echo(value) {
      const text = context.newString(JSON.stringify(value));
      const result = context.unwrapResult(context.callFunction(echo, context.undefined, text));
      const answer = context.getString(result);
      text.dispose();
      result.dispose();
      return JSON.parse(answer) as unknown;
    },
    [Symbol.asyncDispose]: () => {
      echo.dispose();
      context.dispose();
      return Promise.resolve();
    },
  };
}

/** A new process for every call. */
function startSpawner(): Promise<Peer> {
  return Promise.resolve({
    pid: undefined,
    echo: (value) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [file('spawn-once.js')], { env: {} });
        let text = '';
        child.stdout.setEncoding('utf8');
        child.stdout.on('data', (chunk: string) => (text += chunk));
        child.once('close', () => {
          resolve(JSON.parse(text));
        });
        child.stdin.end(JSON.stringify(value));
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

export const FORK_JSON: PeerKind = {
  name: 'fork, json',
  role: Role.PEER,
  start: forked('json'),
  takesBytes: false,
};
export const FORK_ADVANCED: PeerKind = {
  name: 'fork, advanced',
  role: Role.PEER,
  start: forked('advanced'),
  takesBytes: true,
};
export const SANDBOX: PeerKind = {
  name: '@truthound/sandbox',
  role: Role.OURS,
  start: startSandbox,
  takesBytes: true,
};

/** All of them; `fork` with JSON first, as the measure of the others. */
export const PEERS: readonly PeerKind[] = [
  FORK_JSON,
  SANDBOX,
  FORK_ADVANCED,
  { name: 'worker_threads', role: Role.PEER, start: startWorker, takesBytes: true },
  { name: 'piscina', role: Role.PEER, start: startPiscina, takesBytes: true },
  { name: 'quickjs-emscripten', role: Role.PEER, start: startQuickJs, takesBytes: false },
  { name: 'spawn per call', role: Role.PEER, start: startSpawner, takesBytes: false },
];
