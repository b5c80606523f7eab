import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  createPolicy,
  normalizeModuleName,
} from '@truthound/protocols';
import { type AppliedLayer, assertEnforced, createEnforcementReport } from '../confinement/enforcement.ts';
import {
  type NodeFacts,
  nodePermissionFlags,
  nodePermissionsLayer,
} from '../confinement/node-permissions.ts';
import {
  appliedKernelLayers,
  findKernelRoad,
  moduleGateLayer,
  planKernelLockdown,
} from '../confinement/kernel-layers.ts';
import { findGuestEntry } from '../guest-entry.ts';
import type { GuestPlan, KernelPlan, StepReport } from '../guest/guest-plan.ts';
import { type ResolvedPluginSource, resolvePluginSource, toModuleUrl } from '../plugin-entry-point.ts';
import { CpuGovernor, canGovernCpu } from '../process/cpu-governor.ts';
import { readGuestNode } from '../process/guest-node.ts';
import { ModuleCopies } from '../process/module-copies.ts';
import { ProcessGuest } from '../process/process-guest.ts';
import { type Target, toCallTarget } from '../session/call-target.ts';
import { SandboxSession } from '../session/sandbox-session.ts';
import { assertEngineFits } from './engine-fit.ts';

/** How a {@link ProcessSandboxEngine} starts its guests. */
export interface ProcessSandboxEngineOptions {
  /** The Node binary that guests run on. @defaultValue the host's own */
  readonly guestNode?: string;
}

const STARTUP_TIMEOUT_MS = 30_000;
const REMEDY = 'install bubblewrap, or run guests on Node 26.1 or newer (guestNode)';

/** Runs each plugin in a Node process of its own. */
export class ProcessSandboxEngine implements SandboxEngine {
  readonly isolationLevel: IsolationLevel = IsolationLevel.PROCESS;
  readonly #node: string;
  readonly #sessions = new Set<SandboxSession>();
  readonly #moduleCopies = new WeakMap<SandboxSession, ModuleCopies>();
  #probe: Promise<boolean> | undefined;

  constructor(options: ProcessSandboxEngineOptions = {}) {
    this.#node = options.guestNode ?? process.execPath;
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
    const scratch = await realpath(await mkdtemp(join(tmpdir(), 'truthound-sandbox-')));
    try {
      const { session, pid, readable } = await this.#startSession(pluginId, policy, options, source, scratch);
      this.#sessions.add(session);
      this.#moduleCopies.set(session, new ModuleCopies(pluginId, scratch, readable));
      session.on('exit', () => {
        this.#sessions.delete(session);
        void removeFolder(scratch);
      });
      if (governsCpu(policy) && options.debug !== true) {
        const governor = new CpuGovernor(pid, policy.resourceLimits.maxCpuPercent);
        session.on('exit', () => {
          governor[Symbol.dispose]();
        });
      }
      if (source !== undefined) await this.#load(session, source, options.signal);
      return session;
    } catch (error) {
      await removeFolder(scratch);
      throw error;
    }
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
  }

  async cleanup(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.terminate()));
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

  async #call(
    context: SandboxContext,
    target: Target,
    args: readonly unknown[],
    options?: InvokeOptions,
  ): Promise<unknown> {
    const session = this.#own(context);
    const called = toCallTarget(target, context.pluginId);
    if (called.type !== 'module') return session.invoke(called, args, options);
    const url = (await this.#moduleCopies.get(session)?.resolve(called.url)) ?? called.url;
    return session.invoke({ ...called, url }, args, options);
  }

  async #startSession(
    pluginId: string,
    policy: SecurityPolicy,
    options: SandboxOptions,
    source: ResolvedPluginSource | undefined,
    scratch: string,
  ): Promise<{
    readonly session: SandboxSession;
    readonly pid: number;
    readonly readable: readonly string[];
  }> {
    const node = await readGuestNode(this.#node);
    const guest = findGuestEntry();
    const { allowedPaths, writablePaths, maxMemoryMb } = policy.resourceLimits;
    const read = [guest.folder, scratch, ...(source === undefined ? [] : [source.root]), ...allowedPaths];
    const write = policy.allowFileWrite ? [scratch, ...writablePaths] : [];
    const kernelRoad = findKernelRoad(node, process.platform, process.arch);
    const kernel = kernelRoad && {
      road: kernelRoad,
      scratch,
      lockdown: planKernelLockdown(policy, { read, write }, this.#node),
    };
    // The native road needs a file of its own for a moment; what the plugin may write, the kernel decides.
    const nodeWrite = kernelRoad === 'native' ? [...new Set([...write, scratch])] : write;
    const args = [
      ...nodePermissionFlags(policy, { read, write: nodeWrite }, node, {
        allowInspector: options.debug === true,
        kernelRoad,
      }),
      ...(Number.isFinite(maxMemoryMb) ? [`--max-old-space-size=${String(Math.ceil(maxMemoryMb))}`] : []),
      '--no-warnings',
      '--enable-source-maps',
      guest.script,
    ];
    const link = await ProcessGuest.start(
      { command: this.#node, args, cwd: scratch, env: { ...options.env } },
      pluginId,
    );
    const session = await SandboxSession.start(
      {
        pluginId,
        policy,
        link,
        plan: createGuestPlan(policy, Object.keys(options.host ?? {}), kernel),
        host: options.host ?? {},
        hasTimeLimits: options.debug !== true,
        startupTimeoutMs: STARTUP_TIMEOUT_MS,
        createReport: (steps) => {
          const report = createEnforcementReport(policy, appliedLayers(node, policy, steps));
          assertEnforced(policy, report, pluginId, REMEDY);
          return report;
        },
      },
      options.signal,
    );
    return { session, pid: link.pid, readable: [...read, ...write] };
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

function createGuestPlan(
  policy: SecurityPolicy,
  hostFunctions: readonly string[],
  kernel: KernelPlan | undefined,
): GuestPlan {
  const restrictsModules = policy.allowedModules.length + policy.blockedModules.length > 0;
  return {
    moduleGate: restrictsModules
      ? {
          allowed: policy.allowedModules.map(normalizeModuleName),
          blocked: policy.blockedModules.map(normalizeModuleName),
          allowNetwork: policy.allowNetwork,
          allowSubprocess: policy.allowSubprocess,
        }
      : undefined,
    kernel,
    hostFunctions,
    allowCodeGeneration: policy.isolationLevel === IsolationLevel.PROCESS,
  };
}

const PROCESS_LAYERS: readonly AppliedLayer[] = [
  {
    name: 'own-process',
    claims: [
      {
        guarantee: 'environment',
        strength: 'enforced',
        detail: 'the guest starts with the variables it is given and no other',
      },
    ],
  },
  {
    name: 'watchdog',
    claims: [
      {
        guarantee: 'wallTime',
        strength: 'enforced',
        detail: 'the host kills the process group when the time is over',
      },
    ],
  },
  {
    name: 'heap-limit',
    claims: [{ guarantee: 'memory', strength: 'partial', detail: 'V8’s heap, not Buffers or WebAssembly' }],
  },
];

const GOVERNOR_LAYER: AppliedLayer = {
  name: 'cpu-governor',
  claims: [
    {
      guarantee: 'cpu',
      strength: 'enforced',
      detail: 'the host stops the process group while it is over its share',
    },
  ],
};

function appliedLayers(
  node: NodeFacts,
  policy: SecurityPolicy,
  steps: readonly StepReport[],
): readonly AppliedLayer[] {
  return [
    ...PROCESS_LAYERS,
    nodePermissionsLayer(node),
    ...appliedKernelLayers(steps),
    ...moduleGateLayer(steps),
    ...(governsCpu(policy) ? [GOVERNOR_LAYER] : []),
  ];
}

function governsCpu(policy: SecurityPolicy): boolean {
  return Number.isFinite(policy.resourceLimits.maxCpuPercent) && canGovernCpu();
}

async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
