import type { Socket } from 'node:net';
import { SandboxError } from '@truthound/protocols';
import { addLiveGuest, removeLiveGuest } from '../process/live-guests.ts';
import { readProcessStatus } from '../process/process-status.ts';
import type { GuestExit, GuestLink, GuestMeasurement } from '../session/guest-link.ts';
import type { ChannelSocket } from './channel-socket.ts';
import type { ContainerRuntime, RunningContainer } from './container-runtime.ts';
import type { ContainerSpec } from './container-spec.ts';
import { readContainerExit } from './container-exit.ts';
import { ContainerOutput } from './container-output.ts';

/** How long a container may take from its order to its guest's first word. */
const START_TIMEOUT_MS = 60_000;

/** What a guest in a container is started with. */
export interface ContainerGuestOptions {
  readonly pluginId: string;
  readonly runtime: ContainerRuntime;
  readonly channel: ChannelSocket;
  readonly spec: ContainerSpec;
  readonly signal?: AbortSignal | undefined;
}

/** A guest in a container of its own, reached over a Unix socket. */
export class ContainerGuest implements GuestLink {
  readonly socket: Socket;
  readonly name: string;
  readonly exited: Promise<GuestExit>;
  readonly #container: RunningContainer;
  readonly #output: ContainerOutput;
  /** Its first process; `undefined` while that is not known. */
  #pid: number | undefined;
  #isGone = false;
  #isKilled = false;

  private constructor(container: RunningContainer, socket: Socket, output: ContainerOutput) {
    this.#container = container;
    this.#output = output;
    this.socket = socket;
    this.name = `container ${container.name}`;
    this.exited = container.exited.then((code) => {
      this.#isGone = true;
      if (this.#pid !== undefined) removeLiveGuest(this.#pid);
      return readContainerExit(code, this.#isKilled);
    });
    void this.#findPid();
  }

  /** Starts a container and waits until its guest has connected. @throws SandboxError; the container is then gone */
  static async start({
    pluginId,
    runtime,
    channel,
    spec,
    signal,
  }: ContainerGuestOptions): Promise<ContainerGuest> {
    const container = await startContainer(runtime, spec, pluginId, signal);
    const output = new ContainerOutput(container);
    let guest: ContainerGuest | undefined;
    const limit = AbortSignal.timeout(START_TIMEOUT_MS);
    const stopped = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    const reason = await Promise.race([
      channel.connected.then((socket) => {
        guest = new ContainerGuest(container, socket, output);
        return undefined;
      }),
      container.exited.then((code) => `ended with exit code ${String(code)} before it could connect`),
      whenAborted(stopped).then(() => `did not connect within ${String(START_TIMEOUT_MS / 1000)} s`),
    ]);
    if (guest !== undefined) return guest;
    container.kill();
    await container.exited;
    signal?.throwIfAborted();
    const said = output.stderrTail.trim();
    throw new SandboxError(
      `the container of plugin "${pluginId}" ${String(reason)}${said === '' ? '' : `; it said: ${said.slice(-1000)}`} (${runtime.description})`,
      { pluginId },
    );
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Lets the host exit while this guest waits to be used. */
  park(): void {
    this.#container.setKeepsHostAlive(false);
    this.socket.unref();
  }

  /** The host waits for it again. */
  unpark(): void {
    this.#container.setKeepsHostAlive(true);
    this.socket.ref();
  }

  kill(): void {
    if (this.#isGone) return;
    this.#isKilled = true;
    this.#container.kill();
  }

  async measure(): Promise<GuestMeasurement | undefined> {
    if (this.#isGone) return undefined;
    const pid = await this.#findPid();
    return pid === undefined ? undefined : readProcessStatus(pid);
  }

  lastStderr(): string {
    return this.#output.stderrTail;
  }

  onOutput(handler: (level: 'stdout' | 'stderr', text: string) => void): void {
    this.#output.setHandler(handler);
  }

  async #findPid(): Promise<number | undefined> {
    if (this.#pid !== undefined || this.#isGone) return this.#pid;
    this.#remember(await this.#container.findPid());
    return this.#pid;
  }

  /** Another question may have been answered meanwhile, or the container have ended. */
  #remember(pid: number | undefined): void {
    if (pid === undefined || this.#pid !== undefined || this.#isGone) return;
    this.#pid = pid;
    // A host that ends in order takes it along.
    addLiveGuest(pid);
  }
}

async function startContainer(
  runtime: ContainerRuntime,
  spec: ContainerSpec,
  pluginId: string,
  signal: AbortSignal | undefined,
): Promise<RunningContainer> {
  try {
    return await runtime.start(spec, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxError(
      `the container of plugin "${pluginId}" could not be started: ${reason} (${runtime.description})`,
      { pluginId },
      { cause },
    );
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
