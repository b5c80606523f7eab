import { SandboxError, type SandboxErrorFacts, SandboxResourceError } from '@truthound/protocols';
import type { GuestExit } from './guest-link.ts';

/** What Node, V8 and the C++ library write when they give up for want of memory. */
const HEAP_EXHAUSTED =
  /FATAL ERROR:.*(?:heap out of memory|Allocation failed|invalid array length)|Fatal process (?:OOM|out of memory)|std::bad_alloc|ERR_WORKER_OUT_OF_MEMORY/i;

const STDERR_SHOWN = 2000;

/** The error for a guest that ended without being asked to. */
export function createExitError(
  exit: GuestExit,
  facts: SandboxErrorFacts & {
    readonly pluginId: string;
    readonly maxMemoryMb: number;
    readonly memoryMb: number;
    readonly stderr: string;
  },
): SandboxError {
  const all = { ...facts, exitCode: exit.exitCode, signal: exit.signal };
  if (exit.isOutOfMemory === true || HEAP_EXHAUSTED.test(facts.stderr)) {
    return new SandboxResourceError({
      ...all,
      resourceType: 'memory',
      limit: facts.maxMemoryMb,
      actual: facts.memoryMb > 0 ? facts.memoryMb : NaN,
    });
  }
  const how = exit.signal === undefined ? `exit code ${String(exit.exitCode)}` : `signal ${exit.signal}`;
  const stderr = facts.stderr.trim().slice(-STDERR_SHOWN);
  return new SandboxError(
    `the guest of plugin "${facts.pluginId}" ended with ${how}${stderr === '' ? '' : `; its last output was: ${stderr}`}`,
    all,
  );
}
