import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { SandboxError } from '@truthound/protocols';
import type { GuestExit, GuestLink, GuestMeasurement } from '../session/guest-link.ts';
import { findInheritedDescriptors, getNullDescriptor } from './inherited-descriptors.ts';
import { addLiveGuest, removeLiveGuest } from './live-guests.ts';
import { OutputLines } from './output-lines.ts';
import { readProcessStatus } from './process-status.ts';

/** How a guest process is started. */
export interface ProcessGuestOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Whether the program is a wrapper, which starts the guest's Node in a process of its own. @defaultValue false */
  readonly isWrapped?: boolean;
  /** A descriptor that the program gets as number 4, and closes. */
  readonly descriptor?: number | undefined;
  /** Asked when it has ended. @defaultValue it was not */
  readonly isOutOfMemory?: () => boolean;
}

/** stdin, stdout, stderr and the channel. */
const RESERVED_DESCRIPTORS = 4;

/** A child that was started, with its output piped. */
type GuestChild = ChildProcess & {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
};

type Stdio = 'ignore' | 'pipe' | number;

/** Above the reserved ones, "ignore" means that libuv leaves a descriptor as it is: it must be replaced. */
function stdioFor(inherited: readonly number[], descriptor: number | undefined): Stdio[] {
  const stdio: Stdio[] = [
    'ignore',
    'pipe',
    'pipe',
    'pipe',
    ...(descriptor === undefined ? [] : [descriptor]),
  ];
  const reserved = stdio.length;
  for (const open of inherited) {
    if (open < reserved) continue;
    while (stdio.length <= open) stdio.push('ignore');
    stdio[open] = getNullDescriptor();
  }
  return stdio;
}

/** A wrapper tells the signal that ended its program as a shell does: 128 and the signal's number. */
function readExit(exitCode: number | null, signal: string | null, isWrapped: boolean): GuestExit {
  const number = isWrapped && exitCode !== null && exitCode > 128 ? exitCode - 128 : undefined;
  const [name] = Object.entries(constants.signals).find(([, each]) => each === number) ?? [];
  return name === undefined
    ? { exitCode: exitCode ?? undefined, signal: signal ?? undefined }
    : { exitCode: undefined, signal: name };
}

/** A guest in a process of its own, the leader of its own process group. */
export class ProcessGuest implements GuestLink {
  readonly socket: Socket;
  readonly name: string;
  readonly exited: Promise<GuestExit>;
  readonly isWrapped: boolean;
  /** The process that runs Node; in a wrapper, once it was found. */
  processId: number;
  readonly #child: GuestChild;
  readonly #stderr: OutputLines;
  #isGone = false;
  #onOutput: (level: 'stdout' | 'stderr', text: string) => void = () => undefined;

  private constructor(
    child: GuestChild,
    { isWrapped = false, isOutOfMemory = () => false }: ProcessGuestOptions,
  ) {
    this.#child = child;
    this.isWrapped = isWrapped;
    this.processId = child.pid;
    addLiveGuest(child.pid);
    this.name = `process ${String(child.pid)}`;
    this.socket = child.stdio[3] as Socket;
    new OutputLines(child.stdout, (text) => {
      this.#onOutput('stdout', text);
    });
    this.#stderr = new OutputLines(child.stderr, (text) => {
      this.#onOutput('stderr', text);
    });
    this.exited = new Promise((resolve) => {
      child.once('exit', (exitCode, signal) => {
        this.#isGone = true;
        removeLiveGuest(child.pid);
        // The leader is gone; what it started and left behind goes with it.
        this.#killGroup();
        // The last of stderr says why; it may come just after the exit.
        child.once('close', () => {
          resolve({ ...readExit(exitCode, signal, isWrapped), isOutOfMemory: isOutOfMemory() });
        });
        setTimeout(() => {
          for (const stream of child.stdio) stream?.destroy();
        }, 200).unref();
      });
    });
  }

  /** Starts a guest. @throws SandboxError when the program cannot be run */
  static async start(options: ProcessGuestOptions, pluginId: string): Promise<ProcessGuest> {
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: stdioFor(findInheritedDescriptors(RESERVED_DESCRIPTORS), options.descriptor),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    child.on('error', () => undefined);
    if (child.pid === undefined) {
      const cause = await new Promise<unknown>((resolve) => child.once('error', resolve));
      throw new SandboxError(
        `the guest of plugin "${pluginId}" could not be started with "${options.command}": ${String(cause)}`,
        { pluginId },
        { cause },
      );
    }
    return new ProcessGuest(child as GuestChild, options);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Lets the host exit while this guest waits to be used. */
  park(): void {
    this.#child.unref();
    for (const stream of this.#sockets()) stream.unref();
  }

  /** The host waits for it again. */
  unpark(): void {
    this.#child.ref();
    for (const stream of this.#sockets()) stream.ref();
  }

  get pid(): number {
    return this.#child.pid;
  }

  kill(): void {
    if (this.#isGone) return;
    this.#killGroup();
    this.#child.kill('SIGKILL');
  }

  measure(): Promise<GuestMeasurement | undefined> {
    return this.#isGone ? Promise.resolve(undefined) : readProcessStatus(this.processId);
  }

  lastStderr(): string {
    return this.#stderr.tail;
  }

  onOutput(handler: (level: 'stdout' | 'stderr', text: string) => void): void {
    this.#onOutput = handler;
  }

  #sockets(): readonly Socket[] {
    return this.#child.stdio.filter(
      (stream) => stream !== null && stream !== undefined,
    ) as unknown as readonly Socket[];
  }

  #killGroup(): void {
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // Nobody is left in the group.
    }
  }
}
