import type {
  InvokeOptions,
  IsolationLevel,
  SandboxContext,
  SandboxEngine,
  SandboxFunction,
  SandboxOptions,
  SandboxReference,
  SecurityPolicy,
} from '@truthound/protocols';
import type { Target } from '../session/call-target.ts';

/** What all engines of this package have in common: both ways of calling are one, and disposing is cleaning up. */
export abstract class CallingEngine implements SandboxEngine {
  abstract readonly isolationLevel: IsolationLevel;

  abstract isAvailable(): Promise<boolean>;

  abstract createSandbox(
    pluginId: string,
    policy: SecurityPolicy,
    options?: SandboxOptions,
  ): Promise<SandboxContext>;

  abstract terminate(context: SandboxContext): Promise<void>;

  abstract cleanup(): Promise<void>;

  /** Makes a call. What is wrong with the target rejects. */
  protected abstract call(
    context: SandboxContext,
    target: Target,
    args: readonly unknown[],
    options?: InvokeOptions,
  ): Promise<unknown>;

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
  execute(context: SandboxContext, target: Target, ...args: readonly unknown[]): Promise<unknown> {
    return this.call(context, target, args);
  }

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
  invoke(
    context: SandboxContext,
    target: Target,
    args: readonly unknown[],
    options?: InvokeOptions,
  ): Promise<unknown> {
    return this.call(context, target, args, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cleanup();
  }
}
