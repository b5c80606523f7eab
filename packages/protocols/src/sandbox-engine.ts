import type { EnforcementReport } from './enforcement-report.ts';
import type { SandboxError, ViolationType } from './errors/sandbox-errors.ts';
import type { FilePath } from './file-path.ts';
import type { IsolationLevel } from './isolation-level.ts';
import type { ResourceUsage } from './resource-usage.ts';
import type { SecurityPolicy } from './security-policy.ts';
import type { Unsubscribe } from './subscription.ts';

/** A folder with the plugin's code. Only a folder that nobody can change while it is used is safe: load from a snapshot. */
export interface PluginSource {
  /** The plugin's root: the folder of its `package.json`. */
  readonly root: FilePath;
  /** The module to load, relative to the root. @defaultValue what `package.json` exports as "." */
  readonly entry?: string;
}

/** Functions of the host that the plugin may call, by name: `kv.get`. What is not here does not exist for the plugin. */
export type HostFunctions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** How a sandbox is made, beside its policy. */
export interface SandboxOptions {
  /** The plugin to load; without it only functions and modules given to `execute` run. */
  readonly plugin?: PluginSource | FilePath;
  /** Functions the plugin may call back. @defaultValue none */
  readonly host?: HostFunctions;
  /** The guest's environment variables. Nothing is inherited. @defaultValue empty */
  readonly env?: Readonly<Record<string, string>>;
  /** Opens the guest's inspector on the loopback interface and lifts its time limits. @defaultValue false */
  readonly debug?: boolean;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

/** What runs in a sandbox, when it is not a function: an export of a module, or of the sandbox's plugin. */
export type SandboxReference =
  | { readonly module: FilePath; readonly export?: string }
  | { readonly export: string; readonly module?: undefined };

/** A function that needs nothing from around it: its text is what crosses. */
export type SandboxFunction<Args extends readonly unknown[] = readonly unknown[], Result = unknown> = (
  ...args: Args
) => Result;

/** How one call is made. */
export interface InvokeOptions {
  /** Aborts the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Wall-clock limit of this call in seconds, where it is less than the policy's. */
  readonly timeoutSec?: number;
  /** Receives what the plugin reports with `truthound.progress(value)`, a global of its guest. */
  readonly onProgress?: (value: unknown) => void;
}

/** A line that the plugin wrote. */
export interface SandboxLogEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'stdout' | 'stderr';
  readonly text: string;
  readonly at: Date;
}

/** A denied act, recorded also where the plugin caught the error. */
export interface SandboxViolationEvent {
  readonly type: ViolationType;
  /** The act, e.g. `import node:child_process`. */
  readonly action: string;
  readonly at: Date;
}

/** The guest is gone. */
export interface SandboxExitEvent {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Set unless the host ended it in order. */
  readonly error: SandboxError | undefined;
  readonly at: Date;
}

/** What a {@link SandboxContext} tells while it lives. */
export interface SandboxEvents {
  readonly log: SandboxLogEvent;
  readonly violation: SandboxViolationEvent;
  readonly exit: SandboxExitEvent;
}

/** One running sandbox. Disposing it terminates the guest. */
export interface SandboxContext extends AsyncDisposable {
  readonly pluginId: string;
  /** Unguessable and unique. */
  readonly sandboxId: string;
  readonly policy: SecurityPolicy;
  readonly createdAt: Date;
  /** False once the guest has ended, for whatever reason. */
  readonly isAlive: boolean;
  readonly enforcement: EnforcementReport;
  /** The names the plugin's entry exports, where one was loaded. */
  readonly exports: readonly string[];
  /** Measures the guest now. After its end: the last measurement. */
  resourceUsage(): Promise<ResourceUsage>;
  /** Calls `handler` for each event from now on. A handler that throws does not disturb the sandbox. */
  on<Name extends keyof SandboxEvents>(
    event: Name,
    handler: (event: SandboxEvents[Name]) => void,
  ): Unsubscribe;
}

/** Runs plugins at one isolation level. Disposing it terminates all its sandboxes. */
export interface SandboxEngine extends AsyncDisposable {
  readonly isolationLevel: IsolationLevel;
  /** Why this engine stands in for the preferred one, where it does. */
  readonly fallbackReason?: string | undefined;
  /** Whether it works here, found by running a guest. */
  isAvailable(): Promise<boolean>;
  /**
   * Starts a sandbox and loads its plugin.
   * @throws SandboxError where it cannot start, or where `enforcement: 'strict'` asks what this machine cannot keep.
   */
  createSandbox(pluginId: string, policy: SecurityPolicy, options?: SandboxOptions): Promise<SandboxContext>;
  /**
   * Runs a function, or an export of a module or of the plugin, and answers what it returns.
   * @throws SandboxTimeoutError, SandboxResourceError, SandboxSecurityViolation, SandboxError, PluginExecutionError
   */
  execute<Args extends readonly unknown[], Result>(
    context: SandboxContext,
    target: SandboxFunction<Args, Result>,
    ...args: Args
  ): Promise<Awaited<Result>>;
  execute<Result = unknown>(
    context: SandboxContext,
    target: SandboxReference,
    ...args: readonly unknown[]
  ): Promise<Result>;
  /** As {@link execute}, with options for the call. */
  invoke<Args extends readonly unknown[], Result>(
    context: SandboxContext,
    target: SandboxFunction<Args, Result>,
    args: Args,
    options?: InvokeOptions,
  ): Promise<Awaited<Result>>;
  invoke<Result = unknown>(
    context: SandboxContext,
    target: SandboxReference,
    args: readonly unknown[],
    options?: InvokeOptions,
  ): Promise<Result>;
  /** Ends the guest and all its processes at once; calls in flight reject. Resolves when it is gone. */
  terminate(context: SandboxContext): Promise<void>;
  /** Terminates every sandbox of this engine and removes what it left on disk. Can be called twice. */
  cleanup(): Promise<void>;
}
