import { readFileSync, readdirSync } from 'node:fs';

/** CPU time of a process with all its threads, in milliseconds, from `/proc`; 0 where there is none. */
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

/** CPU time of this process and of one other, in milliseconds. */
export function cpuMsWith(pid: number | undefined): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + (pid === undefined ? 0 : processCpuMs(pid));
}
