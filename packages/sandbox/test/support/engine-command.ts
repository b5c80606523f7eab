/** What an engine's own command line tells of the containers of the tests. */
import { execFileSync } from 'node:child_process';
import { OWNER_LABEL, ownerLabel } from '../../src/container/container-owner.ts';

function run(runtime: string, ...args: readonly string[]): string {
  return execFileSync(runtime, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Names of the containers that a process has started, ended ones as well. */
export function listContainersOf(runtime: string, owner: string = ownerLabel()): readonly string[] {
  return lines(
    run(runtime, 'ps', '--all', '--filter', `label=${OWNER_LABEL}=${owner}`, '--format', '{{.Names}}'),
  );
}

export function listImages(runtime: string): readonly string[] {
  return lines(run(runtime, 'images', '--format', '{{.Repository}}:{{.Tag}}')).toSorted();
}

/** As much of `inspect` as both engines tell, and the tests look at. */
export interface InspectedContainer {
  readonly Id: string;
  readonly ImageName?: string;
  readonly State: { readonly Pid: number };
  readonly Config: {
    readonly User: string;
    readonly Image: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly Mounts: readonly {
    readonly Source: string;
    readonly Destination: string;
    readonly RW: boolean;
  }[];
  readonly HostConfig: {
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number;
    readonly NetworkMode: string;
    readonly ReadonlyRootfs: boolean;
    readonly AutoRemove: boolean;
    readonly Privileged: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[];
    readonly SecurityOpt: readonly string[];
    readonly Tmpfs: Readonly<Record<string, string>>;
    readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  };
}

export function inspectContainer(runtime: string, name: string): InspectedContainer {
  const [found] = JSON.parse(run(runtime, 'inspect', name)) as readonly InspectedContainer[];
  if (found === undefined) throw new Error(`${runtime} does not know ${name}`);
  return found;
}

/** Starts a container that is no sandbox, and waits for nothing. Answers how to remove it. */
export function startBystander(runtime: string, image: string): Disposable & { readonly id: string } {
  const adapted = runtime === 'podman' ? ['--runtime=runc'] : [];
  const limits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=4096:4096'];
  const id = run(
    runtime,
    ...[...adapted, 'run', '--detach', '--network=none', ...limits, '--entrypoint=/usr/local/bin/node'],
    ...[image, '-e', 'setTimeout(() => undefined, 300_000)'],
  );
  const now = runtime === 'podman' ? ['--time=0'] : [];
  return { id, [Symbol.dispose]: () => void run(runtime, 'rm', '--force', ...now, id) };
}

/** Whether a container runs, whoever's it is. */
export function isContainerRunning(runtime: string, id: string): boolean {
  return run(runtime, 'ps', '--no-trunc', '--quiet', '--filter', `id=${id}`) === id;
}
