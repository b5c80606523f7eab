import { isAbsolute, normalize } from 'node:path';
import { SandboxError } from '@truthound/protocols';
import type { PermittedPaths } from '../confinement/node-permissions.ts';
import type { ContainerMount } from './container-spec.ts';

/** What would take the place of the container's own. */
const RESERVED = ['/', '/dev', '/proc', '/sys', '/tmp'] as const;

/** Folders and files of the host that a guest is to see, by what for. */
export interface MountedPaths {
  /** The guest's own code. */
  readonly guest: readonly string[];
  /** Of the plugin: its folder, and copies of modules. */
  readonly plugin: readonly string[];
  /** By the policy; without links, and all there. */
  readonly granted: PermittedPaths;
  readonly channel: ContainerMount;
}

function assertMountable(path: string, pluginId: string): void {
  if (isAbsolute(path) && !(RESERVED as readonly string[]).includes(normalize(path).replace(/(?<=.)\/$/, '')))
    return;
  throw new SandboxError(
    `plugin "${pluginId}" is granted "${path}", which cannot be put into a container: it has its own. ` +
      'Name the folders that are needed below it (resourceLimits.allowedPaths, writablePaths)',
    { pluginId },
  );
}

/**
 * The mounts of a container: each path stands where it stands on the host, so that the plugin's code, its
 * stack traces and what it is granted are the same in every engine.
 *
 * @throws SandboxError for a path that cannot be mounted
 */
export function listMounts(
  { guest, plugin, granted, channel }: MountedPaths,
  pluginId: string,
): readonly ContainerMount[] {
  for (const path of [...granted.read, ...granted.write]) assertMountable(path, pluginId);
  const mounts = new Map<string, ContainerMount>();
  const add = (path: string, isWritable: boolean): void => {
    mounts.set(path, { source: path, target: path, isWritable });
  };
  for (const path of [...guest, ...plugin, ...granted.read]) add(path, false);
  for (const path of granted.write) add(path, true);
  return [...mounts.values(), channel];
}
