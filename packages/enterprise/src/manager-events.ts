import type { SupervisorEvent } from '@truthound/lifecycle';
import {
  type DependencyError,
  type SandboxLogEvent,
  type SandboxViolationEvent,
  type Unsubscribe,
  createUnsubscribe,
} from '@truthound/protocols';
import type { DiscoveryProblem } from './discovery/discover-plugins.ts';

/** What a manager tells while it works. Lifecycle events are told by `manager.lifecycle.on`. */
export interface ManagerEvents {
  /** A plugin wrote a line. */
  readonly log: SandboxLogEvent & { readonly pluginId: string };
  /** A plugin tried what its policy denies, also where it caught the error. */
  readonly violation: SandboxViolationEvent & { readonly pluginId: string };
  /** A folder was to be a plugin and is none. */
  readonly 'discovery-problem': DiscoveryProblem;
  /** Something was let through because the configuration is not strict, or failed on the side. */
  readonly warning: { readonly pluginId: string; readonly error: DependencyError | Error };
  /** A plugin was to be loaded and was refused, or failed. */
  readonly 'load-failed': { readonly pluginId: string; readonly error: Error };
  /** An update asked for more than the version before, and was answered. */
  readonly 'permission-decision': {
    readonly pluginId: string;
    readonly changes: readonly string[];
    readonly isApproved: boolean;
  };
  /** An instance that served ended by itself. */
  readonly crashed: { readonly pluginId: string; readonly error: Error };
  /** What the crash policy did: restarts, quarantine, release, safe mode. */
  readonly supervision: SupervisorEvent;
  /** A running plugin is trusted no more and was stopped, with those that require it. */
  readonly revoked: {
    readonly pluginId: string;
    readonly version: string;
    readonly error: Error;
    readonly dependents: readonly string[];
  };
}

type Handler = (event: never) => void;

/** Typed notifications of a manager. */
export class ManagerEventHub {
  readonly #handlers = new Map<keyof ManagerEvents, Set<Handler>>();

  on<Name extends keyof ManagerEvents>(
    name: Name,
    handler: (event: ManagerEvents[Name]) => void,
  ): Unsubscribe {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return createUnsubscribe(() => handlers.delete(handler));
  }

  emit<Name extends keyof ManagerEvents>(name: Name, event: ManagerEvents[Name]): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])] as ((event: ManagerEvents[Name]) => void)[]) {
      try {
        handler(event);
      } catch (error) {
        process.emitWarning(`a listener for "${name}" threw: ${String(error)}`, 'TruthoundListenerWarning');
      }
    }
  }
}
