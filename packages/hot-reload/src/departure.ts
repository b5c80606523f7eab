import type { PluginInstance } from '@truthound/protocols';
import type { ReloadEnvironment } from './reload-environment.ts';
import { runCleanup } from './reload-steps.ts';

/** A signal that never aborts: for work that must be done even when the reload is told to stop. */
export const NEVER: AbortSignal = new AbortController().signal;

/** When the calls of an instance that leaves are not waited for any longer. */
export interface DepartureSignals {
  /** Aborts to have them cut off at once. */
  readonly hurry: AbortSignal;
  /** Aborts to leave them alone, because the instance serves on. */
  readonly keep: AbortSignal;
}

/** Brings an instance to rest as the strategy says, and counts what became of its calls. Never rejects. */
export async function depart(
  environment: ReloadEnvironment,
  instance: PluginInstance,
  { hurry, keep }: DepartureSignals,
): Promise<{ readonly drained: number; readonly aborted: number }> {
  const { attempt, plan, settings } = environment;
  const inFlight = instance.callsInFlight;
  if (inFlight === 0) return { drained: 0, aborted: 0 };
  const aborted = await plan.quiesce({
    clock: settings.clock,
    drainLimitMs: settings.drainTimeoutMs,
    hurry,
    keep,
    instance: {
      idle: (options) => instance.idle(options),
      interrupt: async (reason) => {
        const what = `calls on ${instance.version} could not be cut off`;
        const cut = await runCleanup(environment, what, () => instance.interrupt(reason));
        return cut ?? instance.callsInFlight;
      },
    },
    createInterruption: (why) =>
      attempt.error('interrupted', `${instance.version} stopped serving while the call ran: ${why}`),
  });
  const left = keep.aborted ? instance.callsInFlight : 0;
  return { drained: Math.max(0, inFlight - aborted - left), aborted };
}
