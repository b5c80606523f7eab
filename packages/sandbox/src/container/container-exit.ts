import { constants } from 'node:os';
import type { GuestExit } from '../session/guest-link.ts';

/** Engines add it to the number of the signal that ended a container. */
const SIGNAL_BASE = 128;
const LAST_SIGNAL = 64;

const SIGNAL_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

/**
 * What a container's exit code says.
 *
 * From inside of a container nobody can send SIGKILL to its first process. Where the host did not either,
 * it was the kernel, for want of memory: Podman does not say so itself, and Docker only while it keeps
 * the container.
 */
export function readContainerExit(code: number, wasKilledByHost: boolean): GuestExit {
  const number = code > SIGNAL_BASE && code <= SIGNAL_BASE + LAST_SIGNAL ? code - SIGNAL_BASE : undefined;
  const signal = number === undefined ? undefined : SIGNAL_NAMES.get(number);
  if (signal === undefined) return { exitCode: code < 0 ? undefined : code, signal: undefined };
  return {
    exitCode: undefined,
    signal,
    ...(signal === 'SIGKILL' && !wasKilledByHost ? { isOutOfMemory: true } : {}),
  };
}
