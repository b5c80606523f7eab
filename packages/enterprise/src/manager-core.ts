import type { HotReloadManager } from '@truthound/hot-reload';
import { LifecycleState, type PluginManifest, type SandboxContext } from '@truthound/protocols';
import { type ManagerParts, composeParts } from './composition.ts';
import type { ResolvedConfig } from './config/enterprise-config.ts';
import { CrashResponse } from './crash/crash-response.ts';
import { CrashSupervision } from './crash/crash-supervision.ts';
import { EnginePool } from './engine-pool.ts';
import { createHostVersionCheck } from './host-version-check.ts';
import { LoadPipeline } from './loading/load-pipeline.ts';
import { PermissionApproval } from './loading/permission-approval.ts';
import { LockKeeper } from './lock/lock-keeper.ts';
import { ManagerDisposedError } from './manager-disposed-error.ts';
import { ManagerEventHub } from './manager-events.ts';
import { ManagerPluginLoader } from './manager-plugin-loader.ts';
import { AuditLog } from './observability/audit-log.ts';
import { AuditRecorder } from './observability/audit-recorder.ts';
import { PluginTelemetry } from './observability/plugin-telemetry.ts';
import { ParallelLimit } from './operations/parallel-limit.ts';
import { PluginLoads } from './operations/plugin-loads.ts';
import { PluginOperations } from './operations/plugin-operations.ts';
import { PluginUnloads } from './operations/plugin-unloads.ts';
import { PluginDirectory } from './plugin-directory.ts';
import { RecordPluginHandle } from './plugin-handle.ts';
import { PluginRecord, type RecordSteps } from './plugin-record.ts';
import { runtimeDependencies } from './plugin-resolution.ts';
import { PluginWatches } from './plugin-watches.ts';
import { RevocationWatch } from './revocation/revocation-watch.ts';
import { stopRevoked } from './revocation/stop-revoked.ts';
import { toError } from './to-error.ts';

/** The insides of a manager: its parts, joined to one another. Decides nothing itself. */
export class ManagerCore implements AsyncDisposable {
  readonly events: ManagerEventHub = new ManagerEventHub();
  readonly config: ResolvedConfig;
  readonly parts: ManagerParts;
  readonly directory: PluginDirectory;
  readonly loads: PluginLoads;
  readonly unloads: PluginUnloads;
  readonly hotReload: HotReloadManager;
  readonly supervision: CrashSupervision;
  readonly revocation: RevocationWatch;
  readonly lock: LockKeeper;
  readonly #approval: PermissionApproval;
  readonly #pipeline: LoadPipeline;
  readonly #operations = new PluginOperations();
  readonly #limit: ParallelLimit;
  readonly #telemetry: PluginTelemetry;
  readonly #crashes: CrashResponse;
  readonly #audit: AuditRecorder | undefined;
  readonly #engines: EnginePool;
  readonly #closing = new AbortController();

  constructor(config: ResolvedConfig, given: Partial<ManagerParts>) {
    this.config = config;
    this.#approval = new PermissionApproval(config, this.events);
    this.parts = composeParts(config, given, this.#approval.ask);
    const { lifecycle, parseRange, createResolver } = this.parts;
    this.#engines = new EnginePool(this.parts.createEngine);
    this.#limit = new ParallelLimit(config.parallelLoads);
    this.#pipeline = this.#createPipeline();
    this.directory = new PluginDirectory({
      config,
      parseRange,
      createResolver,
      lifecycle,
      createRecord: (plugin) => new PluginRecord(plugin, this.#createSteps()),
      isBusy: (id) => this.#operations.isBusy(id),
    });
    this.lock = new LockKeeper(
      config.lockPath,
      () => this.directory.ids,
      (id) => this.#limit.run(() => this.#pipeline.verify(id, this.directory.recordOf(id).path)),
    );
    this.hotReload = this.parts.createHotReload(lifecycle, this.#createLoader());
    const watches = new PluginWatches(config, this.hotReload);
    this.loads = this.#createLoads(watches);
    this.unloads = this.#createUnloads(watches);
    this.supervision = new CrashSupervision({
      config,
      createSupervisor: this.parts.createSupervisor,
      events: this.events,
      restart: (id, signal) => this.#crashes.restart(id, signal),
    });
    const shared = { directory: this.directory, lifecycle, events: this.events };
    const { supervision, loads } = this;
    this.#crashes = new CrashResponse({ ...shared, operations: this.#operations, loads, supervision });
    this.revocation = new RevocationWatch({
      ...this.parts,
      directory: this.directory,
      intervalMs: config.trustCheckIntervalMs,
      warn: this.#warn,
      stop: (id, version, error) => this.#stopRevoked(id, version, error),
    });
    this.#telemetry = new PluginTelemetry(config.telemetry, () => this.#listMeasured());
    const log = config.auditLogPath === undefined ? undefined : new AuditLog(config.auditLogPath);
    this.#audit = log && new AuditRecorder({ ...shared, log });
    this.#crashes.listen();
  }

  /** @throws PluginNotFoundError */
  handleOf(pluginId: string): RecordPluginHandle {
    const { directory } = this;
    return new RecordPluginHandle(directory.recordOf(pluginId).id, {
      recordOf: (id) => directory.recordOf(id),
      infoOf: (id) => directory.infoOf(id),
      stateOf: (id) => directory.stateOf(id),
      measureCall: (id, exportName, call) => this.#telemetry.call(id, exportName, call),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new ManagerDisposedError());
    this.supervision[Symbol.dispose]();
    await this.revocation[Symbol.asyncDispose]();
    await this.hotReload[Symbol.asyncDispose]();
    await this.unloads.unloadAll();
    await this.#engines[Symbol.asyncDispose]();
    this.#telemetry[Symbol.dispose]();
    await this.#audit?.[Symbol.asyncDispose]();
  }

  readonly #warn = (pluginId: string, error: Error): void => {
    this.events.emit('warning', { pluginId, error });
  };

  readonly #move = async (id: string, toState: LifecycleState, signal?: AbortSignal): Promise<void> => {
    const record = this.directory.recordOf(id);
    const { lifecycle } = this.parts;
    const move = (): Promise<boolean> =>
      lifecycle.transition(record, signal === undefined ? { toState } : { toState, signal });
    await (toState === LifecycleState.LOADED ? this.#telemetry.trace('load', id, move) : move());
  };

  #createPipeline(): LoadPipeline {
    const { config } = this;
    const { verifier, parseRange } = this.parts;
    return new LoadPipeline({
      config,
      verifier,
      parseRange,
      createEngine: (level) => this.#engines.get(level),
      assertHostVersion: createHostVersionCheck(config, parseRange, this.#warn),
      assertLocked: async (prepared) => {
        if (config.frozen) await this.lock.assertLocked(prepared);
      },
      traceVerify: (id, work) => this.#telemetry.trace('verify', id, work),
      callPlugin: (_callerId, pluginId, exportName, args) => this.handleOf(pluginId).invoke(exportName, args),
      listActiveDependencies: (manifest) =>
        runtimeDependencies(manifest).filter((id) => this.directory.stateOf(id) === LifecycleState.ACTIVE),
      onSandbox: (pluginId, context) => {
        this.#listenTo(pluginId, context);
      },
    });
  }

  #createLoader(): ManagerPluginLoader {
    return new ManagerPluginLoader(
      this.#pipeline,
      (id) => this.directory.recordOf(id),
      (next: PluginManifest) => {
        this.loads.assertReplaceable(next);
      },
    );
  }

  #createLoads(watches: PluginWatches): PluginLoads {
    return new PluginLoads({
      ...this.config,
      directory: this.directory,
      operations: this.#operations,
      move: this.#move,
      warn: this.#warn,
      closing: this.#closing.signal,
      assertMayLoad: (id) => {
        this.supervision.assertMayLoad(id);
      },
      watch: (record) => watches.start(record.id, record.path),
      onFailed: (pluginId, error) => {
        this.events.emit('load-failed', { pluginId, error });
      },
    });
  }

  #createUnloads(watches: PluginWatches): PluginUnloads {
    const abortReload = (id: string, reason: string): Promise<void> => this.hotReload.abort(id, reason);
    return new PluginUnloads({
      directory: this.directory,
      operations: this.#operations,
      move: this.#move,
      warn: this.#warn,
      loads: this.loads,
      abortReload,
      release: async (id) => {
        this.supervision.stop(id);
        await watches.stop(id);
        await abortReload(id, 'the plugin is unloaded');
      },
    });
  }

  #createSteps(): RecordSteps {
    const limit = this.#limit;
    return {
      prepare: (id, path, signal) => limit.run(() => this.#pipeline.prepare(id, path, signal), signal),
      start: (prepared, signal) => limit.run(() => this.#pipeline.start(prepared, signal), signal),
      assertApproved: (...facts) => this.#approval.assertApproved(...facts),
      stateOf: (id) => this.directory.stateOf(id),
      instanceCount: (id) => this.config.instances[id] ?? 1,
      assertFits: (manifest) => {
        this.loads.assertReplaceable(manifest);
      },
      onCrash: (id, error, isLast) => {
        this.#crashes.report(id, error, isLast).catch((failure: unknown) => {
          this.#warn(id, toError(failure));
        });
      },
    };
  }

  #listenTo(pluginId: string, context: SandboxContext): void {
    context.on('log', (event) => {
      this.events.emit('log', { ...event, pluginId });
    });
    context.on('violation', (event) => {
      this.#telemetry.violation(pluginId);
      this.events.emit('violation', { ...event, pluginId });
    });
  }

  async #stopRevoked(pluginId: string, version: string, error: Error): Promise<void> {
    this.supervision.stop(pluginId);
    const { directory, unloads, parts } = this;
    const dependents = await stopRevoked(pluginId, error, { directory, unloads, lifecycle: parts.lifecycle });
    this.events.emit('revoked', { pluginId, version, error, dependents });
  }

  #listMeasured(): ReturnType<ConstructorParameters<typeof PluginTelemetry>[1]> {
    return this.directory.ids.flatMap((pluginId) =>
      this.directory.recordOf(pluginId).instances.map(({ context }) => ({
        pluginId,
        usage: () => context.resourceUsage(),
      })),
    );
  }
}
