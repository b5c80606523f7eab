/**
 * Who a container belongs to, as labels: so that one whose host was killed is found by the next host, and
 * nobody else's is touched.
 *
 * @module
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** Every container of a sandbox carries it, with the sandbox's name. */
export const SANDBOX_LABEL = 'truthound.sandbox';
/** The host that started it. */
export const OWNER_LABEL = 'truthound.owner';

/** A process, named so that no other ever has the same name. */
interface Owner {
  /** Changes when the machine starts. */
  readonly boot: string;
  /** Process ids count in it. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** When the process started, in ticks: a later one with its id has another. */
  readonly startTime: string;
}

function readOr(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

/** Field 22 of `/proc/PID/stat`; empty when there is no such process. The name before may hold anything. */
function readStartTime(pid: number): string {
  const stat = readOr(() => readFileSync(`/proc/${String(pid)}/stat`, 'latin1'));
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function describeSelf(): Owner {
  return {
    boot: readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    pidNamespace: readOr(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    startTime: readStartTime(process.pid),
  };
}

/** The label of this host. */
export function ownerLabel(owner: Owner = describeSelf()): string {
  return [owner.boot, owner.pidNamespace, String(owner.pid), owner.startTime].join('/');
}

/**
 * Whether the host that a label names is certainly gone. A host on another machine, or in a container of its
 * own, cannot be seen from here and counts as alive.
 */
export function isOwnerGone(label: string, self: Owner = describeSelf()): boolean {
  const [boot, pidNamespace, pid, startTime] = label.split('/');
  if (startTime === undefined || boot === '' || startTime === '') return false;
  if (boot !== self.boot || pidNamespace !== self.pidNamespace) return false;
  return readStartTime(Number(pid)) !== startTime;
}
