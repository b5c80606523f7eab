import type { ContainerSpec } from './container-spec.ts';

/** Body of Docker's "create a container" (`POST /containers/create`, API 1.41), as far as it is used. */
export interface DockerContainerRequest {
  readonly Image: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly User: string;
  readonly Hostname: string;
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly [option: string]: unknown;
}

const NANO = 1e9;

/** Writes a container as a request to Docker. What a policy does not limit is left out. */
export function dockerRequest(spec: ContainerSpec): DockerContainerRequest {
  const [program = '', ...args] = spec.command;
  return {
    Image: spec.image,
    Entrypoint: [program],
    Cmd: args,
    User: spec.user,
    // The host's name is none of the plugin's business.
    Hostname: 'sandbox',
    WorkingDir: spec.scratch.target,
    Labels: spec.labels,
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: false,
    Tty: false,
    HostConfig: {
      AutoRemove: true,
      ...runtimeOption(spec.runtimeArgs),
      Init: false,
      ReadonlyRootfs: true,
      NetworkMode: spec.network,
      IpcMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges', `seccomp=${JSON.stringify(spec.seccomp)}`],
      PidsLimit: spec.pidsLimit,
      ...(spec.memoryBytes === undefined ? {} : { Memory: spec.memoryBytes, MemorySwap: spec.memoryBytes }),
      ...(spec.cpus === undefined ? {} : { NanoCpus: Math.round(spec.cpus * NANO) }),
      Ulimits: spec.ulimits.map(({ name, value }) => ({ Name: name, Soft: value, Hard: value })),
      Tmpfs: { [spec.scratch.target]: tmpfsOptions(spec.scratch) },
      Mounts: spec.mounts.map(({ source, target, isWritable }) => ({
        Type: 'bind',
        Source: source,
        Target: target,
        ReadOnly: !isWritable,
        BindOptions: { Propagation: 'rprivate' },
      })),
      LogConfig: { Type: 'none' },
    },
  };
}

/** The options of the scratch folder, as mount(8) takes them. */
export function tmpfsOptions({ sizeBytes, isExecutable }: ContainerSpec['scratch']): string {
  return [
    'rw',
    'nosuid',
    'nodev',
    isExecutable ? 'exec' : 'noexec',
    `size=${String(sizeBytes)}`,
    'mode=1777',
  ].join();
}

/**
 * Of the command line's options, the API has this one under another name: which program runs containers.
 * @throws RangeError for any other
 */
function runtimeOption(args: readonly string[]): { readonly Runtime?: string } {
  const [first, ...others] = args;
  if (first === undefined) return {};
  const name = /^--runtime=(.+)$/.exec(first)?.[1];
  if (name !== undefined && others.length === 0) return { Runtime: name };
  throw new RangeError(
    `Docker is used through its API, which of runtimeArgs takes --runtime=NAME, not ${args.join(' ')}: use Podman for other options`,
  );
}
