import { readFile } from 'node:fs/promises';
import type { GuestMeasurement } from '../session/guest-link.ts';

/** Clock ticks a second in `/proc`: fixed at 100 by the kernel's interface for user space (`USER_HZ`). */
const TICKS_PER_SECOND = 100;
const KILOBYTES_PER_MEBIBYTE = 1024;

/** The first word of each field of `/proc/PID/status`. */
export function parseStatus(status: string): ReadonlyMap<string, string> {
  return new Map(
    status.split('\n').map((line) => {
      const [name = '', value = ''] = line.split(/:\s*/);
      return [name, value.split(/\s/)[0] ?? ''] as const;
    }),
  );
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
    const memoryMb = Number(parseStatus(status).get('RssAnon') ?? 0) / KILOBYTES_PER_MEBIBYTE;
    return { memoryMb, peakMemoryMb: memoryMb, cpuSeconds: cpuSeconds(stat) };
  } catch {
    return undefined;
  }
}
