import { type InvokeOptions, type SandboxContext, SandboxError } from '@truthound/protocols';
import type { CallTarget } from '../channel/messages.ts';
import type { ModuleCopies } from '../process/module-copies.ts';
import { type Target, toCallTarget } from '../session/call-target.ts';
import { SandboxSession } from '../session/sandbox-session.ts';

/** The sandboxes that an engine has made: their calls, their ends, and the folders that go with them. */
export class OwnedSessions {
  readonly #live = new Set<SandboxSession>();
  readonly #moduleCopies = new WeakMap<SandboxSession, ModuleCopies>();
  /** Folders that are being removed. */
  readonly #clearing = new Set<Promise<void>>();

  /** Takes a session in; `clear` removes what it leaves behind, once it has ended. */
  add(session: SandboxSession, copies: ModuleCopies, clear: () => Promise<void>): void {
    this.#live.add(session);
    this.#moduleCopies.set(session, copies);
    session.on('exit', () => {
      this.#live.delete(session);
      const clearing = clear().finally(() => this.#clearing.delete(clearing));
      this.#clearing.add(clearing);
    });
  }

  /** Makes a call. What is wrong with the target rejects. */
  call(
    context: SandboxContext,
    target: Target,
    args: readonly unknown[],
    options?: InvokeOptions,
  ): Promise<unknown> {
    // What is thrown in here rejects; a promise of the session's own keeps the caller's stack.
    return new Promise((resolve) => {
      const session = this.#find(context);
      const called = toCallTarget(target, context.pluginId);
      resolve(
        called.type === 'module'
          ? this.#callModule(session, called, args, options)
          : session.invoke(called, args, options),
      );
    });
  }

  /** Ends one sandbox, with everything of it. */
  async terminate(context: SandboxContext): Promise<void> {
    await this.#find(context).terminate();
    await Promise.all(this.#clearing);
  }

  /** Ends them all. */
  async terminateAll(): Promise<void> {
    await Promise.all([...this.#live].map((session) => session.terminate()));
    await Promise.all(this.#clearing);
  }

  #find(context: SandboxContext): SandboxSession {
    if (context instanceof SandboxSession && this.#moduleCopies.has(context)) return context;
    throw new SandboxError(`the sandbox of plugin "${context.pluginId}" belongs to another engine`, {
      pluginId: context.pluginId,
    });
  }

  async #callModule(
    session: SandboxSession,
    target: CallTarget & { readonly type: 'module' },
    args: readonly unknown[],
    options?: InvokeOptions,
  ): Promise<unknown> {
    const url = (await this.#moduleCopies.get(session)?.resolve(target.url)) ?? target.url;
    return session.invoke({ ...target, url }, args, options);
  }
}
