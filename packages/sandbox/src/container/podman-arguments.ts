import { join } from 'node:path';
import type { ContainerMount, ContainerSpec } from './container-spec.ts';
import { tmpfsOptions } from './docker-request.ts';

/** Where Podman leaves the process id of a container. */
export function podmanPidFile(spec: ContainerSpec): string {
  return join(spec.folder, 'pid');
}

/** Where Podman finds the seccomp profile. */
export function podmanSeccompFile(spec: ContainerSpec): string {
  return join(spec.folder, 'seccomp.json');
}

/** Writes a container as the arguments of `podman`. What a policy does not limit is left out. */
export function podmanArguments(spec: ContainerSpec): readonly string[] {
  const [program = '', ...args] = spec.command;
  return [
    'run',
    '--rm',
    `--name=${spec.name}`,
    '--pull=never',
    `--pidfile=${podmanPidFile(spec)}`,
    '--log-driver=none',
    '--systemd=false',
    // The host's proxies may carry passwords.
    '--http-proxy=false',
    '--hostname=sandbox',
    '--ipc=none',
    `--network=${spec.network}`,
    '--read-only',
    // By default this would put folders without a size limit under /tmp, /run and /var/tmp.
    '--read-only-tmpfs=false',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    `--security-opt=seccomp=${podmanSeccompFile(spec)}`,
    `--pids-limit=${String(spec.pidsLimit)}`,
    `--user=${spec.user}`,
    ...(spec.memoryBytes === undefined
      ? []
      : [`--memory=${String(spec.memoryBytes)}b`, `--memory-swap=${String(spec.memoryBytes)}b`]),
    ...(spec.cpus === undefined ? [] : [`--cpus=${String(spec.cpus)}`]),
    ...spec.ulimits.map(({ name, value }) => `--ulimit=${name}=${String(value)}:${String(value)}`),
    `--tmpfs=${spec.scratch.target}:${tmpfsOptions(spec.scratch)}`,
    `--workdir=${spec.scratch.target}`,
    ...spec.mounts.map((mount) => `--mount=${mountOption(mount)}`),
    ...Object.entries(spec.labels).map(([name, value]) => `--label=${name}=${value}`),
    ...spec.runtimeArgs,
    `--entrypoint=${JSON.stringify([program])}`,
    spec.image,
    ...args,
  ];
}

/** A mount as Podman reads it: one record of CSV (RFC 4180), where a path may hold commas and quotes. */
function mountOption({ source, target, isWritable }: ContainerMount): string {
  const fields = ['type=bind', `source=${source}`, `destination=${target}`, 'bind-propagation=rprivate'];
  return [...fields, ...(isWritable ? [] : ['ro=true'])].map(csvField).join();
}

function csvField(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
