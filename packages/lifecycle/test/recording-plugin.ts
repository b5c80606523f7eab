import {
  LifecycleEvent,
  type LifecyclePlugin,
  type LifecycleStepContext,
  type LifecycleTransition,
} from '@truthound/protocols';
import type { LifecycleManager } from '../src/lifecycle-manager.ts';

/** Ten turns of the microtask queue and then some: enough for anything that does not wait for a timer. */
export async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}

/** A promise and the means to settle it. */
export function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** A plugin that writes down its steps, some of which can be replaced. */
export function createPlugin(
  id: string,
  log: string[] = [],
  steps: Partial<Omit<LifecyclePlugin, 'id'>> = {},
): LifecyclePlugin {
  const write = (name: string) => (): void => {
    log.push(`${name}()`);
  };
  return {
    id,
    load: write('load'),
    activate: write('activate'),
    deactivate: write('deactivate'),
    unload: write('unload'),
    ...steps,
  };
}

/** Writes every event down, with the state the plugin is in while it is told. */
export function logEvents(manager: LifecycleManager, log: string[]): void {
  for (const event of Object.values(LifecycleEvent)) {
    manager.on(event, (plugin, name) => {
      log.push(`${name} [${manager.getState(plugin.id)}]`);
    });
  }
}

/** The history, oldest first, as "from→to". */
export function describeHistory(history: readonly LifecycleTransition[]): readonly string[] {
  return history.toReversed().map(({ fromState, toState }) => `${fromState}→${toState}`);
}

/** Never ends by itself; rejects with the reason when its signal is aborted. */
export function hangUntilAborted({ signal }: LifecycleStepContext): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

/** What `promise` rejects with. Listens at once, so that the rejection may come before anyone awaits it. */
export function catchRejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${String(value)}, and was to reject`);
    },
    (error: unknown) => error,
  );
}
