import type { EnforcementReport } from './enforcement-report.ts';
import type { LifecycleState } from './lifecycle-state.ts';
import type { PluginInfo } from './plugin-info.ts';
import type { ResourceUsage } from './resource-usage.ts';
import type { InvokeOptions } from './sandbox-engine.ts';
import type { SecurityPolicy } from './security-policy.ts';
import type { VerificationResult } from './signing.ts';

/** The functions a plugin offers, by name. Give a handle your plugin's own type to have its calls checked. */
export type PluginExports = Readonly<Record<string, (...args: never[]) => unknown>>;

/** What a call takes. A function of which no type is known, as in {@link PluginExports}, takes anything. */
type CallArguments<Args extends readonly unknown[]> = Args extends readonly never[]
  ? never[] extends Args
    ? readonly unknown[]
    : Args
  : Args;

/** The same functions as seen from outside: each answers a promise. */
export type RemoteExports<Exports> = {
  readonly [Name in keyof Exports]: Exports[Name] extends (...args: infer Args) => infer Result
    ? (...args: CallArguments<Args>) => Promise<Awaited<Result>>
    : never;
};

type FunctionOf<Exports, Name extends keyof Exports> = Exports[Name] extends (
  ...args: infer Args
) => infer Result
  ? { readonly args: CallArguments<Args>; readonly result: Awaited<Result> }
  : { readonly args: readonly unknown[]; readonly result: unknown };

/** A loaded plugin. Stays valid over reloads: calls go to the version that serves. */
export interface PluginHandle<Exports = PluginExports> {
  readonly id: string;
  readonly version: string;
  readonly state: LifecycleState;
  readonly info: PluginInfo;
  /** What it really may do: the host's policy and its manifest's permissions, whichever is narrower. */
  readonly policy: SecurityPolicy;
  /** How its signatures were judged; `undefined` where the policy asks for none. */
  readonly verification: VerificationResult | undefined;
  readonly enforcement: EnforcementReport;
  /** What it offers: `await handle.exports.read('file.csv')`. */
  readonly exports: RemoteExports<Exports>;
  /**
   * Calls an exported function.
   * @throws PluginExecutionError with what it threw; SandboxTimeoutError and the other sandbox errors.
   */
  call<Name extends keyof Exports & string>(
    exportName: Name,
    ...args: FunctionOf<Exports, Name>['args'] extends readonly unknown[]
      ? FunctionOf<Exports, Name>['args']
      : readonly unknown[]
  ): Promise<FunctionOf<Exports, Name>['result']>;
  /** As {@link call}, with options for the call. */
  invoke<Name extends keyof Exports & string>(
    exportName: Name,
    args: FunctionOf<Exports, Name>['args'],
    options?: InvokeOptions,
  ): Promise<FunctionOf<Exports, Name>['result']>;
  /** Measures its sandbox now. */
  usage(): Promise<ResourceUsage>;
}
