import { readFileSync } from 'node:fs';
import type { HostLimits } from './container-spec.ts';

/** A hard limit out of `/proc/self/limits`: name, soft limit, hard limit, unit. */
function hardLimit(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(name));
  const value = line?.slice(name.length).trim().split(/\s+/)[1];
  return value === undefined || value === 'unlimited' ? Infinity : Number(value);
}

/** Reads what this process is held to; without `/proc`, nothing is known to hold. */
export function readHostLimits(): HostLimits {
  let text = '';
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // No Linux: the engine runs in a machine of its own, with limits of its own.
  }
  return { descriptors: hardLimit(text, 'Max open files'), processes: hardLimit(text, 'Max processes') };
}
