import type { Readable } from 'node:stream';
import type { ContainerSpec } from './container-spec.ts';

/** A container that runs, and how it is watched and ended. */
export interface RunningContainer {
  readonly name: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Settles when the container has ended and was removed, with its exit code as the engine tells it: 128 and
   * the signal's number for one that a signal ended. Never rejects.
   */
  readonly exited: Promise<number>;
  /** Process id of its first process, as this machine sees it; `undefined` where it cannot be seen. */
  findPid(): Promise<number | undefined>;
  /** Ends it at once. Can be called twice; never throws. */
  kill(): void;
  /** Whether the host stays alive for it. */
  setKeepsHostAlive(keeps: boolean): void;
}

/** A container as the engine lists it. */
export interface ListedContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isRunning: boolean;
}

/** What the two engines are used for. Everything that differs between them is behind this. */
export interface ContainerRuntime {
  readonly kind: 'docker' | 'podman';
  /** Which engine this is, for people: `Docker 28.2.2 at /var/run/docker.sock`. */
  readonly description: string;
  /** Starts a container, attached to its output. @throws ContainerRuntimeError with the engine's own words */
  start(spec: ContainerSpec, signal?: AbortSignal): Promise<RunningContainer>;
  /** Containers that carry a label, ended ones as well. */
  listByLabel(label: string): Promise<readonly ListedContainer[]>;
  /** Ends and removes a container. One that is gone already is no error. */
  remove(id: string): Promise<void>;
  hasImage(reference: string): Promise<boolean>;
  /** Makes an image of a file system given as a tar archive. */
  importImage(reference: string, archive: AsyncIterable<Buffer>, signal?: AbortSignal): Promise<void>;
}

/** What a container engine refused, or failed at, in its own words. */
export class ContainerRuntimeError extends Error {
  static {
    this.prototype.name = 'ContainerRuntimeError';
  }

  /** HTTP status or exit code. */
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
