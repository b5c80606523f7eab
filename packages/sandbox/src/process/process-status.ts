import { readFile } from 'node:fs/promises';
import type { GuestMeasurement } from '../session/guest-link.ts';

/** Clock ticks a second in `/proc`: fixed at 100 by the kernel's interface for user space (`USER_HZ`). */
const TICKS_PER_SECOND = 100;

function kilobytes(status: string, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  return found === undefined ? 0 : Number(found) / 1024;
}

/** User and system time out of `/proc/PID/stat`. The command name stands in parentheses and may hold anything. */
function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Reads a process's memory and CPU time from `/proc`; `undefined` when it is gone, or the system has no `/proc`. */
export async function readProcessStatus(pid: number): Promise<GuestMeasurement | undefined> {
  try {
    const [status, stat] = await Promise.all([
      readFile(`/proc/${String(pid)}/status`, 'utf8'),
      readFile(`/proc/${String(pid)}/stat`, 'utf8'),
    ]);
    return {
      memoryMb: kilobytes(status, 'RssAnon'),
      peakMemoryMb: kilobytes(status, 'RssAnon'),
      cpuSeconds: cpuSeconds(stat),
    };
  } catch {
    return undefined;
  }
}
