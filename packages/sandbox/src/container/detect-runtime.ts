/**
 * Finds out which container engine works here, by running a container with it: that a program is there
 * says little about whether it may start one.
 *
 * @module
 */
import { type NodeFacts, parseNodeVersion } from '../confinement/node-permissions.ts';
import { RUNTIME_NAMES, connectRuntime } from './connect-runtime.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { explainFailure } from './explain-failure.ts';
import { IMAGE_NODE, ensureGuestImage } from './guest-image.ts';
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

const detections = new Map<string, Promise<Detection>>();

async function tryOut(wanted: string, request: RuntimeRequest): Promise<UsableRuntime> {
  const runtime = await connectRuntime(wanted);
  await sweepOrphans(runtime);
  const image = request.image ?? (await ensureGuestImage(runtime, { node: request.node })).reference;
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
  const wanted = request.runtime === undefined ? RUNTIME_NAMES : [request.runtime];
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
