/**
 * What a sandbox's container is to be: data that neither engine has shaped yet. Docker's request and
 * Podman's command line are both written from it.
 *
 * @module
 */
import type { SecurityPolicy } from '@truthound/protocols';
import type { DockerSeccompProfile } from '../kernel/docker-seccomp-profile.ts';

/** A folder or file of the host that stands in the container, under the same path unless `target` says another. */
export interface ContainerMount {
  readonly source: string;
  readonly target: string;
  readonly isWritable: boolean;
}

/** A limit of the container's first process (setrlimit(2)), soft and hard alike. */
export interface ContainerUlimit {
  readonly name: 'core' | 'nofile' | 'nproc';
  readonly value: number;
}

/** A container, ready to be written down for an engine. */
export interface ContainerSpec {
  /** Unique on the machine. */
  readonly name: string;
  readonly image: string;
  /** The first process: its path in the image and its arguments. */
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** `uid:gid`, never root's. */
  readonly user: string;
  /** Memory and swap together, in bytes; `undefined` for no limit. */
  readonly memoryBytes: number | undefined;
  /** CPUs, in fractions; `undefined` for no limit. */
  readonly cpus: number | undefined;
  readonly pidsLimit: number;
  readonly network: 'none' | 'bridge';
  readonly mounts: readonly ContainerMount[];
  /** The only folder of its own that it can write: in memory, this large. */
  readonly scratch: { readonly target: string; readonly sizeBytes: number; readonly isExecutable: boolean };
  readonly ulimits: readonly ContainerUlimit[];
  readonly seccomp: DockerSeccompProfile;
  /** Folder for files that the engine must find at the start: the profile, the process id. */
  readonly folder: string;
  /** Further arguments for `podman run` as the user or the machine needs them. */
  readonly runtimeArgs: readonly string[];
}

/** Hard limits of the host's own process. */
export interface HostLimits {
  readonly descriptors: number;
  readonly processes: number;
}

/** What a container depends on beside the policy. */
export interface ContainerFacts {
  readonly sandboxName: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
  readonly seccomp: DockerSeccompProfile;
  readonly folder: string;
  /** Whether the guest loads the prebuilt lockdown from a file of its own. */
  readonly needsExecutableScratch: boolean;
  /** What the host itself is held to: its engine may not be able to give more. `Infinity` for no limit. */
  readonly hostLimits: HostLimits;
  /** CPUs of this machine: no container can be given more. */
  readonly cpuCount: number;
  readonly runtimeArgs: readonly string[];
}

/** nobody and nogroup, by number: an image need not know the names. */
export const GUEST_USER = '65534:65534';
/** Where a container can write, where its policy lets it. */
export const SCRATCH_PATH = '/tmp';

const MEGABYTE = 1024 * 1024;
const MAX_SCRATCH_BYTES = 64 * MEGABYTE;
/** What Node opens until it runs the guest, with room for the guest's own exact limit to be set below. */
const NODE_DESCRIPTORS = 64;
/** Threads that Node starts, with room for some Workers. */
const PIDS_OF_NODE = 64;
const PIDS_WITH_SUBPROCESSES = 256;
/** The kernel's smallest quota: 1 ms in 100 ms. */
const MIN_CPUS = 0.01;

/** The limits of a container under a policy; `undefined` where there is none. */
export function limitsOfPolicy({ resourceLimits, allowSubprocess, allowNetwork }: SecurityPolicy): {
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  readonly pidsLimit: number;
  readonly hasNetwork: boolean;
} {
  const { maxMemoryMb, maxCpuPercent } = resourceLimits;
  return {
    memoryBytes: Number.isFinite(maxMemoryMb) ? Math.ceil(maxMemoryMb * MEGABYTE) : undefined,
    cpus: Number.isFinite(maxCpuPercent) ? Math.max(maxCpuPercent / 100, MIN_CPUS) : undefined,
    pidsLimit: allowSubprocess ? PIDS_WITH_SUBPROCESSES : PIDS_OF_NODE,
    hasNetwork: allowNetwork,
  };
}

/** Works out the container for a policy. Pure: the same facts give the same container. */
export function createContainerSpec(policy: SecurityPolicy, facts: ContainerFacts): ContainerSpec {
  const { memoryBytes, cpus, pidsLimit, hasNetwork } = limitsOfPolicy(policy);
  return {
    name: facts.sandboxName,
    image: facts.image,
    command: facts.command,
    labels: facts.labels,
    user: GUEST_USER,
    memoryBytes,
    cpus: cpus === undefined ? undefined : Math.min(cpus, facts.cpuCount),
    pidsLimit,
    network: hasNetwork ? 'bridge' : 'none',
    mounts: facts.mounts,
    scratch: {
      target: SCRATCH_PATH,
      // What lies there counts as memory, so it may not take all of it.
      sizeBytes: Math.ceil(Math.min(MAX_SCRATCH_BYTES, (memoryBytes ?? Infinity) / 4)),
      isExecutable: facts.needsExecutableScratch,
    },
    ulimits: listUlimits(policy.resourceLimits.maxFileDescriptors, facts.hostLimits),
    seccomp: facts.seccomp,
    folder: facts.folder,
    runtimeArgs: facts.runtimeArgs,
  };
}

function listUlimits(maxFileDescriptors: number, host: HostLimits): readonly ContainerUlimit[] {
  const limits: readonly ContainerUlimit[] = [
    { name: 'core', value: 0 },
    { name: 'nofile', value: Math.min(maxFileDescriptors + NODE_DESCRIPTORS, host.descriptors) },
    // Podman asks for more than a host may have that is limited itself; how many run, `pidsLimit` says.
    { name: 'nproc', value: host.processes },
  ];
  return limits.filter(({ value }) => Number.isFinite(value));
}
