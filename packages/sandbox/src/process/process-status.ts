import { readFile } from 'node:fs/promises';
import type { GuestMeasurement } from '../session/guest-link.ts';

/** Clock ticks a second in `/proc`: fixed at 100 by the kernel's interface for user space (`USER_HZ`). */
const TICKS_PER_SECOND = 100;

/** A field of `/proc/PID/status` that is given in kB, in mebibytes. */
function megabytes(status: string, field: string): number {
  const line = status.split('\n').find((each) => each.startsWith(`${field}:`));
  const kilobytes = Number.parseInt(line?.slice(field.length + 1) ?? '', 10);
  return Number.isNaN(kilobytes) ? 0 : kilobytes / 1024;
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
    const memoryMb = megabytes(status, 'RssAnon');
    return { memoryMb, peakMemoryMb: memoryMb, cpuSeconds: cpuSeconds(stat) };
  } catch {
    return undefined;
  }
}
