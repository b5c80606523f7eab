import { type LifecycleController, LifecycleEvent } from '@truthound/protocols';

/** Moves by another hand that end a reload: the plugin is being stopped, unloaded, or is broken. */
const TAKING_OVER: readonly LifecycleEvent[] = [
  LifecycleEvent.BEFORE_DEACTIVATE,
  LifecycleEvent.BEFORE_UNLOAD,
  LifecycleEvent.ON_ERROR,
];

/**
 * Calls `onTakenOver` when somebody else moves the plugin on while it is being reloaded, and lets that move
 * wait until it has answered: nothing is stopped under the hands of a reload.
 * @returns ends the watch.
 */
export function watchForTakeOver(
  lifecycle: LifecycleController,
  pluginId: string,
  onTakenOver: (event: LifecycleEvent) => Promise<void>,
): () => void {
  const subscriptions = TAKING_OVER.map((watched) =>
    lifecycle.on(watched, (plugin, event) => (plugin.id === pluginId ? onTakenOver(event) : undefined)),
  );
  return () => {
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}
