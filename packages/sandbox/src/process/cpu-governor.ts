/**
 * Keeps a process group to its share of CPU time by stopping and continuing it, where no cgroup can.
 *
 * A token bucket: wall time fills it at the allowed rate, CPU time of all threads drains it. When it is
 * empty the group is stopped until it is filled again. Short calls live on the burst and are not touched.
 *
 * @module
 */
import { readFileSync, readdirSync } from 'node:fs';
import type { GroupMembers } from './group-members.ts';

const TICK_MS = 10;
const IDLE_TICK_MS = 100;
/** CPU time that may be used at once after idling, in milliseconds. */
const BURST_MS = 25;
const NANOSECONDS_PER_MS = 1e6;

/** The state of the bucket. Pure, so that its arithmetic is tested without processes. */
export interface Bucket {
  readonly tokensMs: number;
  readonly isStopped: boolean;
}

/** One step: `elapsedMs` of wall time went by, `usedMs` of CPU time was used. */
export function stepBucket(bucket: Bucket, elapsedMs: number, usedMs: number, share: number): Bucket {
  const tokensMs = Math.min(bucket.tokensMs + elapsedMs * share - usedMs, BURST_MS);
  return { tokensMs, isStopped: tokensMs < 0 };
}

/** CPU time of all threads of a process, in milliseconds; `undefined` when it is gone. */
export function readCpuMs(pid: number): number | undefined {
  try {
    let total = 0;
    for (const task of readdirSync(`/proc/${String(pid)}/task`)) {
      total += Number(readFileSync(`/proc/${String(pid)}/task/${task}/schedstat`, 'latin1').split(' ')[0]);
    }
    return total / NANOSECONDS_PER_MS;
  } catch {
    return undefined;
  }
}

/** The line of `/proc/PID/stat` by which a process shows that it has run, at the price of one small read. */
function readRunMark(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${fields[11] ?? ''} ${fields[12] ?? ''}`;
  } catch {
    return 'gone';
  }
}

/** Whether this system tells a process's CPU time finely enough. */
export function canGovernCpu(): boolean {
  return readCpuMs(process.pid) !== undefined;
}

export class CpuGovernor implements Disposable {
  readonly #pid: number;
  readonly #share: number;
  #bucket: Bucket = { tokensMs: BURST_MS, isStopped: false };
  #lastWallMs = performance.now();
  readonly #members: GroupMembers;
  #lastCpuMs: ReadonlyMap<number, number> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isIdle = false;
  #marks = '';

  /**
   * @param pid the process that leads the group
   * @param maxCpuPercent share of one core, in percent
   * @param members whose time counts; a process that has ended takes what it used along
   */
  constructor(pid: number, maxCpuPercent: number, members: GroupMembers) {
    this.#pid = pid;
    this.#share = maxCpuPercent / 100;
    this.#members = members;
    this.#readUsedMs();
    this.#schedule(TICK_MS);
  }

  /** Lets the group run on, and watches it no more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#bucket.isStopped) this.#signal('SIGCONT');
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#tick();
    }, delayMs);
    this.#timer.unref();
  }

  #tick(): void {
    const nowMs = performance.now();
    if (this.#isIdle && !this.#hasRun(nowMs)) {
      // What it used below one tick of the kernel's clock is counted when it runs on.
      this.#schedule(IDLE_TICK_MS);
      return;
    }
    const usedMs = this.#readUsedMs();
    if (usedMs === undefined) return;
    const next = stepBucket(this.#bucket, nowMs - this.#lastWallMs, usedMs, this.#share);
    if (next.isStopped !== this.#bucket.isStopped) this.#signal(next.isStopped ? 'SIGSTOP' : 'SIGCONT');
    this.#bucket = next;
    this.#lastWallMs = nowMs;
    this.#isIdle = usedMs === 0 && !next.isStopped;
    this.#schedule(this.#isIdle ? IDLE_TICK_MS : TICK_MS);
  }

  /** Whether an idle guest has run since the last time: looked at thread by thread, many idle ones would cost the host. */
  #hasRun(nowMs: number): boolean {
    const marks = this.#members.list(nowMs).map(readRunMark).join();
    const hasRun = marks !== this.#marks;
    this.#marks = marks;
    return hasRun;
  }

  /** CPU time that the guest has used since the last time; `undefined` when it is gone. */
  #readUsedMs(): number | undefined {
    const read = this.#members.list(performance.now()).flatMap((pid) => {
      const cpuMs = readCpuMs(pid);
      return cpuMs === undefined ? [] : [[pid, cpuMs] as const];
    });
    if (read.length === 0) return undefined;
    const last = this.#lastCpuMs;
    this.#lastCpuMs = new Map(read);
    return read.reduce((sum, [pid, cpuMs]) => sum + Math.max(cpuMs - (last.get(pid) ?? 0), 0), 0);
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    try {
      process.kill(-this.#pid, signal);
    } catch {
      // The group is gone; its exit is noticed elsewhere.
    }
  }
}
