import type { PluginInstance, PreparedPlugin } from '@truthound/protocols';
import { NEVER, depart } from './departure.ts';
import { describeError, describeReason } from './reload-attempt.ts';
import type { ReloadEnvironment } from './reload-environment.ts';
import { createAbortedError, discard } from './reload-steps.ts';
import { Replacement } from './replacement.ts';

/** What the replacing of one batch shares with the whole rollout. */
export interface BatchSupport {
  readonly prepared: PreparedPlugin;
  /** Runs in the same tick in which calls begin to go to the new instances. */
  readonly onSwitched: (replacements: readonly Replacement[]) => void;
  /** Takes work that nobody needs to wait for before going back. It never rejects. */
  readonly cleanUp: (work: Promise<void>) => void;
}

/**
 * Replaces some instances at once: all of them, or none. Calls are held while state moves, and let go once the
 * batch has switched; after a failure that is left to the rollout, for calls must not be let through to instances
 * of an earlier batch that are to be taken back.
 * @throws ReloadError; the old instances then serve as before, with their state.
 */
export async function replaceBatch(
  environment: ReloadEnvironment,
  batch: readonly PluginInstance[],
  support: BatchSupport,
): Promise<void> {
  const { prepared } = support;
  const { calls } = environment;
  const replacements = await startAll(environment, batch, support);
  const stateful = replacements.filter(({ previous }) => previous.hasState);
  const stateless = replacements.filter(({ previous }) => !previous.hasState);
  try {
    await settleAll(stateless.map((each) => each.activate(environment)));
    if (stateful.length > 0) calls.hold();
    await settleAll(stateful.map((each) => handOver(environment, prepared, each)));
    switchAll(environment, replacements);
    support.onSwitched(replacements);
    calls.release();
  } catch (error) {
    const problems = await restoreAll(environment, stateful);
    for (const { next } of replacements) support.cleanUp(discard(environment, next));
    if (problems.length === 0) throw error;
    // One that is dead takes no calls; one that lives without its state would answer them wrongly.
    environment.attempt.isBroken ||= stateful.some(
      ({ previous, hasHandedOver }) => hasHandedOver && previous.isAlive,
    );
    throw createUnrestoredError(environment, error, problems);
  }
}

/** Waits for all, also when one fails: nothing may go on in the background when the failure is dealt with. */
async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(work);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason as Error;
    return outcome.value;
  });
}

async function startAll(
  environment: ReloadEnvironment,
  batch: readonly PluginInstance[],
  { prepared, cleanUp }: BatchSupport,
): Promise<readonly Replacement[]> {
  const starting = batch.map((previous) => Replacement.start(environment, prepared, previous));
  try {
    return await settleAll(starting);
  } catch (error) {
    for (const each of await Promise.allSettled(starting)) {
      if (each.status === 'fulfilled') cleanUp(discard(environment, each.value.next));
    }
    throw error;
  }
}

async function handOver(
  environment: ReloadEnvironment,
  prepared: PreparedPlugin,
  replacement: Replacement,
): Promise<void> {
  const { attempt, signal } = environment;
  // Told to stop before the switch, the old instance serves on: its calls are left alone.
  const counts = await depart(environment, replacement.previous, { hurry: NEVER, keep: signal });
  attempt.drained += counts.drained;
  attempt.aborted += counts.aborted;
  await replacement.handOver(environment, prepared.state);
}

/** Gives old instances their own state back; answers what went wrong. */
async function restoreAll(
  environment: ReloadEnvironment,
  replacements: readonly Replacement[],
): Promise<readonly string[]> {
  const goingBack = { ...environment, signal: NEVER };
  const outcomes = await Promise.allSettled(replacements.map((each) => each.reactivatePrevious(goingBack)));
  return outcomes.flatMap((each) => (each.status === 'rejected' ? [describeReason(each.reason)] : []));
}

/** The old version gave its state up and did not take it back. */
function createUnrestoredError(
  { attempt }: ReloadEnvironment,
  error: unknown,
  problems: readonly string[],
): Error {
  const what = `${attempt.previousVersion} did not take its state back: ${problems.join('; ')}`;
  return attempt.error('state', `${describeReason(error)}; ${what}`, { cause: error });
}

/** No `await` stands in here: no call can fall between the check and the switch, or between two switches. */
function switchAll(environment: ReloadEnvironment, replacements: readonly Replacement[]): void {
  const { attempt, settings, signal } = environment;
  if (signal.aborted) throw createAbortedError(environment);
  assertCanSwitch(environment, replacements);
  const switched: Replacement[] = [];
  try {
    for (const replacement of replacements) {
      settings.loader.switchInstance(attempt.pluginId, replacement.previous, replacement.next);
      switched.push(replacement);
    }
  } catch (error) {
    for (const { previous, next } of switched.reverse()) {
      settings.loader.switchInstance(attempt.pluginId, next, previous);
    }
    throw attempt.error('switch', describeError(error), { cause: error });
  }
}

function assertCanSwitch(
  { attempt, settings }: ReloadEnvironment,
  replacements: readonly Replacement[],
): void {
  let serving: readonly PluginInstance[];
  try {
    serving = settings.loader.getInstances(attempt.pluginId);
  } catch (cause) {
    throw attempt.error('switch', 'it was unloaded during the reload', { cause });
  }
  for (const { previous, next } of replacements) {
    if (!serving.includes(previous)) {
      throw attempt.error('switch', 'what serves was unloaded or replaced by another hand during the reload');
    }
    if (!next.isAlive) throw attempt.error('switch', `${next.version} ended before it could take over`);
  }
}
