import { readFileSync, readdirSync } from 'node:fs';

/** How often all processes of the machine are looked through. */
const REFRESH_MS = 100;

/**
 * The processes of a guest: its own, and where it may start others, those of its process group, which
 * none of them can leave (`setpgid` and `setsid` are closed).
 */
export class GroupMembers {
  readonly #leader: number;
  readonly #process: number;
  readonly #startsOthers: boolean;
  #members: readonly number[];
  #readAtMs = -Infinity;

  /**
   * @param leader the process that leads the group
   * @param process the one that runs Node, where that is another
   */
  constructor(leader: number, process: number, startsOthers: boolean) {
    this.#leader = leader;
    this.#process = process;
    this.#startsOthers = startsOthers;
    this.#members = [process];
  }

  list(nowMs: number): readonly number[] {
    if (this.#startsOthers && nowMs - this.#readAtMs >= REFRESH_MS) {
      this.#readAtMs = nowMs;
      this.#members = listGroup(this.#leader) ?? [this.#process];
    }
    return this.#members;
  }
}

/** The processes of a group; `undefined` where the system does not tell. */
export function listGroup(leader: number): readonly number[] | undefined {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => readGroup(pid) === leader);
  } catch {
    return undefined;
  }
}

/** The group of a process, out of `/proc/PID/stat`. The name stands in parentheses and may hold anything. */
function readGroup(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return undefined;
  }
}
