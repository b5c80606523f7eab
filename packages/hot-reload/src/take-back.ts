import type { PluginInstance, PluginStateVersions } from '@truthound/protocols';
import { NEVER, depart } from './departure.ts';
import { describeReason } from './reload-attempt.ts';
import type { ReloadEnvironment } from './reload-environment.ts';
import { retire } from './reload-steps.ts';
import type { Replacement } from './replacement.ts';

/** What is to be undone, and why. */
interface Reversal {
  readonly switched: readonly Replacement[];
  readonly error: unknown;
  /** State versions of the old version. */
  readonly stateVersions: PluginStateVersions;
}

/**
 * Lets the old instances serve again where they were switched away from, and leaves the new ones behind.
 * Where an old one is gone as well, the new one stays: something that answers is better than nothing.
 * @returns the error of the reload: the one given, or one that adds what could not be taken back.
 */
export async function takeBack(
  environment: ReloadEnvironment,
  { switched, error, stateVersions }: Reversal,
): Promise<Error> {
  const { attempt, calls } = environment;
  const failure = attempt.failure('switch', error);
  if (switched.length === 0) return failure;

  // What made the reload stop must not stop it from going back.
  const goingBack = { ...environment, signal: NEVER };
  if (switched.some(({ hasHandedOver }) => hasHandedOver)) calls.hold();
  const outcomes = await Promise.all(
    switched.map((each) => switchBack(goingBack, each, stateVersions).then(() => undefined, describeReason)),
  );
  calls.release();
  for (const [index, { previous, next }] of switched.entries()) {
    const leaving = outcomes[index] === undefined ? next : previous;
    environment.leaveBehind(() => leave(goingBack, leaving));
  }
  const problems = [...new Set(outcomes.filter((problem) => problem !== undefined))];
  attempt.isRolledBack = problems.length === 0;
  if (attempt.isRolledBack) return failure;
  const reason = `${describeReason(failure)}; ${attempt.previousVersion} could not take back over: ${problems.join('; ')}`;
  return attempt.error('bake', reason, { cause: failure });
}

async function switchBack(
  environment: ReloadEnvironment,
  replacement: Replacement,
  stateVersions: PluginStateVersions,
): Promise<void> {
  const { attempt, settings } = environment;
  const { previous, next } = replacement;
  if (!previous.isAlive) throw new Error(`its instance ${previous.instanceId} is gone`);
  if (replacement.hasHandedOver) {
    const counts = await depart(environment, next, { hurry: NEVER, keep: NEVER });
    attempt.aborted += counts.aborted;
    await replacement.handBack(environment, stateVersions);
  }
  settings.loader.switchInstance(attempt.pluginId, next, previous);
}

/** Retires an instance that no longer serves, once its calls are at rest. */
async function leave(environment: ReloadEnvironment, instance: PluginInstance): Promise<void> {
  const counts = await depart(environment, instance, { hurry: NEVER, keep: NEVER });
  environment.attempt.aborted += counts.aborted;
  await retire(environment, instance);
}
