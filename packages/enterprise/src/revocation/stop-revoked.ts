import { DependencyError, type LifecycleController } from '@truthound/protocols';
import type { PluginUnloads } from '../operations/plugin-unloads.ts';
import type { PluginDirectory } from '../plugin-directory.ts';

/**
 * Stops a plugin that is trusted no more: at once, with its calls in flight, into `ERROR`. Those that require it are
 * unloaded after it; their reason is in their info. Answers their ids.
 */
export async function stopRevoked(
  pluginId: string,
  error: Error,
  parts: {
    readonly directory: PluginDirectory;
    readonly lifecycle: LifecycleController;
    readonly unloads: PluginUnloads;
  },
): Promise<readonly string[]> {
  const { directory, lifecycle, unloads } = parts;
  directory.recordOf(pluginId).failed(error);
  await lifecycle.transitionToError({ id: pluginId }, { error, metadata: { revoked: true } });
  const resolution = directory.resolution();
  const dependents = resolution
    .dependentsOf(pluginId)
    .filter((id) => directory.isLoaded(id) && resolution.requiredClosureOf(id).has(pluginId));
  const inOrder = resolution.unloadOrderOf(dependents);
  for (const id of inOrder) {
    await unloads.unloadOne(id);
    const reason = `plugin "${id}" was stopped: it requires "${pluginId}", which is trusted no more`;
    directory.recordOf(id).failed(new DependencyError(reason, { cause: error }));
  }
  return Object.freeze([...inOrder]);
}
