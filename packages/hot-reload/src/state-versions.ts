import type { PluginStateVersions } from '@truthound/protocols';
import type { ReloadAttempt } from './reload-attempt.ts';

/**
 * Refuses to hand state to a version that cannot read it.
 * @throws ReloadError of step `state` that tells a downgrade past a one-way migration from a missing migration.
 */
export function assertStateAccepted(
  attempt: ReloadAttempt,
  stateVersion: number,
  next: PluginStateVersions,
): void {
  if (next.accepts.includes(stateVersion)) return;
  const { previousVersion, newVersion } = attempt;
  const facts =
    `${previousVersion} wrote its state in version ${stateVersion}, ` +
    `and ${String(newVersion)} takes over only ${next.accepts.join(', ') || 'none'}`;
  const remedy =
    next.version < stateVersion
      ? 'this is a downgrade past a one-way migration; install a version that reads the newer state, or unload the plugin and load it anew, which gives its state up'
      : `add ${stateVersion} to truthound.state.accepts of the new version and migrate it in activate()`;
  throw attempt.error('state', `${facts}: ${remedy}`);
}
