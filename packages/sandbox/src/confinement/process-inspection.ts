/**
 * What the kernel says of a process that bubblewrap has started: the namespaces it is in, the tree of files
 * it sees, whether a filter stands. Read from outside, so that no word of the guest's is taken for it.
 *
 * @module
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { parseStatus } from '../process/process-status.ts';

const NAMESPACES = ['mnt', 'pid', 'net', 'ipc', 'user'] as const;
type Namespace = (typeof NAMESPACES)[number];

/** What was read. */
export interface ProcessInspection {
  /** Namespaces that are not the host's. */
  readonly ownNamespaces: readonly Namespace[];
  readonly mountPoints: readonly string[];
  readonly hasFilter: boolean;
  readonly noNewPrivileges: boolean;
  /** Whether any privilege is left in its namespaces. */
  readonly hasPrivileges: boolean;
}

/** Reads it; `undefined` where the kernel does not tell. */
export function inspectProcess(pid: number): ProcessInspection | undefined {
  try {
    const at = `/proc/${String(pid)}`;
    const status = readFileSync(`${at}/status`, 'latin1');
    const fields = parseStatus(status);
    const field = (name: string): string => fields.get(name) ?? '';
    return {
      ownNamespaces: NAMESPACES.filter(
        (name) => readlinkSync(`${at}/ns/${name}`) !== readlinkSync(`/proc/self/ns/${name}`),
      ),
      mountPoints: parseMountPoints(readFileSync(`${at}/mountinfo`, 'utf8')),
      hasFilter: field('Seccomp') === '2',
      noNewPrivileges: field('NoNewPrivs') === '1',
      hasPrivileges: /[1-9a-f]/.test(field('CapEff')),
    };
  } catch {
    return undefined;
  }
}

/** The mount points of `/proc/PID/mountinfo`, in which blanks stand as octal numbers. */
export function parseMountPoints(mountInfo: string): readonly string[] {
  return mountInfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point !== '')
    .map((point) =>
      point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    );
}

/**
 * The process that bubblewrap has started, below the two of its own; `undefined` while there is none, or
 * where the kernel does not tell.
 */
export function findWrappedProcess(pid: number): number | undefined {
  const [inner, ...others] = listChildren(pid);
  const [program, ...more] = inner === undefined ? [] : listChildren(inner);
  return others.length + more.length === 0 ? program : undefined;
}

function listChildren(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
      readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'latin1')
        .split(' ')
        .filter((child) => child !== '')
        .map(Number),
    );
  } catch {
    return [];
  }
}
