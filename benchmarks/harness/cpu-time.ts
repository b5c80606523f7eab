/**
 * CPU time in milliseconds: of this process, of others, and of children that have ended.
 *
 * On a busy machine it moves far less than the time on the wall.
 *
 * @module
 */
import { readFileSync, readdirSync } from 'node:fs';

/** CPU time of this process, all its threads. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU time of a process with all its threads, from `/proc`; 0 where there is none. */
export function processCpuMs(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${String(pid)}/task`);
    const nanoseconds = tasks.map((task) =>
      Number(readFileSync(`/proc/${String(pid)}/task/${task}/schedstat`, 'latin1').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
  } catch {
    return 0;
  }
}

/** CPU time of this process and of one other. */
export function cpuMsWith(pid: number | undefined): number {
  return ownCpuMs() + (pid === undefined ? 0 : processCpuMs(pid));
}

/** Linux counts CPU time of ended children in these. */
const TICK_MS = 10;

/** CPU time of all children that have ended; not a number where the system does not tell it. */
export function endedChildrenCpuMs(): number {
  try {
    // See proc(5): cutime and cstime, the 16th and 17th field; the second is in brackets and may hold anything.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}
