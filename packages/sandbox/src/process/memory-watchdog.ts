/**
 * Ends a guest that uses more memory than it may, where no layer of the kernel bounds all of it.
 *
 * It looks twenty times a second, and what is allocated in between goes over: that is why it never counts
 * as enforcing by itself.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { parseStatus } from './process-status.ts';
import type { GroupMembers } from './group-members.ts';

const TICK_MS = 50;
const KILOBYTES_PER_MB = 1024;
const COUNTED = ['RssAnon', 'RssShmem'] as const;

/** Private and shared memory of a process, in mebibytes; 0 when it is gone. */
export function readMemoryMb(pid: number): number {
  try {
    const fields = parseStatus(readFileSync(`/proc/${String(pid)}/status`, 'latin1'));
    return COUNTED.reduce((sum, field) => sum + Number(fields.get(field) ?? 0) / KILOBYTES_PER_MB, 0);
  } catch {
    return 0;
  }
}

export interface MemoryWatchdogOptions {
  readonly members: GroupMembers;
  readonly limitMb: number;
  /** Called once, with what was in use. */
  readonly onExceeded: (usedMb: number) => void;
  /** How memory is read; the tests give another way. */
  readonly read?: (pid: number) => number;
}

export class MemoryWatchdog implements Disposable {
  readonly #options: MemoryWatchdogOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: MemoryWatchdogOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.check(performance.now());
    }, TICK_MS);
    this.#timer.unref();
  }

  /** Looks now. */
  check(nowMs: number): void {
    const { members, limitMb, onExceeded, read = readMemoryMb } = this.#options;
    const usedMb = members.list(nowMs).reduce((sum, pid) => sum + read(pid), 0);
    if (usedMb <= limitMb) return;
    this[Symbol.dispose]();
    onExceeded(usedMb);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
