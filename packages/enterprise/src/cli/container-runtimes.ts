import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A container program on this machine. */
export interface ContainerRuntime {
  readonly name: 'docker' | 'podman';
  /** `answers`: its server or, for Podman, the program itself does its work. */
  readonly status: 'answers' | 'does-not-answer' | 'not-installed';
  readonly detail: string;
}

const PROBES: readonly (readonly [name: ContainerRuntime['name'], args: readonly string[]])[] = [
  ['docker', ['version', '--format', '{{.Server.Version}}']],
  ['podman', ['version', '--format', '{{.Client.Version}}']],
];
const TIMEOUT_MS = 10_000;

/** Asks each program for its version; starts no container. */
export async function probeContainerRuntimes(signal: AbortSignal): Promise<readonly ContainerRuntime[]> {
  return Promise.all(PROBES.map(([name, args]) => probe(name, args, signal)));
}

async function probe(
  name: ContainerRuntime['name'],
  args: readonly string[],
  signal: AbortSignal,
): Promise<ContainerRuntime> {
  try {
    const { stdout } = await run(name, [...args], { signal, timeout: TIMEOUT_MS });
    return { name, status: 'answers', detail: `version ${stdout.trim()}` };
  } catch (error) {
    signal.throwIfAborted();
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT')
      return { name, status: 'not-installed', detail: `install ${name} and put it on the PATH` };
    const [reason = ''] = (stderr ?? '').trim().split('\n');
    return { name, status: 'does-not-answer', detail: reason === '' ? 'it ended without an answer' : reason };
  }
}
