import type { PluginInstance } from '@truthound/protocols';
import type { ReloadEnvironment } from './reload-environment.ts';
import { runStep } from './reload-steps.ts';

/**
 * Asks an instance for its health, within the limit.
 * @throws ReloadError of `step` when it says no, fails, or does not answer.
 */
export async function assertHealthy(
  environment: ReloadEnvironment,
  instance: PluginInstance,
  step: 'health' | 'bake',
): Promise<void> {
  const health = await runStep(environment, step, (signal) => instance.health({ signal }));
  if (health.isHealthy) return;
  throw environment.attempt.error(step, health.reason ?? 'health() said no and gave no reason');
}
