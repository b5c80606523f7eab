import { once } from 'node:events';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { AttackPlugin, Bait } from './hostile-act.ts';

/** Where the tests leave a descriptor that Node does not mark close-on-exec. */
export const LEAKED_DESCRIPTOR = 40;
export const SECRET = 'the secret of the host';

interface Watched {
  readonly bait: Bait;
  /** A folder of the act's own, for its plugin. */
  readonly pluginFolder: string;
  /** What happened that must not. */
  findHarm(): readonly string[];
  remove(): Promise<void>;
}

/** Lays out everything that an attack could want, and watches it. */
export async function createScene(hostPid: number = process.pid): Promise<Watched> {
  const root = fs.mkdtempSync(join(fs.realpathSync(os.tmpdir()), 'hostile-'));
  // Everybody may do everything here: whatever is refused, the sandbox refuses.
  fs.chmodSync(root, 0o777);
  const outside = join(root, 'outside');
  fs.mkdirSync(outside);
  fs.chmodSync(outside, 0o777);
  const secretFile = join(outside, 'secret.txt');
  fs.writeFileSync(secretFile, SECRET);
  fs.chmodSync(secretFile, 0o666);
  fs.utimesSync(secretFile, 1, 1);
  const pluginFolder = join(root, 'plugin');
  fs.mkdirSync(pluginFolder);

  const visits: string[] = [];
  const servers = ['TCP', 'a Unix socket', 'an abstract socket'].map((way) =>
    net.createServer((socket) => {
      visits.push(`a connection came by ${way}`);
      socket.on('error', () => undefined).destroy();
    }),
  );
  const [tcp, unix, abstract] = servers as [net.Server, net.Server, net.Server];
  const socketPath = join(root, 'socket');
  const abstractSocket = `\0${root}`;
  tcp.listen(0, '127.0.0.1');
  unix.listen({ path: socketPath, writableAll: true });
  abstract.listen(abstractSocket);
  const udp = dgram.createSocket('udp4', () => visits.push('a datagram came'));
  udp.bind(0, '127.0.0.1');
  await Promise.all([...servers, udp].map((server) => once(server, 'listening')));

  const { port } = tcp.address() as net.AddressInfo;
  const before = readState(outside, hostPid);
  return {
    bait: {
      secretFile,
      outside,
      newFile: join(outside, 'new.txt'),
      port,
      udpPort: udp.address().port,
      socketPath,
      abstractSocket,
      hostPid,
      leakedDescriptor: LEAKED_DESCRIPTOR,
    },
    pluginFolder,
    findHarm: () => {
      const after = readState(outside, hostPid);
      const changes = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
      return [
        ...visits,
        ...changes.map(
          (name) => `${name} is ${after[name] ?? 'gone'}, and was ${before[name] ?? 'not there'}`,
        ),
      ];
    },
    remove: async () => {
      for (const server of servers) server.close();
      udp.close();
      await fs.promises.rm(root, { recursive: true, force: true });
    },
  };
}

/** Writes the plugin that attacks. */
export function writePlugin(folder: string, { files, links }: AttackPlugin, bait: Bait): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(dirname(join(folder, name)), { recursive: true });
    fs.writeFileSync(join(folder, name), text);
  }
  for (const [name, target] of Object.entries(links?.(bait) ?? {}))
    fs.symlinkSync(target, join(folder, name));
}

function readState(outside: string, hostPid: number): Readonly<Record<string, string>> {
  const state: Record<string, string> = { 'the host': readProcessState(hostPid) };
  for (const name of fs.readdirSync(outside)) {
    const path = join(outside, name);
    const { mode, mtimeMs, nlink } = fs.lstatSync(path);
    const text = fs.statSync(path).isFile() ? fs.readFileSync(path, 'latin1') : '';
    state[`outside/${name}`] = JSON.stringify({ mode, mtimeMs, nlink, text });
  }
  return state;
}

/** Dead, stopped or slowed down. Of a living process, R, S and D say the same here. */
function readProcessState(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const [state = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return JSON.stringify({
      state: 'RSD'.includes(state) ? 'alive' : state,
      priority: os.getPriority(pid),
    });
  } catch {
    return 'gone';
  }
}
