import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import zlib from 'node:zlib';

/** Where the acts find things; the same paths in host and guest. */
export interface ActPaths {
  /** Readable; holds `own.txt`, `module.mjs` and `link` to a file outside. */
  readonly readable: string;
  /** Readable and writable. */
  readonly writable: string;
  /** Neither; holds `secret.txt`. World-readable and world-writable, so that only the lockdown refuses. */
  readonly outside: string;
  /** A Unix socket that the host listens on, and an abstract one. */
  readonly socket: string;
  readonly abstractSocket: string;
  /** A TCP port that the host listens on. */
  readonly port: number;
  /** A shared object that can be loaded. */
  readonly library: string;
}

/** The types of Node leave WebAssembly to those of the browser. */
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    instantiate(bytes: Uint8Array): Promise<{ instance: { exports: Record<string, unknown> } }>;
  };
};

type Act = (paths: ActPaths) => unknown;

/** What must fail in a guest without network, subprocesses and files outside. */
export const HOSTILE_ACTS: Readonly<Record<string, Act>> = {
  'read a file outside': ({ outside }) => fs.readFileSync(join(outside, 'secret.txt')),
  'read a file outside on the thread pool': ({ outside }) =>
    fs.promises.readFile(join(outside, 'secret.txt')),
  'read a file outside in a Worker': ({ outside }) =>
    inWorker(`require('fs').readFileSync(${JSON.stringify(join(outside, 'secret.txt'))})`),
  'read a file outside through a link': ({ readable }) => fs.readFileSync(join(readable, 'link')),
  'read a file outside by ..': ({ readable, outside }) =>
    fs.readFileSync(`${readable}/../${outside.split('/').at(-1) ?? ''}/secret.txt`),
  'list a folder outside': ({ outside }) => fs.readdirSync(outside),
  'copy a file from outside': ({ outside, writable }) => {
    fs.copyFileSync(join(outside, 'secret.txt'), join(writable, 'copy.txt'));
  },
  'hard-link a file from outside': ({ outside, writable }) => {
    fs.linkSync(join(outside, 'secret.txt'), join(writable, 'linked.txt'));
  },
  'link to a file outside': ({ outside, writable }) => {
    fs.symlinkSync(join(outside, 'secret.txt'), join(writable, 'symlink'));
  },
  'write a file outside': ({ outside }) => {
    fs.writeFileSync(join(outside, 'new.txt'), '');
  },
  'append to a file outside': ({ outside }) => fs.promises.appendFile(join(outside, 'secret.txt'), 'x'),
  'truncate a file outside': ({ outside }) => {
    fs.truncateSync(join(outside, 'secret.txt'));
  },
  'delete a file outside': ({ outside }) => {
    fs.unlinkSync(join(outside, 'secret.txt'));
  },
  'move a file out': ({ writable, outside }) => {
    fs.writeFileSync(join(writable, 'to-move.txt'), '');
    fs.renameSync(join(writable, 'to-move.txt'), join(outside, 'moved.txt'));
  },
  'make a folder outside': ({ outside }) => {
    fs.mkdirSync(join(outside, 'folder'));
  },
  'change the mode of a file outside': ({ outside }) => {
    fs.chmodSync(join(outside, 'secret.txt'), 0o666);
  },
  'change the times of a file outside': ({ outside }) => {
    fs.utimesSync(join(outside, 'secret.txt'), 1, 1);
  },
  'write a read-only file': ({ readable }) => {
    fs.writeFileSync(join(readable, 'own.txt'), '');
  },
  'watch a folder outside': ({ outside }) => {
    fs.watch(outside).close();
  },
  'read the environment of the parent': () => fs.readFileSync(`/proc/${process.ppid}/environ`),
  'read its own environment': () => fs.readFileSync('/proc/self/environ'),
  'read its own memory': () => fs.openSync('/proc/self/mem', 'r+'),
  'list processes': () => fs.readdirSync('/proc'),
  'run a program': () => check(spawnSync('/bin/true')),
  'run Node again': () => check(spawnSync(process.execPath, ['--version'])),
  'connect by TCP': ({ port }) => connect({ port, host: '127.0.0.1' }),
  'listen by TCP': () => listen({ port: 0, host: '127.0.0.1' }),
  'connect to a Unix socket': ({ socket }) => connect({ path: socket }),
  'connect to an abstract socket': ({ abstractSocket }) => connect({ path: abstractSocket }),
  'listen on a Unix socket': ({ writable }) => listen({ path: join(writable, 'socket') }),
  'send by UDP': () => sendUdp(),
  fetch: ({ port }) => fetch(`http://127.0.0.1:${port}/`),
  'signal the parent': () => process.kill(process.ppid, 0),
  'signal its group': () => process.kill(0, 0),
  'set the priority of the parent': () => {
    os.setPriority(process.ppid, os.getPriority(process.ppid));
  },
  'load a library': ({ library }) => {
    try {
      process.dlopen({ exports: {} }, library);
    } catch (error) {
      // Node complains that it is no add-on, when its code is loaded already.
      if (!String(error).includes('self-register')) throw error;
    }
  },
};

/** What must still work in the same guest. */
export const ORDINARY_ACTS: Readonly<Record<string, Act>> = {
  'read its own file': ({ readable }) => fs.readFileSync(join(readable, 'own.txt'), 'utf8') === 'own',
  'read on the thread pool': async ({ readable }) =>
    (await fs.promises.readFile(join(readable, 'own.txt'), 'utf8')) === 'own',
  'list its folder': ({ readable }) => fs.readdirSync(readable).includes('own.txt'),
  'load its own module': async ({ readable }) =>
    ((await import(join(readable, 'module.mjs'))) as { answer: number }).answer === 42,
  'write, append, rename, copy and delete': async ({ writable }) => {
    const file = join(writable, 'a.txt');
    await fs.promises.writeFile(file, 'a');
    fs.appendFileSync(file, 'b');
    fs.mkdirSync(join(writable, 'folder/below'), { recursive: true });
    fs.renameSync(file, join(writable, 'folder/below/b.txt'));
    await fs.promises.copyFile(join(writable, 'folder/below/b.txt'), file);
    const text = fs.readFileSync(file, 'utf8');
    fs.truncateSync(file);
    const handle = await fs.promises.open(file, 'r+');
    await handle.utimes(1, 1);
    await handle.close();
    await fs.promises.rm(join(writable, 'folder'), { recursive: true });
    return text === 'ab' && fs.statSync(file).size === 0;
  },
  wait: () => delay(5, true),
  compress: async () =>
    (await promisify(zlib.gunzip)(await promisify(zlib.gzip)('text'))).toString() === 'text',
  'derive a key': async () =>
    ((await promisify(crypto.scrypt)('password', 'salt', 32)) as Buffer).length === 32,
  'random bytes': () => crypto.randomBytes(16).length === 16,
  sign: () => {
    const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
    return crypto.verify(null, Buffer.from('x'), publicKey, crypto.sign(null, Buffer.from('x'), privateKey));
  },
  'run WebAssembly': async () => {
    const add = Uint8Array.from([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 97, 0, 0, 10, 9,
      1, 7, 0, 32, 0, 32, 1, 106, 11,
    ]);
    const { instance } = await wasm.instantiate(add);
    return (instance.exports['a'] as (left: number, right: number) => number)(40, 2) === 42;
  },
  'compute in a Worker': async () => (await inWorker('6 * 7')) === 42,
  'ask for memory figures': () => process.memoryUsage().rss > 0 && os.freemem() > 0 && os.cpus().length > 0,
  'time zones': () => new Date(0).toLocaleString('de-DE', { timeZone: 'Asia/Tokyo' }).length > 0,
  'hot code': () => {
    let sum = 0;
    for (let index = 0; index < 3_000_000; index += 1) sum += index % 7;
    return sum > 0;
  },
  'signal itself': () => process.kill(process.pid, 0),
};

/** `true` for a truthy answer, the answer as text for any other; the error's code where it throws. */
export async function perform(
  acts: Readonly<Record<string, Act>>,
  paths: ActPaths,
): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  for (const [name, act] of Object.entries(acts)) {
    try {
      outcomes[name] = String(await act(paths));
    } catch (error) {
      const { code, cause, info } = error as {
        code?: string;
        cause?: { code?: string };
        info?: { code: string };
      };
      outcomes[name] = info?.code ?? code ?? cause?.code ?? String(error);
    }
  }
  return outcomes;
}

function check({ error, status }: { error?: Error | undefined; status: number | null }): number | null {
  if (error !== undefined) throw error;
  return status;
}

function connect(options: net.NetConnectOpts): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(options, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.on('error', reject);
  });
}

function listen(options: net.ListenOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().listen(options, () => {
      server.close();
      resolve('listening');
    });
    server.on('error', reject);
  });
}

function sendUdp(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    socket.on('error', reject);
    socket.send('x', 9, '127.0.0.1', (error) => {
      socket.close();
      if (error === null) resolve('sent');
      else reject(error);
    });
  });
}

function inWorker(expression: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const source = `const { parentPort } = require('worker_threads');
      let answer; try { answer = ${expression} } catch (error) { answer = { code: error.code } }
      parentPort.postMessage(answer)`;
    // By default V8 reserves 512 MB of addresses for a Worker's code, which a memory limit counts.
    const worker = new Worker(source, { eval: true, resourceLimits: { codeRangeSizeMb: 8 } });
    worker.on('message', (answer: { code?: string }) => {
      if (typeof answer === 'object' && answer.code !== undefined)
        reject(Object.assign(new Error('in a Worker'), answer));
      else resolve(answer);
    });
    worker.on('error', reject);
  });
}
