/**
 * Finds out which container engine works here, by running a container with it: that a program is there
 * says little about whether it may start one.
 *
 * @module
 */
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type NodeFacts, parseNodeVersion } from '../confinement/node-permissions.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { DockerRuntime } from './docker-runtime.ts';
import { explainFailure } from './explain-failure.ts';
import { IMAGE_NODE, buildGuestImage } from './guest-image.ts';
import { PodmanRuntime } from './podman-runtime.ts';
import { tryRuntime } from './runtime-trial.ts';
import { sweepOrphans } from './sweep-orphans.ts';

/** What is looked for. */
export interface RuntimeRequest {
  /** `docker`, `podman`, or a path: of Podman, or of the Unix socket of a daemon that speaks Docker's API. */
  readonly runtime?: string | undefined;
  /** An image of the caller's own; without it one is made of `node`. */
  readonly image?: string | undefined;
  readonly node: string;
  readonly runtimeArgs: readonly string[];
}

/** An engine that has run a container here. */
export interface UsableRuntime {
  readonly runtime: ContainerRuntime;
  readonly image: string;
  /** Node's path in the image. */
  readonly nodePath: string;
  readonly node: NodeFacts;
  /** The caller's arguments, and what this machine needs on top. */
  readonly runtimeArgs: readonly string[];
}

/** What became of one engine. */
export interface RuntimeDiagnosis {
  /** `docker`, `podman`, or the path that was given. */
  readonly runtime: string;
  readonly isUsable: boolean;
  /** In plain words: what works, or what is wrong and what would help. */
  readonly detail: string;
}

/** Everything that was found. */
export interface Detection {
  readonly usable: UsableRuntime | undefined;
  readonly diagnoses: readonly RuntimeDiagnosis[];
}

const CONNECT_TIMEOUT_MS = 10_000;
const detections = new Map<string, Promise<Detection>>();

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

/** Connects to what a name or a path stands for. */
async function connect(wanted: string): Promise<ContainerRuntime> {
  if (wanted === 'docker') return connectDocker();
  if (wanted !== 'podman' && (await isSocket(wanted)))
    return DockerRuntime.connect(wanted, AbortSignal.timeout(CONNECT_TIMEOUT_MS));
  return PodmanRuntime.connect(wanted);
}

async function tryOut(wanted: string, request: RuntimeRequest): Promise<UsableRuntime> {
  const runtime = await connect(wanted);
  await sweepOrphans(runtime);
  const image = request.image ?? (await buildGuestImage(runtime, { node: request.node })).reference;
  const node = request.image === undefined ? IMAGE_NODE : 'node';
  const trial = await tryRuntime(runtime, image, node, request.runtimeArgs);
  return {
    runtime,
    image,
    nodePath: trial.nodePath,
    node: parseNodeVersion(trial.nodeVersion),
    runtimeArgs: trial.runtimeArgs,
  };
}

async function detect(request: RuntimeRequest): Promise<Detection> {
  const wanted = request.runtime === undefined ? ['docker', 'podman'] : [request.runtime];
  const diagnoses: RuntimeDiagnosis[] = [];
  for (const name of wanted) {
    try {
      const usable = await tryOut(name, request);
      const detail = `${usable.runtime.description} runs containers of ${usable.image}`;
      return { usable, diagnoses: [...diagnoses, Object.freeze({ runtime: name, isUsable: true, detail })] };
    } catch (error) {
      diagnoses.push(Object.freeze({ runtime: name, isUsable: false, detail: explainFailure(name, error) }));
    }
  }
  return { usable: undefined, diagnoses };
}

/** Finds an engine that works. Asked once for each request; one that failed is asked again. */
export async function detectRuntime(request: RuntimeRequest): Promise<Detection> {
  const key = JSON.stringify([request, process.env['DOCKER_HOST']]);
  const asked = detections.get(key) ?? detect(request);
  detections.set(key, asked);
  const detection = await asked;
  if (detection.usable === undefined) detections.delete(key);
  return detection;
}
