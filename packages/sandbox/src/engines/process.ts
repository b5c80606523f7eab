import { realpathSync } from 'node:fs';
import {
  type InvokeOptions,
  IsolationLevel,
  type SandboxContext,
  type SandboxEngine,
  SandboxError,
  type SandboxFunction,
  type SandboxOptions,
  type SandboxReference,
  type SecurityPolicy,
  ValidationRangeError,
  createPolicy,
} from '@truthound/protocols';
import { assertEnforced, createEnforcementReport } from '../confinement/enforcement.ts';
import { grantPaths } from '../confinement/granted-paths.ts';
import { createGuestPlan } from '../confinement/create-guest-plan.ts';
import { findKernelRoad, planKernelLockdown } from '../confinement/kernel-layers.ts';
import type { PermittedPaths } from '../confinement/node-permissions.ts';
import { appliedProcessLayers, governsCpu } from '../confinement/process-layers.ts';
import type { CallTarget } from '../channel/messages.ts';
import { findGuestEntry } from '../guest-entry.ts';
import { type ResolvedPluginSource, resolvePluginSource, toModuleUrl } from '../plugin-entry-point.ts';
import { CpuGovernor } from '../process/cpu-governor.ts';
import { readGuestNode, toProgramPath } from '../process/guest-node.ts';
import { type LaunchFacts, launchArguments, standbyKey } from '../process/launch-arguments.ts';
import { ModuleCopies } from '../process/module-copies.ts';
import { ProcessGuest } from '../process/process-guest.ts';
import { createScratchFolder } from '../process/scratch-folder.ts';
import { type ParkedGuest, StandbyPool } from '../process/standby-pool.ts';
import { type Target, toCallTarget } from '../session/call-target.ts';
import { SandboxSession } from '../session/sandbox-session.ts';
import { assertEngineFits } from './engine-fit.ts';

/** How a {@link ProcessSandboxEngine} starts its guests. */
export interface ProcessSandboxEngineOptions {
  /** The Node binary that guests run on: a path, from the current folder on, or a name to look up. @defaultValue the host's own */
  readonly guestNode?: string;
  /**
   * How many guests are kept started ahead, for each set of command-line options: a first call then takes
   * milliseconds where it took a start of Node. Each costs some 14 MB. @defaultValue 0
   */
  readonly standby?: number;
}

interface StartedSession {
  readonly session: SandboxSession;
  readonly pid: number;
  /** What its guest can read. */
  readonly readable: readonly string[];
  readonly scratch: AsyncDisposable & { readonly path: string };
}

const STARTUP_TIMEOUT_MS = 30_000;
const REMEDY =
  'it needs Linux with Landlock and seccomp (kernel 6.12 or newer for all of it); guests on Node before 26.1 also need a temporary folder that is not mounted noexec (guestNode, TMPDIR)';

/** Runs each plugin in a Node process of its own. */
export class ProcessSandboxEngine implements SandboxEngine {
  readonly isolationLevel: IsolationLevel = IsolationLevel.PROCESS;
  readonly #node: string;
  readonly #sessions = new Set<SandboxSession>();
  readonly #moduleCopies = new WeakMap<SandboxSession, ModuleCopies>();
  /** Folders that are being removed. */
  readonly #clearing = new Set<Promise<void>>();
  readonly #standbySize: number;
  #standby: StandbyPool | undefined;
  /** Whether a guest of this engine has confirmed that the kernel's layers stand here. */
  #isKernelProven = false;
  #probe: Promise<boolean> | undefined;

  /** @throws ValidationRangeError for a number of standby guests that is none */
  constructor(options: ProcessSandboxEngineOptions = {}) {
    const { guestNode = process.execPath, standby = 0 } = options;
    if (!Number.isInteger(standby) || standby < 0) {
      const problem = `must be a whole number of at least 0, not ${String(standby)}`;
      throw new ValidationRangeError({
        subject: 'ProcessSandboxEngineOptions',
        faults: [{ path: 'standby', problem, outOfRange: true }],
      });
    }
    this.#node = toProgramPath(guestNode);
    this.#standbySize = standby;
    this.#standby = standby > 0 ? new StandbyPool(standby) : undefined;
  }

  isAvailable(): Promise<boolean> {
    this.#probe ??= this.#runProbe();
    return this.#probe;
  }

  async createSandbox(
    pluginId: string,
    policy: SecurityPolicy,
    options: SandboxOptions = {},
  ): Promise<SandboxContext> {
    assertEngineFits(this.isolationLevel, policy, pluginId);
    const source =
      options.plugin === undefined ? undefined : await resolvePluginSource(options.plugin, pluginId);
    const { session, pid, readable, scratch } = await this.#startSession(pluginId, policy, options, source);
    this.#sessions.add(session);
    this.#moduleCopies.set(session, new ModuleCopies(pluginId, scratch.path, readable));
    const governor =
      governsCpu(policy) && options.debug !== true
        ? new CpuGovernor(pid, policy.resourceLimits.maxCpuPercent)
        : undefined;
    session.on('exit', () => {
      this.#sessions.delete(session);
      governor?.[Symbol.dispose]();
      this.#track(scratch[Symbol.asyncDispose]());
    });
    if (source !== undefined) await this.#load(session, source, options.signal);
    return session;
  }

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
    return this.#call(context, target, args);
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
    return this.#call(context, target, args, options);
  }

  async terminate(context: SandboxContext): Promise<void> {
    await this.#own(context).terminate();
    await Promise.all(this.#clearing);
  }

  async cleanup(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.terminate()));
    await this.#standby?.[Symbol.asyncDispose]();
    this.#standby = this.#standbySize > 0 ? new StandbyPool(this.#standbySize) : undefined;
    await Promise.all(this.#clearing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cleanup();
  }

  #own(context: SandboxContext): SandboxSession {
    if (context instanceof SandboxSession) return context;
    throw new SandboxError(`the sandbox of plugin "${context.pluginId}" belongs to another engine`, {
      pluginId: context.pluginId,
    });
  }

  #call(
    context: SandboxContext,
    target: Target,
    args: readonly unknown[],
    options?: InvokeOptions,
  ): Promise<unknown> {
    let session: SandboxSession;
    let called: CallTarget;
    try {
      session = this.#own(context);
      called = toCallTarget(target, context.pluginId);
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what was thrown is what the caller gets
      return Promise.reject(error);
    }
    return called.type === 'module'
      ? this.#callModule(session, called, args, options)
      : session.invoke(called, args, options);
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

  async #startSession(
    pluginId: string,
    policy: SecurityPolicy,
    options: SandboxOptions,
    source: ResolvedPluginSource | undefined,
  ): Promise<StartedSession> {
    const node = await readGuestNode(this.#node);
    const debug = options.debug === true;
    const { script, folder } = findGuestEntry();
    const kernelRoad = findKernelRoad(node, process.platform, process.arch);
    const launch: LaunchFacts = { policy, node, kernelRoad, script, debug };
    const parked = this.#takeStandby(launch, options);
    const scratch = parked?.scratch ?? (await createScratchFolder());
    try {
      const granted = await grantPaths(policy, pluginId);
      const own = [folder, ...(source === undefined ? [] : [source.root])].map((path) => realpathSync(path));
      const read = [...own, scratch.path, ...granted.read];
      const write = policy.allowFileWrite ? [scratch.path, ...granted.write] : [];
      const link = parked?.guest ?? (await this.#launch(launch, { read, write }, scratch.path, options.env));
      const lockdown = planKernelLockdown(policy, { read, write }, this.#node);
      const session = await SandboxSession.start(
        {
          pluginId,
          policy,
          link,
          plan: createGuestPlan(
            policy,
            Object.keys(options.host ?? {}),
            kernelRoad && { road: kernelRoad, scratch: scratch.path, lockdown },
          ),
          host: options.host ?? {},
          hasTimeLimits: !debug,
          startupTimeoutMs: STARTUP_TIMEOUT_MS,
          createReport: (steps) => {
            const facts = { node, debug, hasNarrowPaths: parked === undefined };
            const report = createEnforcementReport(
              policy,
              appliedProcessLayers(policy, facts, steps),
              granted.notes,
            );
            assertEnforced(policy, report, pluginId, REMEDY);
            this.#isKernelProven ||=
              report.fileRead.by.includes('landlock') && report.syscalls.by.includes('seccomp');
            return report;
          },
        },
        options.signal,
      );
      return { session, pid: link.pid, readable: [...read, ...write], scratch };
    } catch (error) {
      await scratch[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a guest that waits for its setup. */
  #launch(
    launch: LaunchFacts,
    paths: PermittedPaths,
    cwd: string,
    env: SandboxOptions['env'] = {},
  ): Promise<ProcessGuest> {
    // The native road needs a file of its own for a moment; what the plugin may write, the kernel decides.
    const write = launch.kernelRoad === 'native' ? [...new Set([...paths.write, cwd])] : paths.write;
    const args = launchArguments(launch, { read: paths.read, write });
    return ProcessGuest.start({ command: this.#node, args, cwd, env }, 'standby');
  }

  /**
   * A guest from the pool, where one fits. Its Node may read every path until it locks itself down, so
   * only machines whose kernel has proven to do that get one.
   */
  #takeStandby(launch: LaunchFacts, options: SandboxOptions): ParkedGuest | undefined {
    if (this.#standby === undefined || !this.#isKernelProven || launch.debug || options.env !== undefined)
      return undefined;
    const write = launch.policy.allowFileWrite ? ['*'] : [];
    return this.#standby.take(standbyKey(launch), async () => {
      const scratch = await createScratchFolder();
      const guest = await this.#launch({ ...launch, isStandby: true }, { read: ['*'], write }, scratch.path);
      return {
        guest,
        scratch,
        [Symbol.asyncDispose]: async () => {
          // A parked guest does not keep the host alive; whoever waits for its end must be.
          guest.unpark();
          guest.kill();
          await guest.exited;
          await scratch[Symbol.asyncDispose]();
        },
      };
    });
  }

  async #load(
    session: SandboxSession,
    source: ResolvedPluginSource,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await session.load({ entryUrl: toModuleUrl(source.entry), rootUrl: toModuleUrl(source.root) }, signal);
    } catch (error) {
      await session.terminate();
      throw error;
    }
  }

  #track(clearing: PromiseLike<void>): void {
    const tracked: Promise<void> = Promise.resolve(clearing).finally(() => this.#clearing.delete(tracked));
    this.#clearing.add(tracked);
  }

  async #runProbe(): Promise<boolean> {
    try {
      await using context = await this.createSandbox(
        'truthound-probe',
        createPolicy({ enforcement: 'best-effort' }),
      );
      return (await this.execute(context, () => 42)) === 42;
    } catch {
      return false;
    }
  }
}
