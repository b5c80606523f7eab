import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { ContainerRuntime, ListedContainer, RunningContainer } from './container-runtime.ts';
import { ContainerRuntimeError } from './container-runtime.ts';
import type { ContainerSpec } from './container-spec.ts';
import { podmanArguments, podmanPidFile, podmanSeccompFile } from './podman-arguments.ts';

const run = promisify(execFile);

/** Podman's own exit codes: it failed itself, or could not run the command. */
const PODMAN_FAILED = [125, 126, 127] as const;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

type PodmanProcess = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

/**
 * Podman, by its command line: it has no daemon that could be spoken to, and `podman run` stays attached
 * for as long as its container lives.
 */
export class PodmanRuntime implements ContainerRuntime {
  readonly kind = 'podman';
  readonly description: string;
  readonly #command: string;

  private constructor(command: string, version: string) {
    this.#command = command;
    this.description = `${version} at ${command}`;
  }

  /** Asks a program whether it is Podman. @throws when it is not, or cannot be run */
  static async connect(command: string, signal?: AbortSignal): Promise<PodmanRuntime> {
    const { stdout } = await run(command, ['--version'], { timeout: 30_000, signal });
    if (!/^podman version/i.test(stdout)) throw new Error(`"${command}" is not Podman: ${stdout.trim()}`);
    return new PodmanRuntime(command, stdout.trim());
  }

  async start(spec: ContainerSpec, signal?: AbortSignal): Promise<RunningContainer> {
    signal?.throwIfAborted();
    await writeFile(podmanSeccompFile(spec), JSON.stringify(spec.seccomp));
    const child = spawn(this.#command, podmanArguments(spec), {
      // Its monitor leaves a file named "oom" where it stands when the kernel ends a container for want of memory.
      cwd: spec.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.on('error', () => undefined);
    if (child.pid === undefined) {
      const cause = await new Promise<unknown>((resolve) => child.once('error', resolve));
      throw new ContainerRuntimeError(`"${this.#command}" could not be run`, 127, { cause });
    }
    return new PodmanContainer(this.#command, spec, child);
  }

  async listByLabel(label: string): Promise<readonly ListedContainer[]> {
    const stdout = await this.#run(['ps', '--all', '--format=json', `--filter=label=${label}`]);
    const found = JSON.parse(stdout) as readonly {
      readonly Id: string;
      readonly Labels: Readonly<Record<string, string>> | null;
      readonly State: string;
    }[];
    return found.map(({ Id, Labels, State }) => ({
      id: Id,
      labels: Labels ?? {},
      isRunning: State === 'running',
    }));
  }

  async remove(id: string): Promise<void> {
    await this.#run(['rm', '--force', '--time=0', '--ignore', id]);
  }

  async hasImage(reference: string): Promise<boolean> {
    try {
      await this.#run(['image', 'exists', reference]);
      return true;
    } catch (error) {
      if (error instanceof ContainerRuntimeError && error.status === 1) return false;
      throw error;
    }
  }

  async importImage(reference: string, archive: AsyncIterable<Buffer>, signal?: AbortSignal): Promise<void> {
    const child = spawn(this.#command, ['import', '--quiet', '-', reference], {
      stdio: ['pipe', 'ignore', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    // A program that gives up says why by its exit, not by its pipe.
    const [code] = await Promise.all([ended, pipeline(archive, child.stdin).catch(() => undefined)]);
    signal?.throwIfAborted();
    if (code !== 0) throw new ContainerRuntimeError(stderr.trim(), code ?? 1);
  }

  async #run(args: readonly string[]): Promise<string> {
    try {
      return (await run(this.#command, args, { timeout: 60_000, maxBuffer: MAX_OUTPUT_BYTES })).stdout;
    } catch (cause) {
      const { code, stderr } = cause as { readonly code?: unknown; readonly stderr?: string };
      const said = stderr?.trim() ?? '';
      const message = said === '' ? (cause as Error).message : said;
      throw new ContainerRuntimeError(message, typeof code === 'number' ? code : 1, { cause });
    }
  }
}

class PodmanContainer implements RunningContainer {
  readonly name: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<number>;
  readonly #command: string;
  readonly #pidFile: string;
  readonly #child: PodmanProcess;
  #isGone = false;
  #isKilled = false;

  constructor(command: string, spec: ContainerSpec, child: PodmanProcess) {
    this.#command = command;
    this.#pidFile = podmanPidFile(spec);
    this.#child = child;
    this.name = spec.name;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    this.exited = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#isGone = true;
        resolve(code ?? PODMAN_FAILED[0]);
      });
    });
  }

  async findPid(): Promise<number | undefined> {
    const text = await readFile(this.#pidFile, 'utf8').catch(() => '');
    const pid = Number.parseInt(text, 10);
    return Number.isNaN(pid) ? undefined : pid;
  }

  kill(): void {
    if (this.#isGone || this.#isKilled) return;
    this.#isKilled = true;
    void this.#end();
  }

  setKeepsHostAlive(keeps: boolean): void {
    const { stdout, stderr } = this.#child as unknown as Readonly<
      Record<'stdout' | 'stderr', { ref(): void; unref(): void }>
    >;
    for (const each of [this.#child, stdout, stderr]) {
      if (keeps) each.ref();
      else each.unref();
    }
  }

  /** By a signal where the guest can be reached, which takes a thousandth of a start of Podman. */
  async #end(): Promise<void> {
    const pid = await this.findPid();
    if (this.#isGone) return;
    try {
      if (pid === undefined) throw new Error('it has not started yet');
      process.kill(pid, 'SIGKILL');
    } catch {
      await run(this.#command, ['rm', '--force', '--time=0', '--ignore', this.name]).catch(() => undefined);
      // One that is only being made is not found; without its client it does not start.
      this.#child.kill('SIGKILL');
    }
  }
}
