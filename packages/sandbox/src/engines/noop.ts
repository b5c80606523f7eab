/**
 * No isolation: the plugin runs in the host's own process with all its rights. Only the time of
 * asynchronous calls is limited, and a call that does not yield cannot be stopped at all. For a
 * developer's own plugins, and for tests; every report says so.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  type HostFunctions,
  type InvokeOptions,
  IsolationLevel,
  type ResourceUsage,
  type SandboxContext,
  SandboxError,
  type SandboxEvents,
  type SandboxOptions,
  SandboxTimeoutError,
  type SecurityPolicy,
  type Unsubscribe,
} from '@truthound/protocols';
import type { EnforcementReport } from '@truthound/protocols';
import { type AppliedLayer, createEnforcementReport } from '../confinement/enforcement.ts';
import { CALL_PLUGIN, bindHostFunctions, createPluginContext } from '../guest/plugin-context.ts';
import { resolvePluginSource, toModuleUrl } from '../plugin-entry-point.ts';
import { EventHub } from '../session/event-hub.ts';
import { type Target, toCallTarget } from '../session/call-target.ts';
import { UsageMeter } from '../session/usage-meter.ts';
import { CallingEngine } from './calling-engine.ts';
import { assertEngineFits } from './engine-fit.ts';

type Callable = (...args: readonly unknown[]) => unknown;
type Namespace = Readonly<Record<string, unknown>>;

const TIMER_LAYER: AppliedLayer = {
  name: 'timer',
  claims: [
    {
      guarantee: 'wallTime',
      strength: 'partial',
      detail: 'a call that waits is given up; one that does not yield cannot be stopped',
    },
  ],
};

class NoopContext implements SandboxContext {
  readonly pluginId: string;
  readonly sandboxId: string = randomBytes(16).toString('hex');
  readonly policy: SecurityPolicy;
  readonly createdAt: Date = new Date();
  readonly enforcement: EnforcementReport;
  readonly events = new EventHub<SandboxEvents>();
  readonly meter = new UsageMeter();
  readonly ended = new AbortController();
  readonly namespace: Namespace | undefined;
  readonly host: HostFunctions;

  constructor(
    pluginId: string,
    policy: SecurityPolicy,
    host: HostFunctions,
    namespace: Namespace | undefined,
  ) {
    this.pluginId = pluginId;
    this.policy = policy;
    this.host = host;
    this.namespace = namespace;
    this.enforcement = createEnforcementReport(policy, [TIMER_LAYER]);
  }

  get isAlive(): boolean {
    return !this.ended.signal.aborted;
  }

  get exports(): readonly string[] {
    const { namespace } = this;
    return namespace === undefined
      ? []
      : Object.keys(namespace).filter((name) => typeof namespace[name] === 'function');
  }

  on<Name extends keyof SandboxEvents>(
    event: Name,
    handler: (event: SandboxEvents[Name]) => void,
  ): Unsubscribe {
    return this.events.on(event, handler);
  }

  async resourceUsage(): Promise<ResourceUsage> {
    // Memory and CPU time are the host's own here: what of them is the plugin's cannot be told.
    return this.meter.read();
  }

  end(error?: SandboxError): void {
    if (!this.isAlive) return;
    this.ended.abort(
      error ?? new SandboxError(`the sandbox of plugin "${this.pluginId}" was terminated`, this),
    );
    this.events.emit('exit', { exitCode: undefined, signal: undefined, error, at: new Date() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }
}

export class NoopSandboxEngine extends CallingEngine {
  readonly isolationLevel: IsolationLevel = IsolationLevel.NONE;
  readonly #contexts = new Set<NoopContext>();

  isAvailable(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async createSandbox(
    pluginId: string,
    policy: SecurityPolicy,
    options: SandboxOptions = {},
  ): Promise<SandboxContext> {
    assertEngineFits(this.isolationLevel, policy, pluginId);
    options.signal?.throwIfAborted();
    let namespace: Namespace | undefined;
    if (options.plugin !== undefined) {
      const { entry } = await resolvePluginSource(options.plugin, pluginId);
      namespace = (await import(toModuleUrl(entry))) as Namespace;
    }
    const context = new NoopContext(pluginId, policy, options.host ?? {}, namespace);
    this.#contexts.add(context);
    context.on('exit', () => this.#contexts.delete(context));
    return context;
  }

  terminate(context: SandboxContext): Promise<void> {
    this.#own(context).end();
    return Promise.resolve();
  }

  async cleanup(): Promise<void> {
    for (const context of [...this.#contexts]) context.end();
  }

  #own(context: SandboxContext): NoopContext {
    if (context instanceof NoopContext) return context;
    throw new SandboxError(`the sandbox of plugin "${context.pluginId}" belongs to another engine`, {
      pluginId: context.pluginId,
    });
  }

  protected async call(
    given: SandboxContext,
    target: Target,
    args: readonly unknown[],
    options: InvokeOptions = {},
  ): Promise<unknown> {
    const context = this.#own(given);
    const { pluginId, sandboxId } = context;
    if (!context.isAlive)
      throw new SandboxError(`the sandbox of plugin "${pluginId}" has ended and takes no more calls`, {
        pluginId,
        sandboxId,
      });
    options.signal?.throwIfAborted();
    context.meter.callStarted();
    let failed = true;
    try {
      const result = await withinTime(context, options, async () => {
        const callable = await resolveTarget(context, target);
        const isActivation =
          typeof target === 'object' && target.module === undefined && target.export === 'activate';
        return isActivation ? activate(context, callable, args) : callable(...args);
      });
      failed = false;
      return result;
    } finally {
      context.meter.callEnded(failed);
    }
  }
}

function activate(context: NoopContext, callable: Callable, [data, options]: readonly unknown[]): unknown {
  const callHost = async (name: string, all: readonly unknown[]): Promise<unknown> => {
    const hostFunction = Object.hasOwn(context.host, name) ? context.host[name] : undefined;
    if (hostFunction === undefined) throw new ReferenceError(`the host gives no function "${name}"`);
    return (hostFunction as Callable)(...all);
  };
  const names = Object.keys(context.host).filter((name) => name !== CALL_PLUGIN);
  const pluginContext = createPluginContext(
    context.pluginId,
    data ?? {},
    bindHostFunctions(names, callHost),
    callHost,
  );
  return callable(pluginContext, options ?? {});
}

async function resolveTarget(context: NoopContext, target: Target): Promise<Callable> {
  if (typeof target === 'function') return target as unknown as Callable;
  const reference = toCallTarget(target, context.pluginId);
  if (reference.type === 'function') throw new TypeError('unreachable: functions were handled above');
  const namespace =
    reference.type === 'module' ? ((await import(reference.url)) as Namespace) : context.namespace;
  const found = namespace?.[reference.exportName];
  if (typeof found === 'function') return found as Callable;
  throw new TypeError(
    `plugin "${context.pluginId}" has no function "${reference.exportName}": it exports ${Object.keys(namespace ?? {}).join(', ') || 'none'}`,
  );
}

async function withinTime(
  context: NoopContext,
  options: InvokeOptions,
  run: () => Promise<unknown>,
): Promise<unknown> {
  const { pluginId, sandboxId, policy } = context;
  const limitSec = Math.min(options.timeoutSec ?? Infinity, policy.resourceLimits.maxExecutionTimeSec);
  const startedAt = performance.now();
  let onStop: (event: Event) => void = () => undefined;
  const timer = Number.isFinite(limitSec)
    ? setTimeout(
        () => {
          const executionTime = (performance.now() - startedAt) / 1000;
          context.end(
            new SandboxTimeoutError({ pluginId, sandboxId, timeoutSeconds: limitSec, executionTime }),
          );
        },
        Math.min(limitSec * 1000, 2_147_483_647),
      )
    : undefined;
  const signals = [context.ended.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const stop = new Promise<never>((_resolve, reject) => {
    onStop = ({ target }) => {
      reject((target as AbortSignal).reason as Error);
    };
  });
  for (const signal of signals) signal.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([run(), stop]);
  } finally {
    clearTimeout(timer);
    // The signals may live long, and see many calls.
    for (const signal of signals) signal.removeEventListener('abort', onStop);
  }
}
