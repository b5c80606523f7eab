import type { PluginInstance } from '@truthound/protocols';
import { withDeadline } from './deadline.ts';
import type { ReloadStep } from './reload-attempt.ts';
import { describeError } from './reload-attempt.ts';
import type { ReloadRequest } from './reload-request.ts';

type TimeLimit = 'startTimeoutMs' | 'healthTimeoutMs';

const LIMITS: Readonly<Partial<Record<ReloadStep, TimeLimit>>> = {
  health: 'healthTimeoutMs',
  bake: 'healthTimeoutMs',
};

/** The error of a reload that was told to stop: the reason itself where it is one of ours. */
export function createAbortedError({ attempt, signal }: ReloadRequest): Error {
  return attempt.failure('aborted', signal.reason);
}

/**
 * Runs one step of a reload within its time limit and until the reload is aborted.
 * @param onLate takes what arrives after the step was given up, so that it can be freed.
 * @throws ReloadError that names the step, or says `aborted`.
 */
export async function runStep<T>(
  environment: ReloadRequest,
  step: ReloadStep,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
  onLate?: (value: T) => void,
): Promise<T> {
  const { settings, signal, attempt } = environment;
  const limitOption = LIMITS[step] ?? 'startTimeoutMs';
  const limitMs = settings[limitOption];
  try {
    return await withDeadline(work, { clock: settings.clock, limitMs, limitOption, signal, onLate });
  } catch (error) {
    if (signal.aborted) throw createAbortedError(environment);
    throw attempt.failure(step, error);
  }
}

/** Runs clean-up within a limit; what goes wrong is told as a warning, for it must not undo a reload. */
export async function runCleanup<T>(
  { settings, attempt }: Pick<ReloadRequest, 'settings' | 'attempt'>,
  what: string,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T | undefined> {
  const { clock, healthTimeoutMs: limitMs } = settings;
  try {
    return await withDeadline(work, { clock, limitMs, limitOption: 'healthTimeoutMs' });
  } catch (cause) {
    warn(
      { settings },
      new Error(`plugin "${attempt.pluginId}": ${what}: ${describeError(cause)}`, { cause }),
    );
    return undefined;
  }
}

/** Tells `onWarning`; what that throws is its own affair and never ours. */
export function warn({ settings }: Pick<ReloadRequest, 'settings'>, warning: Error): void {
  try {
    settings.onWarning(warning);
  } catch (error) {
    process.emitWarning(describeError(error));
  }
}

/** Frees an instance that serves nobody and was not yet, or is no longer, active. */
export async function discard(environment: ReloadRequest, instance: PluginInstance): Promise<void> {
  await runCleanup(environment, `${instance.version} could not be disposed of`, () =>
    instance[Symbol.asyncDispose](),
  );
}

/** Lets an active instance that serves nobody stop by itself, then frees it. */
export async function retire(environment: ReloadRequest, instance: PluginInstance): Promise<void> {
  if (instance.isAlive) {
    await runCleanup(environment, `deactivate() of ${instance.version} failed`, (signal) =>
      instance.deactivate({ signal }),
    );
  }
  await discard(environment, instance);
}
