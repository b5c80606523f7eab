/** The container engines as one would use them without a sandbox: what ours is measured beside. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Stop } from '../harness/starting.ts';

const run = promisify(execFile);
const NODE = '/usr/local/bin/node';
const ECHO = 'process.stdout.write(process.argv[1])';

/** One engine, with an image of Node. */
export interface Engine {
  readonly name: string;
  readonly image: string;
  /** Arguments that `run` needs on this machine. */
  readonly adapted: readonly string[];
}

/** Finds what `podman run` and `docker run` need here: a host with limits of its own cannot give the usual ones. */
export function adapt(name: string, image: string): Engine {
  const limits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=4096:4096'];
  for (const adapted of [[], limits, [...limits, '--runtime=runc']]) {
    try {
      execFileSync(name, ['run', '--rm', '--network=none', ...adapted, image, NODE, '-v'], {
        stdio: 'ignore',
      });
      return { name, image, adapted };
    } catch {
      // The next may do.
    }
  }
  throw new Error(`${name} runs no container here`);
}

/** `docker run` with a new container for the call. */
export async function runPerCall({ name, image, adapted }: Engine, value: string): Promise<void> {
  await run(name, ['run', '--rm', '--network=none', ...adapted, image, NODE, '-e', ECHO, value]);
}

/** A container that is kept for `docker exec`. */
export async function keepContainer({ name, image, adapted }: Engine): Promise<{
  call(value: string): Promise<void>;
  stop: Stop;
}> {
  const args = ['run', '-d', '--rm', '--network=none', ...adapted, image, NODE];
  const { stdout } = await run(name, [...args, '-e', 'setInterval(() => undefined, 1e6)']);
  const id = stdout.trim();
  return {
    call: async (value) => {
      await run(name, ['exec', id, NODE, '-e', ECHO, value]);
    },
    stop: async () => {
      await run(name, ['rm', '-f', ...(name === 'podman' ? ['-t', '0'] : []), id]);
    },
  };
}

interface Meeting {
  readonly folder: string;
  readonly server: Server;
  readonly connected: Promise<Socket>;
}

/** A folder with a socket to connect to, and the guest that does. */
async function prepareMeeting(): Promise<Meeting> {
  const folder = mkdtempSync(join(tmpdir(), 'bare-'));
  chmodSync(folder, 0o755);
  copyFileSync(join(import.meta.dirname, 'bare-guest.js'), join(folder, 'guest.mjs'));
  const server = createServer().listen(join(folder, 'socket'));
  await once(server, 'listening');
  chmodSync(join(folder, 'socket'), 0o777);
  const connected = once(server, 'connection').then(([socket]) => socket as Socket);
  return { folder, server, connected };
}

async function firstAnswer(connected: Promise<Socket>): Promise<Socket> {
  const socket = await connected;
  socket.on('error', () => undefined);
  socket.write('hello');
  await once(socket, 'data');
  return socket;
}

/** A request to Docker's daemon. */
async function ask(method: string, path: string, body?: object): Promise<string> {
  const socketPath = process.env['DOCKER_HOST']?.replace('unix://', '') ?? '/var/run/docker.sock';
  const sent = request({
    socketPath,
    method,
    path: `/v1.41${path}`,
    headers: { host: 'docker', 'content-type': 'application/json' },
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
  return text(response);
}

/** The engine's fastest start of Node that can be talked to, with no protection at all, until its first answer. */
export async function startBare({ name, image, adapted }: Engine): Promise<Stop> {
  const { folder, server, connected } = await prepareMeeting();
  const command = [NODE, '/meet/guest.mjs', '/meet/socket'];
  let client: ChildProcess | undefined;
  if (name === 'docker') {
    const created = await ask('POST', '/containers/create', {
      Image: image,
      Cmd: command,
      HostConfig: { AutoRemove: true, NetworkMode: 'none', Binds: [`${folder}:/meet:ro`] },
    });
    await ask('POST', `/containers/${(JSON.parse(created) as { readonly Id: string }).Id}/start`);
  } else {
    const args = [
      'run',
      '--rm',
      '--network=none',
      '--log-driver=none',
      ...adapted,
      '-v',
      `${folder}:/meet:ro`,
    ];
    client = spawn(name, [...args, image, ...command], { stdio: 'ignore' });
  }
  const socket = await firstAnswer(connected);
  return async () => {
    socket.destroy();
    server.close();
    if (client?.exitCode === null) await once(client, 'exit');
    rmSync(folder, { recursive: true });
  };
}
