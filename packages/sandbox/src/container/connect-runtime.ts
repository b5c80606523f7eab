import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ContainerRuntime } from './container-runtime.ts';
import { DockerRuntime } from './docker-runtime.ts';
import { PodmanRuntime } from './podman-runtime.ts';

/** The engines that are looked for, in this order. */
export const RUNTIME_NAMES: readonly string[] = ['docker', 'podman'];

const CONNECT_TIMEOUT_MS = 10_000;

/** The sockets of Docker's daemon, most explicit first. */
function listDockerSockets(env: NodeJS.ProcessEnv): readonly string[] {
  const { DOCKER_HOST, XDG_RUNTIME_DIR } = env;
  if (DOCKER_HOST !== undefined && DOCKER_HOST !== '')
    return DOCKER_HOST.startsWith('unix://') ? [DOCKER_HOST.slice('unix://'.length)] : [];
  return [
    '/var/run/docker.sock',
    ...(XDG_RUNTIME_DIR === undefined ? [] : [join(XDG_RUNTIME_DIR, 'docker.sock')]),
    join(homedir(), '.docker', 'run', 'docker.sock'),
  ];
}

async function isSocket(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isSocket(),
    () => false,
  );
}

async function connectDocker(): Promise<ContainerRuntime> {
  const sockets = listDockerSockets(process.env);
  if (sockets.length === 0)
    throw new Error(
      `DOCKER_HOST is ${String(process.env['DOCKER_HOST'])}: a daemon on another machine cannot reach the sandboxes’ channel`,
    );
  for (const path of sockets)
    if (await isSocket(path))
      return await DockerRuntime.connect(path, AbortSignal.timeout(CONNECT_TIMEOUT_MS));
  throw new Error(`no Docker daemon listens at ${sockets.join(' or ')}`);
}

/**
 * Connects to an engine: `docker`, `podman`, or a path: of Podman, or of the Unix socket of a daemon that speaks Docker's API.
 * @throws when nothing answers there
 */
export async function connectRuntime(wanted: string): Promise<ContainerRuntime> {
  if (wanted === 'docker') return connectDocker();
  if (wanted !== 'podman' && (await isSocket(wanted)))
    return DockerRuntime.connect(wanted, AbortSignal.timeout(CONNECT_TIMEOUT_MS));
  return PodmanRuntime.connect(wanted);
}
