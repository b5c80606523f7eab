import { readFileSync, readdirSync } from 'node:fs';

/** What a host holds of the machine. Must be back when a manager is closed. */
export interface Holdings {
  readonly processes: number;
  readonly descriptors: number;
  readonly listeners: number;
  readonly scratchFolders: number;
  readonly heapMb: number;
}

/** Takes stock of this process. */
export function takeStock(scratch: string): Holdings {
  globalThis.gc?.();
  return {
    processes: childrenOf(process.pid).length,
    descriptors: readdirSync('/proc/self/fd').length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    scratchFolders: readdirSync(scratch).filter((name) => name.startsWith('truthound-')).length,
    heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
  };
}

/** Processes below one, all the way down. Empty where it is gone. */
export function childrenOf(pid: number): readonly number[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    return [];
  }
  const children = text
    .split(' ')
    .filter((each) => each !== '')
    .map(Number);
  return children.flatMap((child) => [child, ...childrenOf(child)]);
}
