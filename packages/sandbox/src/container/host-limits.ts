import { readFileSync } from 'node:fs';
import type { HostLimits } from './container-spec.ts';

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No Linux: the engine runs in a machine of its own, with limits of its own.
    return otherwise;
  }
}

/** A hard limit out of `/proc/self/limits`: name, soft limit, hard limit, unit. */
function hardLimit(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(name));
  const value = line?.slice(name.length).trim().split(/\s+/)[1];
  return value === undefined || value === 'unlimited' ? Infinity : Number(value);
}

/** Reads what this process is held to; without `/proc`, nothing is known to hold. */
export function readHostLimits(): HostLimits {
  const limits = readOr('/proc/self/limits', '');
  // There are no more processes than ids; Podman holds itself to that as well, and can then give no more.
  const ids = Number(readOr('/proc/sys/kernel/pid_max', 'Infinity'));
  return {
    descriptors: hardLimit(limits, 'Max open files'),
    processes: Math.min(hardLimit(limits, 'Max processes'), ids),
  };
}
