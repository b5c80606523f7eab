import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ActResult, RunRequest } from './run-acts.ts';
import { LEAKED_DESCRIPTOR, SECRET } from './scene.ts';

/** All acts run in one go, on machines that may be busy. */
export const RUN_LIMIT_MS = 600_000;

/** What came of all acts, and of the host. */
export interface Run {
  readonly results: ReadonlyMap<string, ActResult>;
  readonly end: {
    readonly done?: true;
    readonly uid?: number;
    readonly signal?: string;
    readonly stderr: string;
  };
}

/** What finds programs, container engines and the built guest. */
function engineEnvironment(): NodeJS.ProcessEnv {
  const names = [
    'PATH',
    'HOME',
    'DOCKER_HOST',
    'CONTAINERS_STORAGE_CONF',
    'XDG_RUNTIME_DIR',
    'TRUTHOUND_SOURCE_GUEST',
  ];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.includes(name)));
}

/** Whom a host runs as. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
  /** On top of what hosts get. @defaultValue nothing */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs the host under attack, as this user or another, with a descriptor open that it does not know of. */
export async function runHost(user: HostUser | undefined, request: RunRequest): Promise<Run> {
  const folder = fs.mkdtempSync(join(os.tmpdir(), 'leaked-'));
  const secretFile = join(folder, 'secret.txt');
  fs.writeFileSync(secretFile, SECRET);
  const descriptor = fs.openSync(secretFile, 'r');
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  for (let index = 3; index < LEAKED_DESCRIPTOR; index += 1) stdio.push('ignore');
  const host = spawn(
    process.execPath,
    [
      '--conditions=@truthound/source',
      '--no-warnings',
      fileURLToPath(new URL('run-acts.ts', import.meta.url)),
      JSON.stringify(request),
    ],
    {
      stdio: [...stdio, descriptor],
      timeout: RUN_LIMIT_MS,
      killSignal: 'SIGKILL',
      env: { ...engineEnvironment(), ...user?.env, HOST_SECRET: SECRET },
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid, cwd: '/' }),
    },
  );
  fs.closeSync(descriptor);
  let stdout = '';
  let stderr = '';
  host.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  host.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [, signal] = (await once(host, 'close')) as [number | null, string | null];
  fs.rmSync(folder, { recursive: true });
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ActResult & { readonly done?: true });
  const end = lines.find(({ done }) => done === true) as { done: true; uid: number } | undefined;
  return {
    results: new Map(lines.filter(({ done }) => done !== true).map((line) => [line.file, line])),
    end: { ...end, ...(signal === null ? {} : { signal }), stderr },
  };
}
