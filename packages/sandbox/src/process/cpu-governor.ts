/**
 * Keeps a process group to its share of CPU time by stopping and continuing it, where no cgroup can.
 *
 * A token bucket: wall time fills it at the allowed rate, CPU time of all threads drains it. When it is
 * empty the group is stopped until it is filled again. Short calls live on the burst and are not touched.
 *
 * @module
 */
import { readFileSync, readdirSync } from 'node:fs';

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

/** Whether this system tells a process's CPU time finely enough. */
export function canGovernCpu(): boolean {
  return readCpuMs(process.pid) !== undefined;
}

export class CpuGovernor implements Disposable {
  readonly #pid: number;
  readonly #share: number;
  #bucket: Bucket = { tokensMs: BURST_MS, isStopped: false };
  #lastWallMs = performance.now();
  #lastCpuMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param maxCpuPercent share of one core, in percent. */
  constructor(pid: number, maxCpuPercent: number) {
    this.#pid = pid;
    this.#share = maxCpuPercent / 100;
    this.#lastCpuMs = readCpuMs(pid) ?? 0;
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
    const cpuMs = readCpuMs(this.#pid);
    if (cpuMs === undefined) return;
    const nowMs = performance.now();
    const usedMs = Math.max(cpuMs - this.#lastCpuMs, 0);
    const next = stepBucket(this.#bucket, nowMs - this.#lastWallMs, usedMs, this.#share);
    if (next.isStopped !== this.#bucket.isStopped) this.#signal(next.isStopped ? 'SIGSTOP' : 'SIGCONT');
    this.#bucket = next;
    this.#lastWallMs = nowMs;
    this.#lastCpuMs = cpuMs;
    const isIdle = usedMs === 0 && !next.isStopped;
    this.#schedule(isIdle ? IDLE_TICK_MS : TICK_MS);
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    try {
      process.kill(-this.#pid, signal);
    } catch {
      // The group is gone; its exit is noticed elsewhere.
    }
  }
}
