import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text as collect } from 'node:stream/consumers';
import type { ActPaths } from './guest-acts.ts';
import type { GuestNode } from './guest-nodes.ts';
import type { GuestAnswer, GuestRequest } from './lockdown-guest.ts';

const GUEST = join(import.meta.dirname, 'lockdown-guest.ts');

/** How a guest is started. */
export interface GuestOptions {
  readonly uid?: number | undefined;
  /** Flags of Node. */
  readonly flags?: readonly string[];
  readonly inherited?: readonly number[];
}

/** The files, sockets and listeners that acts aim at; world-writable, so that only a lockdown refuses. */
export class GuestBench implements AsyncDisposable {
  readonly paths: ActPaths;
  readonly #folder: string;
  readonly #servers: readonly net.Server[];

  private constructor(folder: string, paths: ActPaths, servers: readonly net.Server[]) {
    this.#folder = folder;
    this.paths = paths;
    this.#servers = servers;
  }

  static async create(): Promise<GuestBench> {
    const folder = fs.mkdtempSync(join(tmpdir(), 'truthound-kernel-'));
    const below = (name: string): string => {
      const path = join(folder, name);
      fs.mkdirSync(path);
      fs.chmodSync(path, 0o777);
      return path;
    };
    fs.chmodSync(folder, 0o755);
    const [readable, writable, outside] = [below('readable'), below('writable'), below('outside')];
    const write = (path: string, text: string): void => {
      fs.writeFileSync(path, text);
      fs.chmodSync(path, 0o666);
    };
    write(join(outside, 'secret.txt'), 'secret');
    write(join(readable, 'own.txt'), 'own');
    write(join(readable, 'module.mjs'), 'export const answer = 42;');
    fs.copyFileSync(findLibrary(), join(readable, 'library.so'));
    fs.symlinkSync(join(outside, 'secret.txt'), join(readable, 'link'));
    const [tcp, unix, abstract] = [net.createServer(), net.createServer(), net.createServer()];
    await listen(tcp, { port: 0, host: '127.0.0.1' });
    await listen(unix, { path: join(outside, 'socket') });
    const abstractSocket = `\0${folder}`;
    await listen(abstract, { path: abstractSocket });
    fs.chmodSync(join(outside, 'socket'), 0o777);
    const { port } = tcp.address() as net.AddressInfo;
    const paths = {
      readable,
      writable,
      outside,
      port,
      socket: join(outside, 'socket'),
      abstractSocket,
      library: join(readable, 'library.so'),
    };
    return new GuestBench(folder, paths, [tcp, unix, abstract]);
  }

  /** Runs a guest to its end and returns what it printed; `inherited` descriptors become 3 and up. */
  async run(
    node: GuestNode,
    request: Omit<GuestRequest, 'paths'>,
    { uid, flags = [], inherited = [] }: GuestOptions = {},
  ): Promise<GuestAnswer> {
    const text = JSON.stringify({ ...request, paths: this.paths });
    const child = spawn(node.path, ['--no-warnings', ...flags, GUEST, text], {
      cwd: this.paths.writable,
      env: { UV_USE_IO_URING: '0' },
      stdio: ['ignore', 'pipe', 'pipe', ...inherited],
      detached: true,
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => collect(stream!));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (code !== 0)
      throw new Error(`the guest ended with ${code ?? signal}: ${await stderr}\n${await stdout}`);
    return JSON.parse((await stdout) ?? '') as GuestAnswer;
  }

  /** The files outside, to see that nothing changed. */
  outsideState(): unknown {
    const secret = fs.statSync(join(this.paths.outside, 'secret.txt'));
    return {
      names: fs.readdirSync(this.paths.outside).sort(),
      mode: secret.mode & 0o777,
      size: secret.size,
      modified: secret.mtimeMs,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await new Promise((resolve) => server.close(resolve));
    fs.rmSync(this.#folder, { recursive: true });
  }
}

function listen(server: net.Server, options: net.ListenOptions): Promise<void> {
  server.on('connection', (socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.on('error', reject).listen(options, resolve);
  });
}

/** A shared object of the machine that this process has loaded itself. */
function findLibrary(): string {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  return sharedObjects.find((path) => path.startsWith('/') && path.includes('libm')) ?? '/lib/libm.so.6';
}
