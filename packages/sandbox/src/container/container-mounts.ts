import { isAbsolute, normalize } from 'node:path';
import { SandboxError, type SecurityPolicy } from '@truthound/protocols';
import type { ContainerMount } from './container-spec.ts';

/** What would take the place of the container's own. */
const RESERVED = ['/', '/dev', '/proc', '/sys', '/tmp'] as const;

/** Folders and files of the host that a guest is to see, by what for. */
export interface MountedPaths {
  /** The guest's own code. */
  readonly guest: readonly string[];
  /** Of the plugin: its folder, and copies of modules. */
  readonly plugin: readonly string[];
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
 * @param exists tells which granted paths there are; the others grant nothing
 * @throws SandboxError for a path that cannot be mounted
 */
export function listMounts(
  policy: SecurityPolicy,
  { guest, plugin, channel }: MountedPaths,
  exists: (path: string) => boolean,
  pluginId: string,
): readonly ContainerMount[] {
  const { allowedPaths, writablePaths } = policy.resourceLimits;
  const writable = policy.allowFileWrite ? writablePaths : [];
  for (const path of [...allowedPaths, ...writable]) assertMountable(path, pluginId);
  const mounts = new Map<string, ContainerMount>();
  const add = (path: string, isWritable: boolean): void => {
    mounts.set(path, { source: path, target: path, isWritable });
  };
  for (const path of [...guest, ...plugin]) add(path, false);
  for (const path of allowedPaths.filter(exists)) add(path, false);
  for (const path of writable.filter(exists)) add(path, true);
  return [...mounts.values(), channel];
}
