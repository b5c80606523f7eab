/**
 * Where this process may make control groups (cgroups(7)), of version 1 or 2.
 *
 * Version 1 has a tree for each controller; a group is made below this process's own. Version 2 has one
 * tree, and a group that has processes cannot hand controllers on: there the group is made beside this
 * process's own, in the nearest folder above that does. Whether it may, is found by making one.
 *
 * @module
 */
import { mkdirSync, readFileSync, readdirSync, rmdirSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** What is limited, in the kernel's words. */
export const CONTROLLERS = ['memory', 'cpu', 'pids'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** The folders that groups of guests are made in, for each controller that is there. */
export interface CgroupParents {
  readonly version: 1 | 2;
  readonly folders: Readonly<Partial<Record<Controller, string>>>;
}

/** The file by which a controller shows that a group has it. */
const SIGN: Readonly<Record<1 | 2, Readonly<Record<Controller, string>>>> = {
  1: { memory: 'memory.limit_in_bytes', cpu: 'cpu.cfs_quota_us', pids: 'pids.max' },
  2: { memory: 'memory.max', cpu: 'cpu.max', pids: 'pids.max' },
};

const NAME = /^truthound-(\d+)-/;

let serial = 0;

/** A name for a group, which tells whose it is. */
export function nextGroupName(): string {
  serial += 1;
  return `truthound-${String(process.pid)}-${String(serial)}`;
}

/** One line of `/proc/self/mountinfo` that is a tree of groups (proc_pid_mountinfo(5)). */
interface CgroupMount {
  readonly type: 'cgroup' | 'cgroup2';
  /** Which part of the tree is mounted, and where. */
  readonly root: string;
  readonly point: string;
  readonly options: readonly string[];
}

/** Reads the trees out of `/proc/self/mountinfo`. */
export function parseCgroupMounts(mountInfo: string): readonly CgroupMount[] {
  return mountInfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    return type === 'cgroup' || type === 'cgroup2'
      ? [{ type, root, point, options: options.split(',') }]
      : [];
  });
}

/** This process's own group in the tree of `controller` (`''` for version 2), out of `/proc/self/cgroup`. */
export function parseOwnGroup(own: string, controller: string): string | undefined {
  for (const line of own.split('\n')) {
    const [, controllers = '', ...path] = line.split(':');
    if (controllers.split(',').includes(controller)) return path.join(':');
  }
  return undefined;
}

/** What is read to find out; a test gives its own. */
export interface CgroupSources {
  readonly mountInfo: string;
  readonly own: string;
}

let found: { readonly parents: CgroupParents | undefined } | undefined;

/** Where groups can be made; `undefined` where none can. Looks once. */
export function findCgroupParents(): CgroupParents | undefined {
  found ??= { parents: lookForParents() };
  return found.parents;
}

function lookForParents(): CgroupParents | undefined {
  try {
    return locateCgroupParents({
      mountInfo: readFileSync('/proc/self/mountinfo', 'utf8'),
      own: readFileSync('/proc/self/cgroup', 'utf8'),
    });
  } catch {
    return undefined;
  }
}

/** As {@link findCgroupParents}, from given sources. */
export function locateCgroupParents({ mountInfo, own }: CgroupSources): CgroupParents | undefined {
  const mounts = parseCgroupMounts(mountInfo);
  const folders: Partial<Record<Controller, string>> = {};
  for (const controller of CONTROLLERS) {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
    const folder = mount && locate(mount, parseOwnGroup(own, controller));
    if (folder !== undefined && canMakeGroup(folder, SIGN[1][controller])) folders[controller] = folder;
  }
  if (Object.keys(folders).length > 0) return { version: 1, folders };

  const tree = mounts.find(({ type }) => type === 'cgroup2');
  const start = tree && locate(tree, parseOwnGroup(own, ''));
  if (tree === undefined || start === undefined) return undefined;
  for (const controller of CONTROLLERS) {
    const folder = findDelegating(start, tree.point, controller);
    if (folder !== undefined && canMakeGroup(folder, SIGN[2][controller])) folders[controller] = folder;
  }
  return Object.keys(folders).length > 0 ? { version: 2, folders } : undefined;
}

/** A group's folder, where the part of the tree that it lies in is mounted. */
function locate({ root, point }: CgroupMount, group: string | undefined): string | undefined {
  if (group === undefined) return undefined;
  const below =
    root === '/'
      ? group
      : group === root
        ? '/'
        : group.startsWith(`${root}/`)
          ? group.slice(root.length)
          : undefined;
  const folder = below === undefined ? undefined : join(point, below);
  return folder !== undefined && existsSync(folder) ? folder.replace(/\/$/, '') : undefined;
}

/** The nearest folder from `start` up that hands a controller on to the groups in it. */
function findDelegating(start: string, top: string, controller: Controller): string | undefined {
  for (let folder = start; folder === top || folder.startsWith(`${top}/`); folder = dirname(folder)) {
    try {
      const handed = readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8').trim().split(/\s+/);
      if (handed.includes(controller)) return folder;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Tries; what a host that is gone left behind goes first. */
function canMakeGroup(folder: string, sign: string): boolean {
  sweep(folder);
  const probe = join(folder, nextGroupName());
  try {
    mkdirSync(probe);
  } catch {
    return false;
  }
  try {
    return existsSync(join(probe, sign));
  } finally {
    rmdirSync(probe);
  }
}

function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      rmdirSync(join(folder, name));
    } catch {
      // Somebody is still in it, or it is another user's.
    }
  }
}
