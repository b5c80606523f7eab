import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ActPaths } from './guest-acts.ts';
import type { GuestNode } from './guest-nodes.ts';
import type { GuestAnswer, GuestRequest } from './lockdown-guest.ts';

const GUEST = join(import.meta.dirname, 'lockdown-guest.ts');

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

  /** Runs a guest to its end and returns what it printed. */
  async run(
    node: GuestNode,
    request: Omit<GuestRequest, 'paths'>,
    { uid, flags = [] }: { uid?: number | undefined; flags?: readonly string[] } = {},
  ): Promise<GuestAnswer> {
    const text = JSON.stringify({ ...request, paths: this.paths });
    const { stdout, stderr, code, signal } = await this.runScript(
      node,
      ['--no-warnings', ...flags, GUEST, text],
      { uid },
    );
    if (code !== 0) throw new Error(`the guest ended with ${code ?? signal}: ${stderr}\n${stdout}`);
    return JSON.parse(stdout) as GuestAnswer;
  }

  /** Runs any Node command line in the writable folder. */
  runScript(
    node: GuestNode,
    args: readonly string[],
    { uid }: { uid?: number | undefined } = {},
  ): Promise<{ stdout: string; stderr: string; code: number | null; signal: string | null }> {
    const child = spawn(node.path, args, {
      cwd: this.paths.writable,
      env: { UV_USE_IO_URING: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    return new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code, signal) => {
        resolve({ stdout, stderr, code, signal });
      });
    });
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
