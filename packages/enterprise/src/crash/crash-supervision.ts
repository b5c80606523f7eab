import type { RestartSupervisor, RestartSupervisorOptions } from '@truthound/lifecycle';
import type { ResolvedConfig } from '../config/enterprise-config.ts';
import type { ManagerEventHub } from '../manager-events.ts';
import { PluginHeldError } from '../plugin-held-error.ts';

/** A plugin that crashed too often, and is not loaded until it is released. */
export interface QuarantinedPlugin {
  readonly pluginId: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
  readonly lastError: string;
}

/** Makes the supervisor; tests bring one with a clock of their own. */
export type CreateSupervisor = (options: RestartSupervisorOptions) => RestartSupervisor;

const SAFE_MODE = 'the configuration asks for it (safeMode)';

/** What becomes of plugins whose guest died: restarts within a budget, then quarantine. */
export class CrashSupervision implements Disposable {
  readonly #supervisor: RestartSupervisor;
  readonly #isOn: boolean;

  constructor(parts: {
    readonly config: ResolvedConfig;
    readonly createSupervisor: CreateSupervisor;
    readonly events: ManagerEventHub;
    readonly restart: (pluginId: string, signal: AbortSignal) => Promise<void>;
  }) {
    const { config, createSupervisor, events, restart } = parts;
    this.#isOn = config.restart !== false;
    this.#supervisor = createSupervisor({
      restart: (pluginId, { signal }) => restart(pluginId, signal),
      policy: config.restart === false ? {} : config.restart,
      safeMode: config.safeMode ? SAFE_MODE : undefined,
      onEvent: (event) => {
        events.emit('supervision', event);
      },
    });
  }

  get quarantined(): readonly QuarantinedPlugin[] {
    return this.#supervisor.listQuarantined();
  }

  /** Says that a plugin that served has crashed; answers whether it went into quarantine. */
  reportCrash(pluginId: string, error: Error): boolean {
    return this.#isOn && this.#supervisor.reportCrash(pluginId, { error }).type === 'quarantine';
  }

  reportHealthy(pluginId: string, version: string): void {
    this.#supervisor.reportHealthy(pluginId, { version });
  }

  /** @throws PluginHeldError for a plugin in quarantine, and for all in safe mode */
  assertMayLoad(pluginId: string): void {
    const permission = this.#supervisor.canLoad(pluginId);
    if (!permission.isAllowed) throw new PluginHeldError({ pluginId, reason: permission.reason });
  }

  /** Lets a plugin out of quarantine. Answers whether it was in. */
  release(pluginId: string): boolean {
    return this.#supervisor.release(pluginId);
  }

  leaveSafeMode(): boolean {
    return this.#supervisor.leaveSafeMode();
  }

  /** The plugin was stopped on purpose: a restart that waits is cancelled. */
  stop(pluginId: string): void {
    this.#supervisor.stop(pluginId);
  }

  [Symbol.dispose](): void {
    this.#supervisor[Symbol.dispose]();
  }
}
