import type { CrashDecision, CrashPolicy } from './crash-policy.ts';
import type { LastKnownGood, SupervisorSnapshot } from './supervisor-snapshot.ts';

/** What the host's restart function is told. */
export interface RestartContext {
  /** Which restart in the window this is, from 1. */
  readonly attempt: number;
  /** Aborted when the plugin is stopped, forgotten, or the supervisor is disposed. */
  readonly signal: AbortSignal;
  /** The crash that led here. */
  readonly error: Error;
  /** The version that served well last, for a host that goes back rather than try again. */
  readonly lastKnownGood: LastKnownGood | undefined;
}

/** What the supervisor did or decided, for logs and alerts. */
export type SupervisorEvent =
  | {
      readonly type: 'restart-scheduled';
      readonly pluginId: string;
      readonly attempt: number;
      readonly delayMs: number;
    }
  | { readonly type: 'restarted'; readonly pluginId: string; readonly attempt: number }
  | {
      readonly type: 'quarantined';
      readonly pluginId: string;
      readonly reason: string;
      readonly error: Error;
    }
  | { readonly type: 'released'; readonly pluginId: string }
  | { readonly type: 'safe-mode'; readonly reason: string | undefined };

/** {@link CrashDecision}, or that nothing is done because nothing is started at all. */
export type SupervisorDecision = CrashDecision | { readonly type: 'hold'; readonly reason: string };

/** Whether a plugin may be loaded, and if not, why and what to do. */
export type LoadPermission =
  { readonly isAllowed: true } | { readonly isAllowed: false; readonly reason: string };

/** What a {@link RestartSupervisor} needs of its host. */
export interface RestartSupervisorOptions {
  /** Starts the plugin again. When it rejects, that counts as another crash. */
  readonly restart: (pluginId: string, context: RestartContext) => Promise<unknown>;
  /** Fields that differ from the defaults of {@link CrashPolicy}. */
  readonly policy?: Partial<CrashPolicy> | undefined;
  /** Start in safe mode, for this reason. */
  readonly safeMode?: string | undefined;
  /** What an earlier supervisor's `toJSON` gave. */
  readonly snapshot?: SupervisorSnapshot | undefined;
  readonly onEvent?: ((event: SupervisorEvent) => void) | undefined;
  /** The clock. @defaultValue the system's */
  readonly now?: (() => Date) | undefined;
  /** Calls back after a delay, never at once; what it answers cancels that. @defaultValue `setTimeout` */
  readonly setTimer?: ((callback: () => void, delayMs: number) => () => void) | undefined;
  /** From 0 to 1. @defaultValue node:crypto */
  readonly random?: (() => number) | undefined;
}
