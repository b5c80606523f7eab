/**
 * Bubblewrap: a tree of files and namespaces of the guest's own, and a filter that stands before its
 * program starts. For hosts whose guests cannot lock themselves down, and on top of those that can only
 * in part.
 *
 * A filter from before the start must let one program start: Node. So `execve` is left to Node's
 * permission model, and whatever got past that could only run Node again, in the same namespaces and
 * behind the same filter. What the guest was really given is read from the kernel: process-inspection.ts.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SecurityPolicy } from '@truthound/protocols';
import { NETWORK_READ_PATHS, NODE_READ_PATHS } from '../kernel/node-read-paths.ts';
import type { SeccompRequest } from '../kernel/seccomp-rules.ts';
import { findProgram } from './find-program.ts';
import type { UserId } from './guest-user.ts';
import { PROGRAM_PATHS } from './kernel-layers.ts';
import type { PermittedPaths } from './node-permissions.ts';

const run = promisify(execFile);

const NAMESPACES = ['--unshare-all', '--die-with-parent', '--cap-drop', 'ALL'] as const;
const PROBE_TIMEOUT_MS = 5000;

const found = new Map<string, Promise<string | undefined>>();

/** The path of bubblewrap, where it works for this user (or `user`); some systems forbid it its namespaces. */
export function findBubblewrap(user?: UserId): Promise<string | undefined> {
  const key = String(user?.uid);
  const known = found.get(key) ?? probe(user);
  found.set(key, known);
  return known;
}

async function probe(user: UserId | undefined): Promise<string | undefined> {
  const program = findProgram('bwrap');
  if (program === undefined) return undefined;
  try {
    const tree = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];
    await run(program, [...NAMESPACES, ...tree, '--', program, '--version'], {
      ...user,
      timeout: PROBE_TIMEOUT_MS,
      env: {},
      cwd: '/',
    });
    return program;
  } catch {
    return undefined;
  }
}

/** What a guest gets to see. */
export interface BubblewrapPlan {
  readonly policy: SecurityPolicy;
  readonly paths: PermittedPaths;
  /** Node's binary, and the libraries and the loader that it needs. */
  readonly nodeFiles: readonly string[];
  /** The guest's folder. */
  readonly cwd: string;
  /** The inherited descriptor that the filter is read from. */
  readonly filterDescriptor: number;
}

/** The mount points that a guest may have; everything else of the machine is absent. */
export function bubblewrapTree({ policy, paths, nodeFiles }: BubblewrapPlan): {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly writable: readonly string[];
} {
  const optional = [
    ...NODE_READ_PATHS.filter((path) => !/^\/(?:dev|proc)\//.test(path)),
    ...(policy.allowNetwork ? NETWORK_READ_PATHS : []),
    ...(policy.allowSubprocess ? PROGRAM_PATHS : []),
  ];
  // What lies in a folder that is granted as a whole comes with it, and could not be mounted into it.
  const isCovered = (path: string): boolean => optional.some((folder) => path.startsWith(`${folder}/`));
  return {
    required: [...new Set([...nodeFiles, ...paths.read])].filter(
      (path) => !paths.write.includes(path) && !isCovered(path),
    ),
    optional,
    writable: [...new Set(paths.write)],
  };
}

/** Bubblewrap's arguments, up to the program that it runs. */
export function bubblewrapArguments(plan: BubblewrapPlan): readonly string[] {
  const { required, optional, writable } = bubblewrapTree(plan);
  const mounts = [
    ['--dev', '/dev'] as const,
    ['--proc', '/proc'] as const,
    ...required.map((path) => ['--ro-bind', path] as const),
    ...optional.map((path) => ['--ro-bind-try', path] as const),
    ...writable.map((path) => ['--bind', path] as const),
  ]
    // What lies inside of something else is mounted after it, and over it.
    .toSorted(([, one], [, other]) => one.length - other.length)
    .flatMap(([option, path]) => (option.includes('bind') ? [option, path, path] : [option, path]));
  return [
    ...NAMESPACES,
    ...(plan.policy.allowNetwork ? ['--share-net'] : []),
    ...mounts,
    '--remount-ro',
    '/',
    '--chdir',
    plan.cwd,
    '--seccomp',
    String(plan.filterDescriptor),
    '--',
  ];
}

/** The filter for before the start. Signals reach nobody outside: the namespace of processes sees to that. */
export function earlyFilterRequest(
  policy: SecurityPolicy,
  hasFurtherLockdown: boolean,
): Omit<SeccompRequest, 'arch'> {
  return {
    deniedSyscalls: policy.resourceLimits.deniedSyscalls,
    allowNetwork: policy.allowNetwork,
    allowSubprocess: policy.allowSubprocess,
    allowFileWrite: policy.allowFileWrite || hasFurtherLockdown,
    afterExec: false,
    allowFurtherLockdown: hasFurtherLockdown,
  };
}
